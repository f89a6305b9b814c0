"""The scenario as the numbers that the compiled day works with."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..agents import Habit, InvitePolicy
from ..agents.policy import NOBODY, SOURCES
from ..kernel.mechanics.random import TWO32, threshold, until
from ..kernel.rules.rank import DIFFERENCES, LEVELS
from ..kernel.rules.sanctions import EMAIL, RESTRICT, WARN
from ..kernel.rules.tie_classes import MOST_MET, MOST_TALKED
from ..kernel.state.parameters import (
    AnsweringNumbers,
    HelpingNumbers,
    InvitingNumbers,
    MeetingNumbers,
    Parameters,
    PlatformNumbers,
    PolicyNumbers,
    SocietyNumbers,
)
from ..parameters.kinds import Section
from ..scenario import Answering, Helping, Inviting, Meeting, Platform, Scenario
from ..scenario.limits import LONGEST
from ..society.population import has_ranks, rounded, shifted
from .custom_functions import compiled

ACTIONS = {"warn": WARN, "email": EMAIL, "suspend": RESTRICT, "good": RESTRICT}


def kernel_parameters(scenario: Scenario) -> Parameters:
    """Return the numbers of a scenario for the kernel."""
    society = scenario.society
    return Parameters(
        key=np.uint64(scenario.seed),
        society=SocietyNumbers(
            circle_size=society.circle_size,
            team_size=society.team_size,
            often=society.often,
            close=society.close,
            first_day=1 - scenario.history_days,
            on_arrival=_or_none(society.on_arrival),
            leave=threshold(society.leave),
            veto=threshold(society.veto),
        ),
        meeting=_meeting(scenario.meeting),
        inviting=_inviting(scenario.inviting, scenario.answering),
        answering=_answering(scenario),
        helping=_helping(scenario.helping),
        platform=_platform(scenario),
        policies=_policies(scenario),
    )


def _thresholds(probabilities: ArrayLike) -> NDArray[np.int64]:
    """Return the ``threshold`` of each probability."""
    return (np.asarray(probabilities, float) * TWO32).astype(np.int64)


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
            [
                meeting.face_again,
                meeting.face_online,
                meeting.face_friend,
                meeting.face_team,
                meeting.face_circle,
                meeting.face_anybody,
            ]
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
        delays=_thresholds(later),
        mistaken=threshold(inviting.mistaken),
        noted_classes=sum(
            (0 < r <= inviting.note_below) << k for k, r in enumerate(answering.recognise)
        ),
    )


def _answering(scenario: Scenario) -> AnsweringNumbers:
    answering, habits = scenario.answering, [None, *scenario.habits.values()]
    places = range(DIFFERENCES) if has_ranks(scenario) else [LEVELS - 1]
    shifts = [answering.rank_slope * (place - LEVELS + 1) / (LEVELS - 1) for place in places]
    accepts = [
        [[_acceptance(scenario, policy, habit, by_rank) for by_rank in shifts] for habit in habits]
        for policy in scenario.policies.values()
    ]
    clicks = [_said("idk_click", habit, answering) for habit in habits]
    return AnsweringNumbers(
        recognise=np.array(answering.recognise),
        fresh=np.array(answering.fresh),
        memory=memory(scenario, scenario.days),
        note_odds=math.exp(answering.note_lift) if answering.note_lift else 0.0,
        accepts=np.array(accepts, np.int64),
        ask_answered=threshold(answering.ask_answered),
        idk_click=_thresholds(clicks),
    )


def memory(scenario: Scenario, days: int) -> NDArray[np.int32]:
    """Return what is left of a memory on days of the platform, see ``AnsweringNumbers.memory``."""
    most, memory_days = MOST_MET + MOST_TALKED, scenario.answering.memory_days
    if memory_days is None:
        return np.zeros((0, most + 1), np.int32)
    kept = np.zeros((scenario.history_days + days, most + 1))
    days_since = np.arange(float(len(kept)))[:, None]
    kept[:, 1:] = rounded(np.exp(-days_since / (memory_days * np.arange(1, most + 1))))
    return (kept * 2**24).astype(np.int32)


def _said(name: str, *levels: Section | None) -> Any:
    """Return a number of answering: the habit's, else the policy's, else the scenario's."""
    said = (getattr(level, name) for level in levels if level is not None)
    return next(number for number in said if number is not None)


