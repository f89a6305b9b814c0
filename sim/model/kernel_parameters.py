"""The scenario as the numbers that the compiled day works with."""

import itertools
import operator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..agents import Habit, InvitePolicy
from ..agents.policy import NOBODY
from ..kernel.mechanics.random import threshold, until
from ..kernel.rules.sanctions import EMAIL, RESTRICT, WARN
from ..kernel.state.parameters import (
    AnsweringNumbers,
    InvitingNumbers,
    MeetingNumbers,
    Parameters,
    PlatformNumbers,
    PolicyNumbers,
    SocietyNumbers,
)
from ..parameters.kinds import Section
from ..scenario import Answering, Inviting, Meeting, Platform, Scenario
from ..scenario.limits import LONGEST
from ..society.population import rounded, shifted
from .custom_functions import compiled

ACTIONS = {"warn": WARN, "email": EMAIL, "suspend": RESTRICT, "good": RESTRICT}


def kernel_parameters(scenario: Scenario, members: int) -> Parameters:
    """Return the numbers of a scenario for the kernel."""
    society = scenario.society
    return Parameters(
        key=np.uint64(scenario.seed),
        society=SocietyNumbers(
            members=members,
            circle_size=society.circle_size,
            team_size=society.team_size,
            often=society.often,
            close=society.close,
            first_day=1 - scenario.history_days,
        ),
        meeting=_meeting(scenario.meeting),
        inviting=_inviting(scenario.inviting, scenario.answering),
        answering=_answering(scenario),
        platform=_platform(scenario),
        policies=_policies(scenario),
    )


def _thresholds(*probabilities: float) -> NDArray[np.int64]:
    return np.array([threshold(p) for p in probabilities], np.int64)


def _or_none(value: int | None) -> int:
    return -1 if value is None else value


def _meeting(meeting: Meeting) -> MeetingNumbers:
    again, friend, team, circle = meeting.again, meeting.friend, meeting.team, meeting.circle
    return MeetingNumbers(
        until_again=until(again),
        until_friend=until(again + friend),
        until_team=until(again + friend + team),
        until_circle=until(again + friend + team + circle),
        again_choice=meeting.again_choice,
        face=_thresholds(
            meeting.face_again,
            meeting.face_online,
            meeting.face_friend,
            meeting.face_team,
            meeting.face_circle,
            meeting.face_anybody,
        ),
    )


def _inviting(inviting: Inviting, answering: Answering) -> InvitingNumbers:
    with np.errstate(over="ignore", divide="ignore"):
        waited = np.arange(1, inviting.pending_days + 1) / np.float64(answering.delay_scale)
        later = rounded(np.exp(-np.power(waited, answering.delay_shape)))
    return InvitingNumbers(
        tries=inviting.tries,
        prior=np.array(inviting.prior_acceptance),
        prior_weight=inviting.prior_weight,
        pending_days=inviting.pending_days,
        lock_days=_or_none(inviting.lock_days),
        crossing=inviting.crossing,
        delays=_thresholds(*later),
    )


def _answering(scenario: Scenario) -> AnsweringNumbers:
    answering, habits = scenario.answering, [None, *scenario.habits.values()]
    accepts = [
        [_acceptance(answering, policy, habit) for habit in habits]
        for policy in scenario.policies.values()
    ]
    clicks = [_said("idk_click", habit, answering) for habit in habits]
    return AnsweringNumbers(
        recognise=_thresholds(*answering.recognise),
        accepts=np.array(accepts, np.int64),
        idk_click=_thresholds(*clicks),
    )


def _said(name: str, *levels: Section | None) -> Any:
    """Return a number of answering: the first of the habit's, the policy's and the scenario's."""
    said = (getattr(level, name) for level in levels if level is not None)
    return next(number for number in said if number is not None)


def _acceptance(answering: Answering, policy: InvitePolicy, habit: Habit | None) -> list[list[int]]:
    """Return the thresholds of accepting, a row a class: without a reference, and with one."""
    rows, accepts_from = [], _said("accepts_from", habit, policy)
    takes_references = _said("takes_references", habit, policy)
    for k, p in enumerate(_said("accept", habit, policy, answering)):
        below = k < accepts_from
        reserve = (answering.reserve or 0.0) if below else 0.0
        chance = 0.0 if below and answering.reserve is None else shifted(p, -reserve)
        referred = shifted(p, answering.reference_lift - reserve)
        closed = accepts_from == NOBODY
        chances = (0.0, 0.0) if closed else (chance, referred if takes_references else chance)
        rows.append([threshold(one) for one in chances])
    return rows


def _platform(scenario: Scenario) -> PlatformNumbers:
    platform = scenario.platform
    actions = [ACTIONS[rung.action] for rung in platform.rungs]
    return PlatformNumbers(
        limit=_or_none(platform.limit),
        window_days=_or_none(platform.window_days),
        min_ratio=-1.0 if platform.min_ratio is None else platform.min_ratio,
        min_invites=platform.min_invites,
        of_resolved=platform.ratio_of == "resolved",
        graded=platform.graded,
        actions=np.array(actions, np.int64),
        lengths=np.array([_or_none(rung.days) for rung in platform.rungs], np.int64),
        appeal_chances=_appeal_chances(platform),
        weekly_invites=_or_none(platform.weekly_invites),
        max_connections=_or_none(platform.max_connections),
    )


def _appeal_chances(platform: Platform) -> NDArray[np.int64]:
    """Return the thresholds of a member's first, second … appeal, of which it makes one a day."""
    if platform.appeal_success == 0:
        return np.zeros(0, np.int64)
    factors = [platform.appeal_success] + [platform.appeal_decay] * (LONGEST - 1)
    return _thresholds(*itertools.accumulate(factors, operator.mul))


def _policies(scenario: Scenario) -> PolicyNumbers:
    policies = list(scenario.policies.values())
    weights = np.array(
        [[policy.contacts, policy.introductions, policy.directory] for policy in policies], float
    )
    weights /= weights.sum(axis=1, keepdims=True)
    upper = weights[:, 0] + weights[:, 1]
    return PolicyNumbers(
        until_contacts=np.array([until(share) for share in weights[:, 0].tolist()], np.int64),
        until_introductions=np.array([until(share) for share in upper.tolist()], np.int64),
        contacts_only=np.array(
            [policy.introductions + policy.directory == 0 for policy in policies], bool
        ),
        min_tie=np.array([policy.min_tie for policy in policies], np.int64),
        min_acceptance=np.array([policy.min_acceptance for policy in policies], float),
        invites_references=np.array([policy.invites_references for policy in policies], bool),
        appeals=_thresholds(*(policy.appeals for policy in policies)),
        condition=np.array([compiled(policy) for policy in policies], np.int64),
    )
