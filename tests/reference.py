"""The model told slowly: one plain object a person, dictionaries and lists, on Mesa alone.

Read this file to know the model. It follows ``docs/rules.md`` from top to bottom and knows nothing of how the fast model in ``sim`` works;
it takes only the scenario from there. ``tests/test_reference.py`` holds the two equal, bond for bond and invitation for invitation. So
nothing here is clever, and nothing is there for speed but a memory of the last random blocks.

A run: ``Reference(scenario).run()``; then look at its ``people``, ``invitations``, ``connections`` and ``arcs``.
"""

import functools
import itertools
import math
from collections import defaultdict
from dataclasses import dataclass

import mesa

from sim import Bond as SeenBond
from sim import Candidate, InvitePolicy, Scenario

TWO32 = 2**32
MOST_MET, MOST_TALKED = 511, 255
FREE, PENDING, CONNECTED, LOCKED = "free", "pending", "connected", "locked"
SOCIABILITY, POLICY, DAILY, TRY, ANSWER, PARTNER = 1, 2, 3, 4, 5, 6


@functools.lru_cache(maxsize=4096)
def philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Philox4x32-10 (Salmon et al. 2011): four random words from a counter of four words and a key of two."""
    for _ in range(10):
        product0, product1 = c0 * 0xD2511F53, c2 * 0xCD9E8D57
        c0, c1, c2, c3 = (
            product1 >> 32 ^ c1 ^ k0,
            product1 % TWO32,
            product0 >> 32 ^ c3 ^ k1,
            product0 % TWO32,
        )
        k0, k1 = (k0 + 0x9E3779B9) % TWO32, (k1 + 0xBB67AE85) % TWO32
    return c0, c1, c2, c3


def draw(seed: int, day: int, purpose: int, ego: int, index: int) -> int:
    """The word of this day, purpose, ego and index."""
    return philox(ego, index // 4 % TWO32, day % TWO32, purpose, seed % TWO32, seed // TWO32)[
        index % 4
    ]


def chance(word: int, p: float) -> bool:
    return word < math.floor(p * TWO32)


def below(word: int, n: int) -> int:
    return word * n // TWO32


def unit(word: int) -> float:
    return (word + 0.5) / TWO32


def rounded(x: float) -> float:
    """What exp, log, pow and cos give, to a multiple of 2^-24: the same on every processor."""
    return round(x * 2**24) / 2**24


def power(base: float, exponent: float) -> float:
    try:
        return base**exponent
    except OverflowError:
        return math.inf


@dataclass
class Bond:
    """What ego knows of alter, and how the platform stands between them in this direction."""

    met: int = 0
    talked: int = 0
    last: int | None = None  # day of the last encounter
    state: str = FREE
    free_on: int | None = None  # day in whose morning a lock opens; None: not locked, or for good


@dataclass
class Invitation:
    """One invitation, from the day on which it is sent to whatever becomes of it."""

    sent_day: int
    ego: int
    alter: int
    source: str
    tie_class: int
    delay_word: int
    due_day: int | None = (
        None  # as it stands on the evening of the day of sending; None where no answer will come
    )
    outcome: str = "pending"  # or accepted, idk ("I don't know this person"), ignored (withdrawn without an answer)


class Person(mesa.Agent):  # type: ignore[misc]
    """A member of the society, with its bonds and its account on the platform."""

    def __init__(self, model: "Reference", number: int, policy_place: int) -> None:
        super().__init__(model)
        self.rules: Scenario = model.rules
        self.number = number
        self.circle = number // self.rules.society.circle_size
        sigma = self.rules.society.sociability_sigma
        unit0, unit1 = (unit(self.word(0, SOCIABILITY, index)) for index in range(2))
        normal = math.sqrt(-2 * math.log(unit0)) * math.cos(2 * math.pi * unit1)
        self.sociability = rounded(math.exp(sigma * normal - sigma**2 / 2))
        self.policy_place = policy_place
        self.policy: InvitePolicy = list(self.rules.policies.values())[policy_place]
        self.bonds: dict[int, Bond] = {}  # by the other's number
        self.contacts: list[int] = []  # in the order of the first encounter
        self.connected_on: dict[int, int] = {}  # by the other's number: the day
        self.had_room = True  # for a connection, at the beginning of the phase
        self.sent: list[Invitation] = []
        self.accepted_of_class, self.resolved_of_class = [0] * 5, [0] * 5
        # The account. "Since zero" is since the opening or the last lifting of a restriction.
        self.strikes = self.sent_since_zero = self.accepted_since_zero = self.restricted_days = 0
        self.strike_days_since_zero: list[int] = []
        self.restricted_until: float = 0
        self.blocked_day: int | None = None
        self.invitations_until_block: int | None = None

    def word(self, day: int, purpose: int, index: int) -> int:
        return draw(self.rules.seed, day, purpose, self.number, index)

    def tie_class(self, alter: int) -> int:
        """0 stranger, 1 online, 2 met once, 3 met often, 4 close."""
        bond = self.bonds.get(alter, Bond())
        if bond.met == 0:
            return 1 if bond.talked >= 1 else 0
        return (
            2
            if bond.met < self.rules.society.often
            else 3
            if bond.met < self.rules.society.close
            else 4
        )

    @property
    def connections(self) -> list[int]:
        """In the order in which they were made; those of one day by number."""
        return sorted(self.connected_on, key=lambda alter: (self.connected_on[alter], alter))

    def random_contact(self, word: int) -> int | None:
        return self.contacts[below(word, len(self.contacts))] if self.contacts else None

    def random_connection(self, word: int) -> int | None:
        return self.connections[below(word, len(self.connections))] if self.connected_on else None

    def encounters_with(self, alter: int) -> int:
        return self.bonds[alter].met + self.bonds[alter].talked

    def encounter(self, day: int) -> tuple[int, int, bool] | None:
        """Phase 1: the encounter that this person starts today: (itself, partner, face to face?); None if it starts none."""
        meeting = self.rules.meeting
        if not chance(self.word(day, DAILY, 0), min(1.0, meeting.rate * self.sociability)):
            return None
        partner, p_face = self.partner(day, self.word(day, DAILY, 1) / TWO32)
        if partner is None or partner == self.number:
            return None
        return self.number, partner, chance(self.word(day, DAILY, 2), p_face)

    def partner(self, day: int, u: float) -> tuple[int | None, float]:
        """Whom the person would meet, and the probability that it is face to face."""
        meeting, people = self.rules.meeting, self.model.people
        words = [self.word(day, PARTNER, r) for r in range(max(2, meeting.again_choice))]
        if u < meeting.again:
            if not self.contacts:
                return None, 0.0
            drawn = [
                self.contacts[below(word, len(self.contacts))]
                for word in words[: meeting.again_choice]
            ]
            partner = max(drawn, key=self.encounters_with)  # the first of the largest
            has_met = self.bonds[partner].met >= 1
            return partner, meeting.face_again if has_met else meeting.face_online
        if u < meeting.again + meeting.friend:
            friend = self.random_contact(words[0])
            found = None if friend is None else people[friend].random_contact(words[1])
            return found, meeting.face_friend
        if u < meeting.again + meeting.friend + meeting.circle:
            first = self.circle * self.rules.society.circle_size
            size = min(self.rules.society.circle_size, len(people) - first)
            return first + below(words[0], size), meeting.face_circle
        return below(words[0], len(people)), meeting.face_anybody

    def has_room(self) -> bool:
        most = self.rules.platform.max_connections
        return most is None or len(self.connected_on) < most

    def invites(self, day: int) -> list[Invitation]:
        """Phase 2: the invitations that this person sends today."""
        inviting, weekly = self.rules.inviting, self.rules.platform.weekly_invites
        if day <= self.restricted_until or not self.has_room():
            return []
        whole = math.floor(inviting.per_day)
        today: list[Invitation] = []
        for attempt in range(whole + chance(self.word(day, DAILY, 3), inviting.per_day - whole)):
            if (
                weekly is not None
                and len(today) + sum(invitation.sent_day > day - 7 for invitation in self.sent)
                >= weekly
            ):
                continue
            asked = [invitation.alter for invitation in today]
            contacts_only = self.policy.introductions + self.policy.directory == 0
            found = (
                self.found_among_contacts(day, attempt, asked)
                if contacts_only
                else self.found_one_by_one(day, attempt, asked)
            )
            if found is not None:
                source, alter, n = found
                today.append(
                    Invitation(
                        day,
                        self.number,
                        alter,
                        source,
                        self.tie_class(alter),
                        self.word(day, TRY, 4 * n + 3),
                    )
                )
        return today

    def found_among_contacts(
        self, day: int, attempt: int, asked: list[int]
    ) -> tuple[str, int, int] | None:
        """All tries at once: one of the eligible contacts, unless every try would have missed them."""
        tries, contacts = self.rules.inviting.tries, self.contacts
        n = attempt * tries
        eligible = [
            alter
            for alter in contacts
            if alter not in asked and self.is_eligible(alter) and self.agrees(alter, day)
        ]
        if not eligible or chance(
            self.word(day, TRY, 4 * n), math.prod([1 - len(eligible) / len(contacts)] * tries)
        ):
            return None
        return "contacts", eligible[below(self.word(day, TRY, 4 * n + 1), len(eligible))], n

    def found_one_by_one(
        self, day: int, attempt: int, asked: list[int]
    ) -> tuple[str, int, int] | None:
        """The first candidate of some tries who is eligible and to whom the policy's own function agrees, and the number of the try."""
        tries = self.rules.inviting.tries
        for n in range(attempt * tries, (attempt + 1) * tries):
            source, alter = self.candidate(day, n, asked)
            if (
                alter is not None
                and alter not in asked
                and self.is_eligible(alter)
                and self.agrees(alter, day)
            ):
                return source, alter, n
        return None

    def candidate(self, day: int, n: int, asked: list[int]) -> tuple[str, int | None]:
        """Where the candidate of this try comes from, and who it is."""
        policy, people = self.policy, self.model.people
        total = policy.contacts + policy.introductions + policy.directory
        contacts_share, introductions_share = policy.contacts / total, policy.introductions / total
        u = self.word(day, TRY, 4 * n) / TWO32
        words = [self.word(day, TRY, 4 * n + place) for place in (1, 2)]  # 3 is the delay's
        if u < contacts_share:
            contacts = self.contacts
            eligible = [
                alter for alter in contacts if alter not in asked and self.is_eligible(alter)
            ]
            hit = bool(eligible) and chance(words[0], len(eligible) / len(contacts))
            return "contacts", eligible[below(words[1], len(eligible))] if hit else None
        if u < contacts_share + introductions_share:
            between = self.random_connection(words[0])
            found = None if between is None else people[between].random_connection(words[1])
            return "introductions", found
        return "directory", below(words[0], len(people))

    def is_eligible(self, alter: int) -> bool:
        policy, bond, k = self.policy, self.bonds.get(alter, Bond()), self.tie_class(alter)
        if alter == self.number or bond.state != FREE or k < policy.min_tie:
            return False
        return policy.min_acceptance == 0 or self.estimate(k) >= policy.min_acceptance

    def agrees(self, alter: int, day: int) -> bool:
        """Whether the policy's own function says yes, if it has one."""
        if self.policy.condition is None:
            return True
        bond, other = self.bonds.get(alter, Bond()), self.model.people[alter]
        seen = SeenBond(
            bond.met,
            bond.talked,
            -1 if bond.last is None else day - bond.last,
            self.tie_class(alter),
        )
        candidate = Candidate(
            alter, len(other.connected_on), other.circle == self.circle, other.policy_place
        )
        return bool(self.policy.condition(seen, candidate, day))

    def estimate(self, k: int) -> float:
        """How likely people of tie class k are to accept, from this person's own experience."""
        prior, weight = self.rules.inviting.prior_acceptance[k], self.rules.inviting.prior_weight
        return (prior * weight + self.accepted_of_class[k]) / (weight + self.resolved_of_class[k])

    def judge(self, invitation: Invitation, day: int) -> str:
        """Phase 3: what this person does with an invitation: accepted, idk or ignored."""
        answering, inviter = self.rules.answering, self.model.people[invitation.ego]
        words = [inviter.word(day, ANSWER, 4 * self.number + lane) for lane in range(3)]
        k = self.tie_class(inviter.number)
        recognised = chance(words[0], answering.recognise[k])
        if not recognised:
            k = 0
        common = self.connected_on.keys() & inviter.connected_on.keys()
        referred = self.policy.takes_references and bool(common)
        if (k >= self.policy.accepts_from or referred) and chance(words[1], answering.accept[k]):
            return "accepted"
        return "idk" if not recognised and chance(words[2], answering.idk_click) else "ignored"

    def enforce(self, day: int) -> None:
        """Phase 4: the platform looks at this account at the end of the day."""
        if day == self.restricted_until:  # the last day of a restriction
            self.strike_days_since_zero, self.sent_since_zero, self.accepted_since_zero = [], 0, 0
        elif day > self.restricted_until and self.breaks_the_rule(day):
            self.restricted_until = day + (self.rules.platform.restriction_days or math.inf)
            if self.blocked_day is None:
                self.blocked_day, self.invitations_until_block = day, len(self.sent)

    def breaks_the_rule(self, day: int) -> bool:
        platform = self.rules.platform
        window = platform.window_days or math.inf
        if (
            platform.limit is not None
            and sum(struck > day - window for struck in self.strike_days_since_zero)
            >= platform.limit
        ):
            return True
        if platform.min_ratio is None or self.sent_since_zero < platform.min_invites:
            return False
        return self.accepted_since_zero / self.sent_since_zero < platform.min_ratio


