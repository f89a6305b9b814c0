"""A person of the model in plain Python: what it knows, whom it meets, invites, how it answers."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import mesa

from sim import Bond as SeenBond
from sim import Candidate, Habit, InvitePolicy, Scenario
from tests.reference_account import Account
from tests.reference_draws import (
    ANSWER,
    ASK,
    DAILY,
    LOOK,
    MISTAKE,
    PARTNER,
    PERSON,
    SOCIABILITY,
    TRY,
    TWO32,
    below,
    chance,
    draw,
    rounded,
    shifted,
    unit,
)
from tests.reference_helping import TYPES, reputation

if TYPE_CHECKING:
    from tests.reference import Reference

FREE, PENDING, CONNECTED, LOCKED = "free", "pending", "connected", "locked"
ASKED = "asked"  # a question is pending
MOST_MET, MOST_TALKED = 511, 255  # where the counts of encounters stop


@dataclass
class Bond:
    """What one person (ego) knows of another (alter), and whether ego may invite alter."""

    met: int = 0  # encounters face to face
    talked: int = 0  # encounters online
    last: int | None = None  # the day of the last encounter
    state: str = FREE  # on the platform, in this direction
    free_on: int | None = None  # the day on which a lock ends; None: not locked, or for good
    vetoed: bool = False  # ego wants alter neither as inviter nor as invitee, for good


@dataclass
class Invitation:
    """An invitation and what becomes of it; or a question, which becomes one if it is granted."""

    sent_day: int
    ego: int
    alter: int
    source: str  # where ego found alter: contacts, introductions, directory or popular
    tie_class: int  # on the day of sending
    delay_word: int
    due_day: int | None = None  # of the answer, as known on the day of sending; None: never
    mistaken: bool = False  # whether another one was meant
    question: bool = False  # whether it is a question so far
    asked: bool = False  # whether it was one, and the answer was yes
    note: bool = False  # whether a note goes with it, that says where they met
    waits: bool = True  # whether the platform and the inviter still see it as pending
    # what becomes of it, and when: decided once, which is final
    outcome: str = "pending"  # then accepted, idk ("I don't know this person"),
    # declined, or void: one of the two has left
    decided_day: int | None = None
    recognised: bool | None = None  # None: not looked at
    decided_class: int | None = None  # the tie class on that day
    common: int | None = None  # connections in common: at the decision; of one unseen, at sending


class Person(Account, mesa.Agent):  # type: ignore[misc]
    """A member of the society, with its bonds and its account on the platform."""

    def __init__(
        self,
        model: "Reference",
        number: int,
        policy_place: int,
        habit_place: int,
        type_place: int,
    ) -> None:
        super().__init__(model)
        self.rules: Scenario = model.rules
        self.number = number
        self.arrived = 1  # the day on which it came; 1 of who is there from the start
        self.left: int | None = None  # the day on which it left
        society = self.rules.society
        self.circle = number // society.circle_size
        # how readily it meets others, and how much it does on the platform
        self.sociability = self.draw_log_normal(SOCIABILITY, 0, society.sociability_sigma)
        self.activity = self.draw_log_normal(PERSON, 4, society.activity_sigma)
        self.policy_place = policy_place
        self.policy: InvitePolicy = list(self.rules.policies.values())[policy_place]
        habits: list[Habit | None] = [*self.rules.habits.values(), None]
        self.habit = habits[habit_place]
        self.type = TYPES[type_place]  # how readily it helps
        self.asked = self.helped = 0  # how often it was asked for help, and has given it
        self.needs = self.referrals = 0  # its own, and whom it was referred to in need
        self.met_by_connection = self.met_by_contact = self.met_by_referral = 0
        self.rank = below(self.word(0, PERSON, 1), 16)
        platform = self.rules.platform
        self.joined = chance(self.word(0, PERSON, 8 + platform.place), platform.joined)
        self.bonds: dict[int, Bond] = {}  # by the other's number
        self.contacts: list[int] = []  # those it has met or talked to, in the order of meeting
        self.connected_on: dict[int, int] = {}  # from the other's number to the day
        self.had_room = True  # for a connection, at the beginning of the phase
        self.sent: list[Invitation] = []
        self.questions: list[Invitation] = []  # those that were granted too
        self.attempts_made = 0  # those that lapse too
        self.accepted_of_class, self.resolved_of_class = [0] * 5, [0] * 5
        self.open_account()

    def word(self, day: int, purpose: int, index: int) -> int:
        return draw(self.rules.seed, day, purpose, self.number, index)

    def word_here(self, day: int, purpose: int, index: int) -> int:
        """Return a word of the platform's own: each place of a society has others."""
        return self.word(day, purpose + self.rules.platform.place * 2**16, index)

    def draw_log_normal(self, purpose: int, first: int, sigma: float) -> float:
        """Return a log-normal number of this person, with mean 1, by the words from first on."""
        unit0, unit1 = (unit(self.word(0, purpose, first + place)) for place in range(2))
        normal = math.sqrt(-2 * math.log(unit0)) * math.cos(2 * math.pi * unit1)
        return rounded(math.exp(sigma * normal - sigma**2 / 2))

    # What it knows

    def tie_class(self, alter: int) -> int:
        """Return 0 for a stranger, 1 known online, 2 met once or so, 3 met often, 4 close."""
        bond = self.bonds.get(alter, Bond())
        if bond.met == 0:
            return 1 if bond.talked >= 1 else 0
        if bond.met < self.model.often:
            return 2
        return 3 if bond.met < self.model.close else 4

    def encounters_with(self, alter: int) -> int:
        return self.bonds[alter].met + self.bonds[alter].talked

    @property
    def connections(self) -> list[int]:
        """Those it is connected with, in the order of the days; those of one day by number."""
        return sorted(self.connected_on, key=lambda alter: (self.connected_on[alter], alter))

    def random_contact(self, word: int) -> int | None:
        return self.contacts[below(word, len(self.contacts))] if self.contacts else None

    def random_connection(self, word: int) -> int | None:
        return self.connections[below(word, len(self.connections))] if self.connected_on else None

    def has_room(self) -> bool:
        """Return whether the platform allows one more connection."""
        most = self.rules.platform.max_connections
        return most is None or len(self.connected_on) < most

    # Phase 1: meet

    def encounter(self, day: int) -> tuple[int, int, bool] | None:
        """Return the encounter that it starts today: itself, its partner, whether face to face."""
        p = min(1.0, self.rules.meeting.rate * self.sociability)
        if not chance(self.word(day, DAILY, 0), p):
            return None
        partner, p_face = self.partner(day, self.word(day, DAILY, 1) / TWO32)
        if partner is None or partner == self.number:
            return None
        return self.number, partner, chance(self.word(day, DAILY, 2), p_face)

    def partner(self, day: int, u: float) -> tuple[int | None, float]:
        """Return whom it meets, and the probability that it is face to face."""
        meeting, people, there = self.rules.meeting, self.model.people, self.model.there
        words = [self.word(day, PARTNER, r) for r in range(max(2, meeting.again_choice))]
        if u < meeting.again:  # the best known of some contacts
            if not self.contacts:
                return None, 0.0
            some = [self.random_contact(word) for word in words[: meeting.again_choice]]
            partner = max(some, key=self.encounters_with)  # the first one of the largest
            met = self.bonds[partner].met >= 1
            return partner, meeting.face_again if met else meeting.face_online
        if u < meeting.again + meeting.friend:  # a contact of a contact
            friend = self.random_contact(words[0])
            found = None if friend is None else people[friend].random_contact(words[1])
            return found, meeting.face_friend
        until_team = meeting.again + meeting.friend + meeting.team
        circle = [other.number for other in there if other.circle == self.circle]
        if u < until_team:  # somebody of its own team
            team = [other for other in circle if self.team_of(other) == self.team_of(self.number)]
            return team[below(words[0], len(team))], meeting.face_team
        if u < until_team + meeting.circle:  # somebody of its own circle
            return circle[below(words[0], len(circle))], meeting.face_circle
        return there[below(words[0], len(there))].number, meeting.face_anybody

    def team_of(self, number: int) -> int:
        """Return the place of a member's team in its circle."""
        society = self.rules.society
        return number % society.circle_size // society.team_size

    # Phase 2: invite

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

    # Phase 3: answer

    def looks_at(self, invitation: Invitation) -> bool:
        """Return whether it ever visits the platform while an invitation is open."""
        looks, pending_days = self.rules.answering.looks, self.rules.inviting.pending_days
        if looks is None:
            return True
        word = self.model.people[invitation.ego].word_here(invitation.sent_day, LOOK, self.number)
        p = rounded(1 - math.exp(-looks * self.activity * pending_days / 21))
        return chance(word, p)

    def decide(self, invitation: Invitation, day: int) -> str:
        """Return what it does with an invitation that it looks at: accepted, idk or declined."""
        inviter = self.model.people[invitation.ego]
        words = [inviter.word_here(day, ANSWER, 4 * self.number + lane) for lane in range(3)]
        k = self.tie_class(inviter.number)
        invitation.recognised = chance(words[0], self.recognition_by(invitation, day))
        if not invitation.recognised:
            k = 0
        referred = invitation.common > 0 and self.answers_by("takes_references")
        unwelcome = invitation.recognised and self.is_unwelcome(inviter.number)
        if chance(words[1], self.acceptance(k, referred, inviter)) and not unwelcome:
            return "accepted"
        clicks = not invitation.recognised and chance(words[2], self.answers_by("idk_click"))
        return "idk" if clicks else "declined"

    def answer_question(self, question: Invitation, day: int) -> str:
        """Return yes, no or nothing: its answer to who asks whether it may invite it."""
        asker, k = self.model.people[question.ego], self.tie_class(question.ego)
        words = [asker.word_here(day, ANSWER, 4 * self.number + lane) for lane in range(2)]
        if not chance(words[0], self.recognition_by(question, day)):
            return ""
        if not chance(asker.word_here(day, ASK, self.number), self.rules.answering.ask_answered):
            return ""
        if self.is_unwelcome(question.ego):
            return "no"
        referred = question.common > 0 and self.answers_by("takes_references")
        return "yes" if chance(words[1], self.acceptance(k, referred, asker)) else "no"

    def recognition_by(self, invitation: Invitation, day: int) -> float:
        """Return the chance that it recognises the inviter; a note reminds whom it is meant for."""
        reminded = invitation.note and not invitation.mistaken
        lift = self.rules.answering.note_lift if reminded else 0
        return shifted(self.recognition(invitation.ego, day), lift)

    def recognition(self, alter: int, day: int) -> float:
        """Return the chance that it recognises alter on a day."""
        answering, k = self.rules.answering, self.tie_class(alter)
        if answering.memory_days is None or k == 0:
            return answering.recognise[k]
        days = day - self.bonds[alter].last
        times = self.encounters_with(alter)
        return answering.fresh[k] * rounded(math.exp(-days / (answering.memory_days * times)))

    def acceptance(self, k: int, referred: bool, inviter: "Person") -> float:
        """Return the chance of accepting an inviter, of class k, with or without a reference."""
        answering = self.rules.answering
        accepts_from = self.class_here(self.answers_by("accepts_from"))
        if accepts_from == 5:  # accepts nobody
            return 0.0
        p = self.answers_by("accept")[k]
        shift = 0.0
        if k < accepts_from:
            if answering.reserve is None and not referred:
                return 0.0
            shift -= answering.reserve or 0.0
        if referred:
            shift += answering.reference_lift
        shift -= answering.rank_slope * (self.rank - inviter.rank) / 15
        return shifted(p, shift)

    def answers_by(self, name: str) -> Any:
        """Return a number it answers by: the habit's, else the policy's, else the scenario's."""
        levels = (self.habit, self.policy, self.rules.answering)
        said = (getattr(numbers, name, None) for numbers in levels)
        return next(number for number in said if number is not None)
