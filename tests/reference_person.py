"""A person of the model in plain Python: what it knows, whom it meets, how it answers."""

import math
from typing import TYPE_CHECKING, Any

import mesa

from sim import Habit, InvitePolicy, Scenario
from tests.reference_account import Account
from tests.reference_bonds import Bond, Invitation
from tests.reference_draws import (
    ANSWER,
    ASK,
    DAILY,
    LOOK,
    PARTNER,
    PERSON,
    SOCIABILITY,
    TWO32,
    below,
    chance,
    draw,
    rounded,
    shifted,
    unit,
)
from tests.reference_helping import TYPES
from tests.reference_inviting import Inviting

if TYPE_CHECKING:
    from tests.reference import Reference


class Person(Inviting, Account, mesa.Agent):  # type: ignore[misc]
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