class Reference(mesa.Model):  # type: ignore[misc]
    """A society on a platform; one step is one day.

    ``log`` holds the encounters of a contact log, if the meetings come from one: for each of its days a list of pairs, in their order.
    """

    def __init__(self, scenario: Scenario, log: list[list[tuple[int, int]]] | None = None) -> None:
        super().__init__(rng=scenario.seed)  # Mesa's own random numbers are not used
        self.rules = scenario
        self.log = log
        self.day = 0
        self.people: list[Person] = [
            Person(self, number, place) for number, place in enumerate(self._dealt_policies())
        ]
        self.invitations: list[Invitation] = []
        self.arcs: set[tuple[int, int]] = (
            set()
        )  # outreach: (i, j) once i has invited j or has accepted an invitation of j
        self.due: dict[int, list[Invitation]] = defaultdict(list)
        self.expiring: dict[int, list[Invitation]] = defaultdict(list)
        self.opening: dict[int, list[Bond]] = defaultdict(list)
        if log is None:
            for day in range(1 - scenario.history_days, 1):
                self.meet(day)

    def _dealt_policies(self) -> list[int]:
        """The place of each member's policy among the policies."""
        order = sorted(
            range(self.rules.members),
            key=lambda number: (draw(self.rules.seed, 0, POLICY, number, 0), number),
        )
        ends = [
            round(self.rules.members * share)
            for share in itertools.accumulate(self.rules.shares().values())
        ]
        dealt = {number: sum(end <= place for end in ends) for place, number in enumerate(order)}
        return [dealt[number] for number in sorted(order)]

    @property
    def connections(self) -> set[tuple[int, int]]:
        return {
            (person.number, alter)
            for person in self.people
            for alter in person.connections
            if person.number < alter
        }

    def run(self) -> "Reference":
        for _ in range(self.rules.days):
            self.step()
        return self

    def step(self) -> None:
        self.day += 1
        for bond in self.opening.pop(self.day, []):
            if bond.state == LOCKED:
                bond.state, bond.free_on = FREE, None
        for person in self.people:
            person.restricted_days += self.day <= person.restricted_until
        self.meet(self.day)
        self.invite(self.day)
        self.answer(self.day)
        for person in self.people:
            person.enforce(self.day)

    def meet(self, day: int) -> None:
        """Phase 1: all choose, then the encounters happen."""
        if self.log is None:
            encounters = [person.encounter(day) for person in self.people]
        else:
            place = (day - 1) % len(self.log) if self.rules.meeting.repeat_log else day - 1
            encounters = (
                [(one, other, True) for one, other in self.log[place]]
                if place < len(self.log)
                else []
            )
        for ego, alter, face_to_face in filter(None, encounters):
            for one, other in ((ego, alter), (alter, ego)):
                bond = self.people[one].bonds.setdefault(other, Bond())
                if bond.met + bond.talked == 0:
                    self.people[one].contacts.append(other)
                bond.met = min(MOST_MET, bond.met + face_to_face)
                bond.talked = min(MOST_TALKED, bond.talked + (not face_to_face))
                bond.last = day

    def invite(self, day: int) -> None:
        """Phase 2: all choose, then the invitations are out, then they take effect."""
        self.note_room()
        sent = [invitation for person in self.people for invitation in person.invites(day)]
        for invitation in sent:
            ego, alter = self.people[invitation.ego], self.people[invitation.alter]
            ego.bonds.setdefault(alter.number, Bond()).state = PENDING
            alter.bonds.setdefault(ego.number, Bond())
            ego.sent.append(invitation)
            ego.sent_since_zero += 1
            self.arcs.add((ego.number, alter.number))
            self.expiring[day + self.rules.inviting.pending_days].append(invitation)
        self.invitations += sent
        for invitation in sorted(sent, key=lambda invitation: (invitation.alter, invitation.ego)):
            self.take_effect(invitation, day)

    def note_room(self) -> None:
        """A cap on connections is judged on the counts at the beginning of the phase."""
        for person in self.people:
            person.had_room = person.has_room()

    def take_effect(self, invitation: Invitation, day: int) -> None:
        ego, alter = self.people[invitation.ego], self.people[invitation.alter]
        if invitation.outcome != "pending":  # the crossing invitation has just connected the two
            return
        if (
            alter.bonds[ego.number].state == PENDING
        ):  # this invitation crosses one of the other side, of today or earlier
            if ego.had_room and alter.had_room:
                crossed = next(other for other in reversed(alter.sent) if other.alter == ego.number)
                self.connect(ego, alter, day)
                for accepted in (invitation, crossed):
                    self.conclude(accepted, "accepted")
                    if accepted.sent_day == day:
                        accepted.due_day = day
            return
        delay = self.delay(invitation.delay_word)
        if delay < self.rules.inviting.pending_days:
            invitation.due_day = day + delay
            self.due[day + delay].append(invitation)

    def delay(self, word: int) -> int:
        """Whole days of a Weibull draw, cut at ``pending_days``: how many it is longer than."""
        scale, shape = self.rules.answering.delay_scale, self.rules.answering.delay_shape
        return sum(
            scale > 0 and chance(word, rounded(math.exp(-power(days / scale, shape))))
            for days in range(1, self.rules.inviting.pending_days + 1)
        )

    def answer(self, day: int) -> None:
        """Phase 3: what is due is judged, then takes effect; what has waited too long is withdrawn."""
        self.note_room()
        due = [
            invitation for invitation in self.due.pop(day, []) if invitation.outcome == "pending"
        ]
        due.sort(key=lambda invitation: (invitation.alter, invitation.ego))
        verdicts = [self.people[invitation.alter].judge(invitation, day) for invitation in due]
        for invitation, verdict in zip(due, verdicts, strict=True):
            ego, alter = self.people[invitation.ego], self.people[invitation.alter]
            if verdict == "accepted" and ego.had_room and alter.had_room:
                self.connect(ego, alter, day)
                self.conclude(invitation, "accepted")
                self.arcs.add((alter.number, ego.number))
            elif verdict == "idk":
                ego.strikes += 1
                ego.strike_days_since_zero.append(day)
                ego.bonds[alter.number].state = LOCKED  # for good
                self.conclude(invitation, "idk")
        for invitation in [old for old in self.expiring.pop(day, []) if old.outcome == "pending"]:
            bond = self.people[invitation.ego].bonds[invitation.alter]
            bond.state = LOCKED
            if self.rules.inviting.lock_days is not None:
                bond.free_on = day + self.rules.inviting.lock_days + 1
                self.opening[bond.free_on].append(bond)
            self.conclude(invitation, "ignored")

    def connect(self, one: Person, other: Person, day: int) -> None:
        """Connect the two, whatever the state of either direction was."""
        for ego, alter in ((one, other), (other, one)):
            ego.bonds[alter.number].state, ego.bonds[alter.number].free_on = CONNECTED, None
            ego.connected_on[alter.number] = day

    def conclude(self, invitation: Invitation, outcome: str) -> None:
        """Note what became of an invitation; the inviter learns from it."""
        ego = self.people[invitation.ego]
        k = ego.tie_class(invitation.alter)
        invitation.outcome = outcome
        ego.resolved_of_class[k] += 1
        if outcome == "accepted":
            ego.accepted_of_class[k] += 1
            ego.accepted_since_zero += 1
