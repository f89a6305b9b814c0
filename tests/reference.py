"""The model in plain Python: people, dictionaries and lists. Read this file to know the model.

It follows ``docs/rules.md`` from top to bottom, on Mesa alone, and takes nothing from the fast
model in ``sim`` but the scenario. ``tests/test_reference.py`` checks that the two are equal, bond
for bond and invitation for invitation. So nothing here is clever, and nothing is there for speed.

A day is ``Reference.step``: read that first. What a person does and decides is in
``reference_person``, and whom it invites in ``reference_inviting``. To run the model,
``Reference(scenario).run()``; then look at its ``people``, ``invitations``, ``connections`` and
``arcs``.
"""

import bisect
import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterable

import mesa

from sim import Scenario
from tests.reference_arrivals import arrive, leave
from tests.reference_bonds import (
    ASKED,
    CONNECTED,
    FREE,
    LOCKED,
    MOST_MET,
    MOST_TALKED,
    PENDING,
    Bond,
    Invitation,
)
from tests.reference_draws import PERSON, POLICY, VETO, below, chance, draw, power, rounded
from tests.reference_helping import help_each_other
from tests.reference_person import Person


class Reference(mesa.Model):  # type: ignore[misc]
    """A society on a platform; one step is one day.

    ``log`` has the encounters of a contact log, if the meetings come from one: for each of its days
    a list of pairs, in their order.
    """

    def __init__(self, scenario: Scenario, log: list[list[tuple[int, int]]] | None = None) -> None:
        super().__init__(rng=scenario.seed)  # Mesa's own random numbers are not used
        self.rules = scenario
        self.log = log
        self.days, self.often, self.close = self.what_the_log_tells()
        self.day = 0
        policies = self.deal(POLICY, 0, scenario.shares().values())
        helping = scenario.helping
        others = 1 - helping.givers - helping.takers
        types = self.deal(PERSON, 0, [helping.givers, others])
        habits = self.deal(PERSON, 2, [habit.share for habit in scenario.habits.values()])
        self.people: list[Person] = [
            Person(self, number, *places)
            for number, places in enumerate(zip(policies, habits, types, strict=True))
        ]
        self.there = list(self.people)  # those who have not left, by number
        self.invitations: list[Invitation] = []
        # the outreach: (i, j) once i has invited j or has accepted an invitation of j
        self.arcs: set[tuple[int, int]] = set()
        self.met_halfway: set[tuple[int, int]] = set()  # connected as a question crossed
        self.sent_today: list[Invitation] = []  # and the questions
        self.crossed_today: list[Invitation] = []  # accepted because the two connected
        self.due: dict[int, list[Invitation]] = defaultdict(list)  # by day, as the next two
        self.expiring: dict[int, list[Invitation]] = defaultdict(list)
        self.unlocking: dict[int, list[Bond]] = defaultdict(list)
        if log is None:
            for day in range(1 - scenario.history_days, 1):
                self.meet(day)

    def what_the_log_tells(self) -> tuple[int, int, int]:
        """Return how many days it lasts, and from how many encounters on a tie is of a class."""
        rules, log = self.rules, self.log
        days, often, close = rules.days, rules.society.often, rules.society.close
        if log is not None and rules.lasts_as_log:
            days = len(log)
        if log is not None and rules.society.ties_by_log:
            times = Counter(pair for pairs in log for pair in pairs).values()

            def least(percent: int) -> int:
                reached = (sum(met >= count for met in times) for count in itertools.count(0))
                return next(
                    count
                    for count, pairs in enumerate(reached)
                    if 100 * pairs <= percent * len(times)
                )

            often = min(least(44), MOST_MET - 1)
            close = min(max(least(18), often + 1), MOST_MET)
        return days, often, close

    def deal(self, purpose: int, index: int, shares: Iterable[float]) -> list[int]:
        """Return the place of each member's policy, or habit, among these.

        Members are put into a random order; each policy gets its share of it. The place of who gets
        none is behind the last one.
        """
        n, seed = self.rules.members, self.rules.seed
        order = sorted(range(n), key=lambda number: (draw(seed, 0, purpose, number, index), number))
        ends = [round(n * share) for share in itertools.accumulate(shares)]
        dealt = {number: sum(end <= at for end in ends) for at, number in enumerate(order)}
        return [dealt[number] for number in range(n)]

    @property
    def connections(self) -> set[tuple[int, int]]:
        pairs = {(one.number, alter) for one in self.people for alter in one.connections}
        return {(one, other) for one, other in pairs if one < other}

    def run(self) -> "Reference":
        for _ in range(self.days):
            self.step()
        return self

    def step(self) -> None:
        """Simulate a day: its phases, in which all choose first, and then all takes effect."""
        self.day += 1
        leave(self, self.day)
        arrive(self, self.day)
        for bond in self.unlocking.pop(self.day, []):
            if bond.state == LOCKED:
                bond.state, bond.free_on = FREE, None
        for person in self.there:
            person.restricted_days += self.day <= person.restricted_until
        self.meet(self.day)
        help_each_other(self, self.day)
        self.invite(self.day)
        self.answer(self.day)
        for person in self.there:
            person.enforce(self.day)

    def meet(self, day: int) -> None:
        """Phase 1: people meet, face to face or online."""
        if self.log is None:
            encounters = [person.encounter(day) for person in self.there]
        else:
            place = (day - 1) % len(self.log) if self.rules.meeting.repeat_log else day - 1
            pairs = self.log[place] if place < len(self.log) else []
            encounters = [
                (one, other, True)
                for one, other in pairs
                if self.people[one].left is self.people[other].left is None
            ]
        for ego, alter, face_to_face in filter(None, encounters):
            self.happen(day, ego, alter, face_to_face)

    def happen(self, day: int, ego: int, alter: int, face_to_face: bool) -> None:
        """Apply an encounter; at the first of a pair each may veto the other, for good."""
        for one, other in ((ego, alter), (alter, ego)):
            bond = self.people[one].bonds.setdefault(other, Bond())
            if bond.met + bond.talked == 0:
                self.people[one].contacts.append(other)
                word = self.people[one].word(day, VETO, other)
                bond.vetoed = chance(word, self.rules.society.veto)
            bond.met = min(MOST_MET, bond.met + face_to_face)
            bond.talked = min(MOST_TALKED, bond.talked + (not face_to_face))
            bond.last = day

    def invite(self, day: int) -> None:
        """Phase 2: people invite others. Two who invite each other are connected at once."""
        self.note_room()
        # nobody connects while members choose whom to invite
        self.connection_ends = [*itertools.accumulate(len(one.connected_on) for one in self.people)]
        self.crossed_today = []
        sent = [invitation for person in self.there for invitation in person.invitations(day)]
        for invitation in sent:
            ego, alter = self.people[invitation.ego], self.people[invitation.alter]
            bond = ego.bonds.setdefault(alter.number, Bond())
            alter.bonds.setdefault(ego.number, Bond())
            self.expiring[day + self.rules.inviting.pending_days].append(invitation)
            if invitation.question:
                bond.state = ASKED
                ego.questions.append(invitation)
            else:
                self.send(invitation)
        self.sent_today = sent
        for invitation in sorted(sent, key=lambda invitation: (invitation.alter, invitation.ego)):
            if self.bond_of(invitation).state == CONNECTED:
                invitation.due_day = day  # one that crosses it has just connected the two
            else:
                self.deliver(invitation, day)

    def send(self, invitation: Invitation) -> None:
        """Count an invitation, which is pending from now on."""
        ego = self.people[invitation.ego]
        self.bond_of(invitation).state = PENDING
        ego.sent.append(invitation)
        ego.sent_since_zero += 1
        self.arcs.add((invitation.ego, invitation.alter))
        self.invitations.append(invitation)

    def note_room(self) -> None:
        """Note who has room for a connection: a phase applies the cap as of its beginning."""
        for person in self.people:
            person.had_room = person.has_room()

    def popular_member(self, word: int) -> int:
        """Return a member, by chance in proportion to its connections; anybody if none has any."""
        ends = self.connection_ends
        if ends[-1] == 0:
            return self.there[below(word, len(self.there))].number
        return bisect.bisect_right(ends, below(word, ends[-1]))

    def deliver(self, invitation: Invitation, day: int) -> None:
        """Connect the two if alter has invited ego too; else file it by the day of the answer."""
        bond_back = self.people[invitation.alter].bonds[invitation.ego]
        crosses = bond_back.state == PENDING or (
            bond_back.state == ASKED and not invitation.question
        )
        if self.rules.inviting.crossing and crosses:
            if self.have_room(invitation):
                invitation.due_day = day
                self.connect(invitation, day)
                pair = (invitation.ego, invitation.alter)
                self.arcs |= {pair, pair[::-1]}
                if invitation.question:
                    self.met_halfway.add(pair)
            elif not invitation.question:
                self.decide(invitation, "declined", day)
            return
        delay = self.delay(invitation.delay_word)
        if delay < self.rules.inviting.pending_days:
            invitation.due_day = day + delay
            self.due[day + delay].append(invitation)
        elif not invitation.question:
            self.decide(invitation, "declined", day)  # nobody will look at it

    def delay(self, word: int) -> int:
        """Return the whole days of a Weibull draw, at most ``pending_days``."""
        scale, shape = self.rules.answering.delay_scale, self.rules.answering.delay_shape
        if scale == 0:
            return 0
        return sum(
            chance(word, rounded(math.exp(-power(days / scale, shape))))
            for days in range(1, self.rules.inviting.pending_days + 1)
        )

    def answer(self, day: int) -> None:
        """Phase 3: people answer what is due; what has waited too long is withdrawn."""
        self.note_room()
        due = [one for one in self.due.pop(day, []) if one.outcome == "pending"]
        asked = [one for one in due if one.question and self.is_asked(one)]
        due = [one for one in due if not one.question]
        due.sort(key=lambda invitation: (invitation.alter, invitation.ego))
        seen = [one for one in due if self.people[one.alter].looks_at(one)]
        for invitation in [*self.sent_today, *self.crossed_today, *seen, *asked]:
            ego, alter = self.people[invitation.ego], self.people[invitation.alter]
            invitation.common = len(ego.connected_on.keys() & alter.connected_on.keys())
        verdicts = [self.people[one.alter].decide(one, day) for one in seen]
        granted = self.hear_answers(asked, day)
        for invitation, verdict in zip(seen, verdicts, strict=True):
            if verdict == "idk":
                self.strike(invitation, day)
            elif verdict == "accepted" and self.have_room(invitation):
                continue  # takes effect after all that refuses
            else:
                self.decide(invitation, "declined", day)
        for invitation in due:
            if invitation.recognised is None:
                self.decide(invitation, "declined", day)  # it will never be looked at
        for invitation, verdict in zip(seen, verdicts, strict=True):
            if verdict == "accepted" and self.have_room(invitation):
                self.connect(invitation, day)
                self.arcs.add((invitation.alter, invitation.ego))
        for invitation in granted:
            self.connect(invitation, day)
            self.arcs.add((invitation.alter, invitation.ego))
        for invitation in self.expiring.pop(day, []):
            if self.is_asked(invitation) if invitation.question else invitation.waits:
                self.withdraw(invitation, day)

    def hear_answers(self, asked: list[Invitation], day: int) -> list[Invitation]:
        """Apply the answers to questions; return those granted, which become invitations."""
        answers = [self.people[one.alter].answer_question(one, day) for one in asked]
        may = [self.may_invite_now(one, day) for one in asked]
        granted = []
        for question, answer, may_invite in zip(asked, answers, may, strict=True):
            if answer == "yes" and may_invite:
                question.question, question.asked, question.recognised = False, True, True
                question.sent_day = question.due_day = day
                question.tie_class = self.people[question.ego].tie_class(question.alter)
                self.send(question)
                granted.append(question)
            elif answer == "no":
                self.bond_of(question).state, question.outcome = LOCKED, "refused"  # for good
                self.learn(question)
        return granted

    def may_invite_now(self, question: Invitation, day: int) -> bool:
        """Return whether who has asked may now invite, and both may connect."""
        ego = self.people[question.ego]
        free = day > ego.restricted_until and not ego.week_is_full(day, 0)
        return free and self.have_room(question)

    def have_room(self, invitation: Invitation) -> bool:
        """Return whether both had room for a connection at the beginning of the phase."""
        return self.people[invitation.ego].had_room and self.people[invitation.alter].had_room

    def strike(self, invitation: Invitation, day: int) -> None:
        """Count an "I don't know this person" against the inviter."""
        ego = self.people[invitation.ego]
        ego.strikes += 1
        ego.strike_days_since_zero.append(day)
        self.bond_of(invitation).state = LOCKED  # for good
        self.decide(invitation, "idk", day)
        self.conclude(invitation)

    def withdraw(self, invitation: Invitation, day: int) -> None:
        """Withdraw an invitation that was not answered; ego may invite alter again later."""
        bond, lock_days = self.bond_of(invitation), self.rules.inviting.lock_days
        bond.state = LOCKED
        if lock_days is not None:
            bond.free_on = day + lock_days + 1
            self.unlocking[bond.free_on].append(bond)
        if not invitation.question:
            self.conclude(invitation)

    def is_asked(self, question: Invitation) -> bool:
        """Return whether a question is pending; it is no more when one of the two has left."""
        bond = self.people[question.ego].bonds.get(question.alter)
        return bond is not None and bond.state == ASKED

    def bond_of(self, invitation: Invitation) -> Bond:
        return self.people[invitation.ego].bonds[invitation.alter]

    def connect(self, invitation: Invitation, day: int) -> None:
        """Connect the two, which ends all that is pending between them: it counts as accepted."""
        one, other = self.people[invitation.ego], self.people[invitation.alter]
        for ego, alter in ((one, other), (other, one)):
            bond = ego.bonds[alter.number]
            if bond.state == PENDING:
                pending = next(old for old in reversed(ego.sent) if old.alter == alter.number)
                if pending.outcome == "pending":
                    self.decide(pending, "accepted", day)
                    pending.common = invitation.common
                    self.crossed_today.append(pending)
                self.conclude(pending, accepted=True)
            bond.state, bond.free_on = CONNECTED, None
            ego.connected_on[alter.number] = day

    def decide(self, invitation: Invitation, outcome: str, day: int) -> None:
        """Decide an invitation: once, and for good."""
        invitation.outcome, invitation.decided_day = outcome, day
        invitation.decided_class = self.people[invitation.ego].tie_class(invitation.alter)

    def conclude(self, invitation: Invitation, accepted: bool = False) -> None:
        """Mark an invitation as decided; the inviter and the platform's ratio learn from it."""
        invitation.waits = False
        self.learn(invitation, accepted)
        self.people[invitation.ego].accepted_since_zero += accepted
        self.people[invitation.ego].resolved_since_zero += 1

    def learn(self, invitation: Invitation, accepted: bool = False) -> None:
        """Update the inviter's estimate by what became of the invitation, in today's class."""
        ego = self.people[invitation.ego]
        k = ego.tie_class(invitation.alter)
        ego.resolved_of_class[k] += 1
        ego.accepted_of_class[k] += accepted