def _acceptance(
    scenario: Scenario, policy: InvitePolicy, habit: Habit | None, by_rank: float
) -> list[list[int]]:
    """Return the thresholds of accepting, a row for each class: without and with a reference.

    ``by_rank`` lowers the chance for the inviter's rank; it is subtracted from the logit.
    """
    rows, answering = [], scenario.answering
    accepts_from = scenario.platform.here(_said("accepts_from", habit, policy))
    takes_references = _said("takes_references", habit, policy)
    for k, p in enumerate(_said("accept", habit, policy, answering)):
        below = k < accepts_from
        reserve = (answering.reserve or 0.0) if below else 0.0
        chance = 0.0 if below and answering.reserve is None else shifted(p, -reserve - by_rank)
        referred = shifted(p, answering.reference_lift - reserve - by_rank)
        closed = accepts_from == NOBODY
        chances = (0.0, 0.0) if closed else (chance, referred if takes_references else chance)
        rows.append([threshold(one) for one in chances])
    return rows


def _helping(helping: Helping) -> HelpingNumbers:
    return HelpingNumbers(
        need=threshold(helping.need_rate),
        able=helping.able,
        ask_choice=helping.ask_choice,
        refer=threshold(helping.refer),
        refer_choice=helping.refer_choice,
        helps=np.array(
            [
                [threshold(giving * willing) for willing in helping.willing]
                for giving in helping.giving
            ],
            np.int64,
        ),
        floor=helping.floor,
        floor_after=helping.floor_after,
    )


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
        place=platform.place,
        notes_per_month=_or_none(platform.notes_per_month),
    )


def _appeal_chances(platform: Platform) -> NDArray[np.int64]:
    """Return the thresholds of a member's first, second … appeal; it makes at most one a day."""
    if platform.appeal_success == 0:
        return np.zeros(0, np.int64)
    factors = np.full(LONGEST, platform.appeal_decay)
    factors[0] = platform.appeal_success
    return _thresholds(np.cumprod(factors))


def _policies(scenario: Scenario) -> PolicyNumbers:
    policies = list(scenario.policies.values())
    weights = np.array(
        [[getattr(policy, source) for source in SOURCES] for policy in policies], float
    )
    courts = np.array([policy.courts for policy in policies], bool)
    contacts_only = (weights[:, 1:].sum(axis=1) == 0) & ~courts
    weights /= weights.sum(axis=1, keepdims=True)
    upper = weights[:, 0] + weights[:, 1]
    listed = upper + weights[:, 2]
    return PolicyNumbers(
        until_contacts=np.array([until(share) for share in weights[:, 0].tolist()], np.int64),
        until_introductions=np.array([until(share) for share in upper.tolist()], np.int64),
        until_directory=np.array([until(share) for share in listed.tolist()], np.int64),
        contacts_only=contacts_only,
        courts=courts,
        min_tie=np.array([scenario.platform.here(policy.min_tie) for policy in policies], np.int64),
        min_acceptance=np.array([policy.min_acceptance for policy in policies], float),
        caution=np.array([policy.caution for policy in policies], float),
        notes=np.array([policy.notes for policy in policies], bool),
        asks_first=np.array([policy.asks_first for policy in policies], bool),
        invites_references=np.array([policy.invites_references for policy in policies], bool),
        appeals=_thresholds([policy.appeals for policy in policies]),
        condition=np.array([compiled(policy) for policy in policies], np.int64),
    )
