"""A member of the model in plain Mesa: whom it meets and invites, how it answers, its account."""

import math
from collections import deque
from random import Random
from typing import TYPE_CHECKING

import mesa

from sim import Bond, Candidate, InvitePolicy

if TYPE_CHECKING:
    from benchmarks.plain_mesa import PlainModel


class Tie:
    """The encounters of two members; both have the same object."""

    __slots__ = ("last", "met", "talked")

    def __init__(self) -> None:
        self.met = 0
        self.talked = 0
        self.last: int | None = None


class Invitation:
    """An invitation; ``outcome`` is None while it is pending."""

    __slots__ = ("alter", "declined", "ego", "outcome")

    def __init__(self, ego: "Member", alter: "Member") -> None:
        self.ego = ego
        self.alter = alter
        self.outcome: str | None = None
        self.declined = False  # it will not be accepted by an answer, though it is still pending


def moved(p: float, shift: float) -> float:
    """Return a probability whose logit is moved."""
    return p * math.exp(shift) / (1 - p + p * math.exp(shift))


class Member(mesa.Agent):  # type: ignore[misc]
    """A person and its account."""

    model: "PlainModel"
    random: Random

    def __init__(self, model: "PlainModel", number: int, policy: InvitePolicy, place: int) -> None:
        super().__init__(model)
        self.number = number
        self.policy = policy
        self.policy_place = place
        self.sources = (
            policy.contacts,
            policy.contacts + policy.introductions,
            policy.contacts + policy.introductions + policy.directory,
        )
        society = model.world.society
        self.p_encounter = min(
            1.0, model.world.meeting.rate * self.log_normal(society.sociability_sigma)
        )
        activity = self.log_normal(society.activity_sigma)
        per_day = model.world.inviting.per_day if policy.per_day is None else policy.per_day
        self.per_day = per_day if policy.alike else per_day * activity
        answering = model.world.answering
        self.accept = self.chances_of_accepting()
        visits = None if answering.looks is None else answering.looks * activity
        days = self.model.world.inviting.pending_days
        self.looks = 1.0 if visits is None else 1 - math.exp(-visits * days / 21)
        self.circle, place = divmod(number, society.circle_size)
        self.team = self.circle, place // society.team_size
        self.ties: dict[Member, Tie] = {}
        self.contacts: list[Member] = []
        self.had_room = True
        self.connections: list[Member] = []
        self.connected: set[Member] = set()
        self.pending: dict[Member, Invitation] = {}
        self.locked_until: dict[Member, float] = {}
        self.sent_days: deque[int] = deque()
        self.sent = self.accepted = self.strikes = 0
        self.accepted_of_class, self.resolved_of_class = [0] * 5, [0] * 5
        self.strike_days: list[int] = []
        self.sent_since_zero = self.accepted_since_zero = 0
        self.restricted_until: float = 0
        self.blocked_day: int | None = None
        self.invitations_until_block: int | None = None

    def log_normal(self, sigma: float) -> float:
        """Return a random number with mean 1."""
        return self.random.lognormvariate(-(sigma**2) / 2, sigma)

    def meet(self) -> None:
        """Start an encounter, with some probability."""
        random, meeting = self.random, self.model.world.meeting
        if random.random() >= self.p_encounter:
            return
        u = random.random()
        contacts = self.contacts
        if u < meeting.again:
            if not contacts:
                return
            partner = random.choice(contacts)
            tie = self.ties[partner]
            for _ in range(meeting.again_choice - 1):
                other = random.choice(contacts)
                other_tie = self.ties[other]
                if other_tie.met + other_tie.talked > tie.met + tie.talked:
                    partner, tie = other, other_tie
            p_face = meeting.face_again if tie.met else meeting.face_online
        elif u < meeting.again + meeting.friend:
            if not contacts:
                return
            partner, p_face = random.choice(random.choice(contacts).contacts), meeting.face_friend
        elif u < meeting.again + meeting.friend + meeting.team:
            partner, p_face = random.choice(self.model.teams[self.team]), meeting.face_team
        elif u < meeting.again + meeting.friend + meeting.team + meeting.circle:
            partner, p_face = random.choice(self.model.circles[self.circle]), meeting.face_circle
        else:
            partner, p_face = random.choice(self.model.members), meeting.face_anybody
        if partner is not self:
            self.encounter(partner, random.random() < p_face)

    def encounter(self, partner: "Member", face_to_face: bool) -> None:
        """Meet or talk to somebody: a stranger becomes a contact."""
        tie = self.ties.get(partner)
        if tie is None:
            tie = self.ties[partner] = partner.ties[self] = Tie()
            self.contacts.append(partner)
            partner.contacts.append(self)
        if face_to_face:
            tie.met += 1
        else:
            tie.talked += 1
        tie.last = self.model.day

    def tie_class(self, alter: "Member") -> int:
        """Return 0 for a stranger, 1 online, 2 met once, 3 met often, 4 close."""
        tie = self.ties.get(alter)
        if tie is None:
            return 0
        if tie.met == 0:
            return 1
        society = self.model.world.society
        return 2 if tie.met < society.often else 3 if tie.met < society.close else 4

    def has_room(self) -> bool:
        """Return whether the platform allows this account one more connection."""
        most = self.model.world.platform.max_connections
        return most is None or len(self.connections) < most

    def invite(self) -> None:
        """Make today's attempts to invite."""
        model = self.model
        day, inviting, weekly = model.day, model.world.inviting, model.world.platform.weekly_invites
        if day <= self.restricted_until or not self.has_room():
            return
        attempts = int(self.per_day)
        attempts += self.random.random() < self.per_day - attempts
        for _ in range(attempts):
            if weekly is not None:
                while self.sent_days and self.sent_days[0] <= day - 7:
                    self.sent_days.popleft()
                if len(self.sent_days) >= weekly:
                    return
            for _ in range(inviting.tries):
                alter, introduced = self.candidate()
                if alter is not None and alter is not self and self.wants(alter, introduced):
                    self.send(alter)
                    break

    def candidate(self) -> "tuple[Member | None, bool]":
        """Return somebody from one of the policy's sources, and whether as an introduction."""
        random = self.random
        contacts, introductions, total = self.sources
        u = random.random() * total
        if u < contacts:
            return random.choice(self.contacts) if self.contacts else None, False
        if u < introductions:
            if not self.connections:
                return None, True
            return random.choice(random.choice(self.connections).connections), True
        return random.choice(self.model.members), False

    def wants(self, alter: "Member", introduced: bool) -> bool:
        """Return whether this member may invite alter and wants to."""
        if (
            alter in self.connected
            or alter in self.pending
            or self.locked_until.get(alter, 0) >= self.model.day
        ):
            return False
        policy, k = self.policy, self.tie_class(alter)
        if k < policy.min_tie and not (introduced and policy.invites_references):
            return False
        if policy.min_acceptance > 0:
            prior, weight = (
                self.model.world.inviting.prior_acceptance[k],
                self.model.world.inviting.prior_weight,
            )
            if (prior * weight + self.accepted_of_class[k]) / (
                weight + self.resolved_of_class[k]
            ) < policy.min_acceptance:
                return False
        if policy.condition is None:
            return True
        tie = self.ties.get(alter) or Tie()
        seen = Bond(tie.met, tie.talked, -1 if tie.last is None else self.model.day - tie.last, k)
        candidate = Candidate(
            alter.number, len(alter.connections), alter.circle == self.circle, alter.policy_place
        )
        return bool(policy.condition(seen, candidate, self.model.day))

    def send(self, alter: "Member") -> None:
        """Invite alter; if alter has invited this member, that connects the two at once."""
        model, world = self.model, self.model.world
        invitation = self.pending[alter] = Invitation(self, alter)
        self.sent += 1
        self.sent_since_zero += 1
        self.sent_days.append(model.day)
        model.sent += 1
        model.expiring[model.day + world.inviting.pending_days].append(invitation)
        crossed = alter.pending.get(self)
        if crossed is not None:
            if self.had_room and alter.had_room:
                self.conclude(invitation, "accepted")
                alter.conclude(crossed, "accepted")
                self.connect(alter)
            else:
                invitation.declined = True
            return
        scale = world.answering.delay_scale
        delay = (
            math.floor(self.random.weibullvariate(scale, world.answering.delay_shape))
            if scale > 0
            else 0
        )
        if delay < world.inviting.pending_days:
            model.due[model.day + delay].append(invitation)
        else:
            invitation.declined = True

    def chances_of_accepting(self) -> list[tuple[float, float]]:
        """Return the chances of accepting by tie class: without a reference, and with one."""
        answering, policy = self.model.world.answering, self.policy
        chances = []
        for k, p in enumerate(policy.accept or answering.accept):
            below = k < policy.accepts_from
            reserve = answering.reserve or 0.0 if below else 0.0
            closed = below and answering.reserve is None
            chance = 0.0 if closed else moved(p, -reserve)
            referred = moved(p, answering.reference_lift - reserve)
            if policy.accepts_from == 5:
                chance = referred = 0.0
            chances.append((chance, referred if policy.takes_references else chance))
        return chances

    def answer(self, invitation: Invitation) -> None:
        """Answer an invitation that this member has received, or ignore it."""
        random, answering, inviter = self.random, self.model.world.answering, invitation.ego
        if random.random() >= self.looks:
            invitation.declined = True
            return
        k = self.tie_class(inviter)
        recognised = random.random() < answering.recognise[k]
        if not recognised:
            k = 0
        referred = not self.connected.isdisjoint(inviter.connected)
        if random.random() < self.accept[k][referred]:
            if self.had_room and inviter.had_room:
                inviter.conclude(invitation, "accepted")
                self.connect(inviter)
            else:
                invitation.declined = True
        elif not recognised and random.random() < answering.idk_click:
            inviter.strikes += 1
            inviter.strike_days.append(self.model.day)
            inviter.locked_until[self] = math.inf
            inviter.conclude(invitation, "idk")
        else:
            invitation.declined = True

    def connect(self, alter: "Member") -> None:
        """Connect the two."""
        self.connections.append(alter)
        self.connected.add(alter)
        alter.connections.append(self)
        alter.connected.add(self)
        self.model.connections += 1

    def conclude(self, invitation: Invitation, outcome: str) -> None:
        """Learn from the outcome of an invitation of this member."""
        invitation.outcome = outcome
        del self.pending[invitation.alter]
        k = self.tie_class(invitation.alter)
        self.resolved_of_class[k] += 1
        if outcome == "accepted":
            self.accepted += not invitation.declined
            self.accepted_since_zero += 1
            self.accepted_of_class[k] += 1

    def enforce(self) -> None:
        """Restrict this account, or end its restriction."""
        day, platform = self.model.day, self.model.world.platform
        if day == self.restricted_until:
            self.strike_days.clear()
            self.sent_since_zero = self.accepted_since_zero = 0
        elif day > self.restricted_until and self.has_broken_a_rule():
            self.restricted_until = (
                math.inf if platform.restriction_days is None else day + platform.restriction_days
            )
            if self.blocked_day is None:
                self.blocked_day, self.invitations_until_block = day, self.sent
                self.model.blocked += 1

    def has_broken_a_rule(self) -> bool:
        """Return whether the platform's rule restricts this account, for strikes or its ratio."""
        platform = self.model.world.platform
        if platform.limit is not None and len(self.strike_days) >= platform.limit:
            window = platform.window_days
            if window is None or self.strike_days[-platform.limit] > self.model.day - window:
                return True
        if platform.min_ratio is None or self.sent_since_zero < platform.min_invites:
            return False
        return self.accepted_since_zero / self.sent_since_zero < platform.min_ratio
