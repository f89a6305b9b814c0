"""Whom a person invites, in plain Python: its attempts, its candidates, and who fits."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim import Bond as SeenBond
from sim import Candidate, InvitePolicy, Scenario
from tests.reference_bonds import FREE, Bond, Invitation
from tests.reference_draws import DAILY, MISTAKE, TRY, TWO32, below, chance
from tests.reference_helping import reputation

if TYPE_CHECKING:
    from tests.reference import Reference


class Inviting:
    """Phase 2 of a person."""

    model: "Reference"
    rules: Scenario
    policy: InvitePolicy
    number: int
    bonds: dict[int, Bond]
    contacts: list[int]
    sent: list[Invitation]

    def word_here(self, day: int, purpose: int, index: int) -> int:
        raise NotImplementedError

    def invitations(self, day: int) -> list[Invitation]:
        """Return the invitations that it sends today."""
        tries = self.rules.inviting.tries
        if day <= self.restricted_until or not self.has_room():
            return []
        today: list[Invitation] = []
        attempts = self.attempts(day)
        self.attempts_made += attempts
        for attempt in range(attempts):
            if self.week_is_full(day, sum(not one.question for one in today)):
                continue
            asked = [invitation.alter for invitation in today]
            if self.policy.courts:
                found = self.search_for_rank(day, attempt * tries, asked)
            elif self.looks_only_among_contacts():
                found = self.search_contacts(day, attempt * tries, asked)
            else:
                found = self.search_all_sources(day, attempt * tries, asked)
            if found is not None and self.is_limited_to_others(found[1], day):
                self.kept_from_strangers += 1
            elif found is not None and not self.is_forbidden(found[1]):
                source, meant, n = found
                question = self.policy.asks_first and self.tie_class(meant) >= 1
                strays = source == "contacts" and not question
                alter = self.address(day, attempt, meant) if strays else meant
                if alter != meant and not self.may_be_reached(alter, asked, day):
                    continue
                k, delay_word = self.tie_class(alter), self.word_here(day, TRY, 4 * n + 3)
                sent = Invitation(day, self.number, alter, source, k, delay_word)
                sent.mistaken = alter != meant
                sent.question = question
                sent.note = not question and self.takes_note(day, self.tie_class(meant), today)
                today.append(sent)
        return today

    def may_be_reached(self, alter: int, asked: list[int], day: int) -> bool:
        """Return whether an invitation may go to alter in place of the person meant."""
        forbidden = self.is_forbidden(alter) or self.is_limited_to_others(alter, day)
        return alter not in asked and self.platform_allows(alter) and not forbidden

    def address(self, day: int, attempt: int, meant: int) -> int:
        """Return to whom an invitation to a contact goes: by mistake to anybody."""
        if not chance(self.word_here(day, MISTAKE, 2 * attempt), self.rules.inviting.mistaken):
            return meant
        there = self.model.there
        return there[below(self.word_here(day, MISTAKE, 2 * attempt + 1), len(there))].number

    def takes_note(self, day: int, k: int, today: list[Invitation]) -> bool:
        """Return whether a note goes with an invitation that is meant for somebody of class k."""
        r, most = self.rules.answering.recognise[k], self.rules.platform.notes_per_month
        if not self.policy.notes or not 0 < r <= self.rules.inviting.note_below:
            return False
        month = (day - 1) // 30
        so_far = sum(one.note and (one.sent_day - 1) // 30 == month for one in self.sent + today)
        return most is None or so_far < most

    def attempts(self, day: int) -> int:
        """Return how often it tries to invite somebody today."""
        if not self.joined:
            return 0
        on_arrival = self.rules.society.on_arrival
        if on_arrival is not None and day == self.arrived and self.number >= self.rules.members:
            return on_arrival
        per_day = self.policy.per_day
        if per_day is None:
            per_day = self.rules.inviting.per_day
        rate = per_day * (1 if self.policy.alike else self.activity)
        whole = math.floor(rate)
        return whole + chance(self.word_here(day, DAILY, 3), rate - whole)

    def week_is_full(self, day: int, today: int) -> bool:
        """Return whether its invitations of seven days have reached the platform's limit."""
        weekly = self.rules.platform.weekly_invites
        before = sum(invitation.sent_day > day - 7 for invitation in self.sent)
        return weekly is not None and today + before >= weekly

    def looks_only_among_contacts(self) -> bool:
        policy = self.policy
        return policy.introductions + policy.directory + policy.popular == 0

    def search_contacts(self, day: int, n: int, asked: list[int]) -> tuple[str, int, int] | None:
        """Make all tries at once, for a policy that looks for candidates among contacts only.

        It finds one of the eligible contacts, unless every try would have missed them.
        """
        eligible = [
            alter for alter in self.eligible_contacts(asked) if self.condition_holds(alter, day)
        ]
        if not eligible:
            return None
        p_miss = math.prod([1 - len(eligible) / len(self.contacts)] * self.rules.inviting.tries)
        if chance(self.word_here(day, TRY, 4 * n), p_miss):
            return None
        return "contacts", eligible[below(self.word_here(day, TRY, 4 * n + 1), len(eligible))], n

    def search_all_sources(
        self, day: int, first: int, asked: list[int]
    ) -> tuple[str, int, int] | None:
        """Try candidate after candidate: return source and number of the first whom it invites.

        With them goes the number of the try.
        """
        return next(self.eligible_candidates(day, first, asked), None)

    def search_for_rank(
        self, day: int, first: int, asked: list[int]
    ) -> tuple[str, int, int] | None:
        """Make all tries of an attempt: return what the one with the highest rank has found."""
        found = self.eligible_candidates(day, first, asked)
        return max(found, key=lambda one: self.model.people[one[1]].rank, default=None)

    def eligible_candidates(
        self, day: int, first: int, asked: list[int]
    ) -> Iterator[tuple[str, int, int]]:
        """Yield source, number and try of those among the candidates of an attempt who fit."""
        for n in range(first, first + self.rules.inviting.tries):
            source, alter = self.candidate(day, n, asked)
            if alter is None or alter in asked:
                continue
            if self.is_eligible(alter, source) and self.condition_holds(alter, day):
                yield source, alter, n

    def candidate(self, day: int, n: int, asked: list[int]) -> tuple[str, int | None]:
        """Return the source of the candidate of try n, and the candidate."""
        policy, people = self.policy, self.model.people
        total = policy.contacts + policy.introductions + policy.directory + policy.popular
        contacts_share, introductions_share = policy.contacts / total, policy.introductions / total
        directory_share = policy.directory / total
        u = self.word_here(day, TRY, 4 * n) / TWO32
        word1, word2 = (self.word_here(day, TRY, 4 * n + place) for place in (1, 2))
        if u < contacts_share:
            eligible = self.eligible_contacts(asked)
            hit = bool(eligible) and chance(word1, len(eligible) / len(self.contacts))
            return "contacts", eligible[below(word2, len(eligible))] if hit else None
        if u < contacts_share + introductions_share:
            between = self.random_connection(word1)
            found = None if between is None else people[between].random_connection(word2)
            return "introductions", found
        if u < contacts_share + introductions_share + directory_share:
            there = self.model.there
            return "directory", there[below(word1, len(there))].number
        return "popular", self.model.popular_member(word1)

    def eligible_contacts(self, asked: list[int]) -> list[int]:
        return [
            alter
            for alter in self.contacts
            if alter not in asked and self.is_eligible(alter, "contacts")
        ]

    def is_eligible(self, alter: int, source: str) -> bool:
        """Return whether it may invite alter, and its policy's numbers want it to."""
        policy, k = self.policy, self.tie_class(alter)
        if not self.platform_allows(alter):
            return False
        referred = policy.invites_references and source == "introductions"
        if k < self.class_here(policy.min_tie) and not referred:
            return False
        return self.estimate(k) >= self.least_estimate()

    def least_estimate(self) -> float:
        """Return the estimate from which on it invites: its caution grows with its strikes."""
        limit, least = self.rules.platform.limit, self.policy.min_acceptance
        if limit is None:
            return least
        strikes = self.counted_strikes(self.model.day)
        return min(1.0, least + self.policy.caution * strikes / limit)

    def platform_allows(self, alter: int) -> bool:
        """Return whether there is nothing on the platform that bars an invitation to alter."""
        return alter != self.number and self.bonds.get(alter, Bond()).state == FREE

    def class_here(self, tie_class: int) -> int:
        """Return what a least class of a policy or habit is on this platform; 5 is nobody."""
        return 5 if tie_class == 5 else min(4, tie_class + self.rules.platform.shift)

    def is_limited_to_others(self, alter: int, day: int) -> bool:
        """Return whether it may only invite people it knows, and alter is none of them: a lapse."""
        return day <= self.limited_until and self.tie_class(alter) == 0

    def is_forbidden(self, alter: int) -> bool:
        """Return whether it can't invite alter although alter fits: the attempt lapses."""
        return not self.model.people[alter].joined or self.is_unwelcome(alter)

    def is_unwelcome(self, alter: int) -> bool:
        """Return whether it neither invites alter nor, having recognised it, accepts it."""
        known_as_low = self.tie_class(alter) >= 1 and self.model.people[alter].is_low()
        return self.bonds.get(alter, Bond()).vetoed or known_as_low

    def is_low(self) -> bool:
        """Return whether it was often asked for help, and has helped too seldom."""
        helping = self.rules.helping
        return self.asked >= helping.floor_after and reputation(self) < helping.floor

    def condition_holds(self, alter: int, day: int) -> bool:
        """Return whether the policy's own function says yes; True if it has none."""
        if self.policy.condition is None:
            return True
        bond, other = self.bonds.get(alter, Bond()), self.model.people[alter]
        days_since = -1 if bond.last is None else day - bond.last
        seen = SeenBond(bond.met, bond.talked, days_since, self.tie_class(alter))
        same_circle = other.circle == self.circle
        candidate = Candidate(alter, len(other.connected_on), same_circle, other.policy_place)
        return bool(self.policy.condition(seen, candidate, day))

    def estimate(self, k: int) -> float:
        """Return how likely people of tie class k are to accept, in its own experience."""
        prior, weight = self.rules.inviting.prior_acceptance[k], self.rules.inviting.prior_weight
        return (prior * weight + self.accepted_of_class[k]) / (weight + self.resolved_of_class[k])
