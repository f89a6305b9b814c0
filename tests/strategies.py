"""Random scenarios for hypothesis: small societies in which a lot happens.

``VALUES`` has a strategy for each parameter of ``Scenario.parameters()``, by its dotted name; a
test holds that none is missing. Where two parameters bind each other (``often`` below ``close``),
the scenario is put right after they are drawn.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from sim import Bond, Candidate, Habit, InvitePolicy, Scenario
from sim.agents.policy import SOURCES
from sim.scenario.platform import PRESETS

probability = (
    st.sampled_from((0.5, 1.0, 0.0))
    | st.floats(0, 1)
    | st.floats(0.05, 0.95).map(lambda p: round(p, 3))
)
generous = st.floats(0.5, 1).map(lambda p: round(p, 3))
"""Probabilities high enough for invitations to come through."""
per_class = st.tuples(*[probability | generous] * 5)
weight = st.sampled_from((1.0, 0.0)) | st.floats(0.01, 3)


def lately(bond: Bond, candidate: Candidate, day: int) -> bool:
    return 0 <= bond.days_since <= 5 or bond.talked > bond.met


def now_and_then(bond: Bond, candidate: Candidate, day: int) -> bool:
    return day % 3 != 0 and (
        candidate.same_circle or bond.tie_class >= 2 or candidate.number % 2 == 0
    )


def looks_up(bond: Bond, candidate: Candidate, day: int) -> bool:
    return candidate.degree >= 2 or candidate.policy == 1 or bond.met == 1


CONDITIONS = (lately, now_and_then, looks_up)
"""Together they use everything that a policy's own function gets."""

ladder = st.lists(
    st.sampled_from(("email", "warn", "good")) | st.integers(1, 6).map("suspend {}".format),
    min_size=1,
    max_size=5,
).map(", ".join)
"""Actions in any order."""

POLICY_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "share": st.sampled_from((1.0, 0.0)) | st.floats(0.1, 5),
    "contacts": weight,
    "introductions": weight,
    "directory": weight,
    "popular": weight,
    "min_tie": st.integers(0, 1) | st.integers(0, 4),
    "min_acceptance": st.just(0.0) | st.floats(0, 0.6) | probability,
    "caution": st.just(0.0) | st.floats(0, 2),
    "invites_references": st.booleans(),
    "notes": st.booleans(),
    "asks_first": st.sampled_from((False, False, True)),
    "courts": st.just(False) | st.booleans(),
    "per_day": st.none() | st.sampled_from((0.0, 1.0, 2.5)) | st.floats(0, 3),
    "alike": st.booleans(),
    "accepts_from": st.integers(0, 1) | st.integers(0, 5),
    "takes_references": st.booleans(),
    "accept": st.none() | per_class,
    "appeals": st.just(1.0) | probability,
}

HABIT_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "share": st.floats(0, 0.5) | st.sampled_from((0.5, 0.25, 0.0)),
    "accepts_from": st.none() | st.integers(0, 5),
    "takes_references": st.none() | st.booleans(),
    "accept": st.none() | per_class,
    "idk_click": st.none() | probability,
}

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "members": st.integers(2, 12) | st.integers(2, 40),
    "days": st.integers(5, 25) | st.integers(1, 60),
    "seed": st.integers(0, 2**64 - 1) | st.integers(0, 100),
    "society.circle_size": st.integers(1, 45),
    "society.team_size": st.integers(1, 10) | st.integers(1, 60),
    "society.sociability_sigma": st.just(0.0) | st.floats(0, 3),
    "society.activity_sigma": st.just(0.0) | st.floats(0, 1.5) | st.floats(0, 2.5),
    "society.often": st.integers(2, 5),
    "society.close": st.integers(3, 9),
    "society.arrivals": st.just(0.0) | st.sampled_from((0.0, 1.0)) | st.floats(0, 1.5),
    "society.on_arrival": st.none() | st.integers(0, 5),
    "society.leave": st.sampled_from((0.0, 0.0, 0.05)) | st.floats(0, 0.1),
    "society.ties_by_log": st.booleans(),
    "society.veto": st.sampled_from((0.0, 0.1, 0.3, 0.0)) | st.floats(0, 1),
    "meeting.rate": st.sampled_from((1.0, 2.0, 0.5, 0.0)) | st.floats(0.2, 3),
    "meeting.again": probability,
    "meeting.friend": probability,
    "meeting.team": probability,
    "meeting.circle": probability,
    "meeting.again_choice": st.integers(1, 4) | st.sampled_from((1, 8, 64)),
    "meeting.face_again": probability,
    "meeting.face_online": probability,
    "meeting.face_friend": probability,
    "meeting.face_team": probability,
    "meeting.face_circle": probability,
    "meeting.face_anybody": probability,
    "meeting.history_days": st.integers(0, 8) | st.integers(0, 30),
    "meeting.contacts": st.none(),  # logs() writes files
    "meeting.gap_seconds": st.sampled_from((20.0, 0.0, 60.0))
    | st.floats(0, 3_000).map(lambda gap: round(gap, 1)),
    "meeting.columns": st.none(),
    "meeting.skip_negative": st.booleans(),
    "meeting.repeat_log": st.booleans(),
    "inviting.per_day": st.sampled_from((1.0, 2.0, 3.0, 0.5, 0.0)) | st.floats(0.2, 3),
    "inviting.tries": st.integers(1, 4) | st.integers(1, 10),
    "inviting.prior_acceptance": per_class,
    "inviting.prior_weight": st.floats(0.1, 10),
    "inviting.pending_days": st.integers(1, 8) | st.integers(1, 40),
    "inviting.crossing": st.booleans(),
    "inviting.mistaken": st.just(0.0) | st.floats(0, 0.3) | probability,
    "inviting.note_below": st.just(1.0) | probability,
    "inviting.lock_days": st.none() | st.integers(0, 3) | st.integers(0, 30),
    "answering.recognise": per_class.map(lambda values: (0.0, *values[1:])),
    "answering.memory_days": st.none() | st.sampled_from((1.0, 30.0)) | st.floats(0.1, 400),
    "answering.fresh": per_class.map(lambda values: (0.0, *values[1:])),
    "answering.accept": per_class,
    "answering.note_lift": st.just(0.0) | st.floats(0, 4),
    "answering.ask_answered": generous | probability,
    "answering.reserve": st.none() | st.floats(0, 4),
    "answering.reference_lift": st.just(0.0) | st.floats(0, 4),
    "answering.rank_slope": st.just(0.0) | st.floats(0, 4),
    "answering.looks": st.none() | st.floats(0, 12),
    "answering.idk_click": probability,
    "answering.delay_shape": st.floats(0.2, 5) | st.floats(0.05, 100),
    "answering.delay_scale": st.sampled_from((0.0, 1.0)) | st.floats(0, 20) | st.floats(0, 1_000),
    "helping.need_rate": st.sampled_from((0.0, 0.3, 1.0, 0.0)) | st.floats(0, 1),
    "helping.able": st.sampled_from((1.0, 0.1)) | st.floats(0, 1),
    "helping.ask_choice": st.integers(1, 5) | st.integers(1, 64),
    "helping.refer": probability,
    "helping.refer_choice": st.integers(1, 3) | st.integers(1, 64),
    "helping.givers": st.floats(0, 0.5),
    "helping.takers": st.floats(0, 0.5),
    "helping.giving": st.tuples(*[probability] * 3),
    "helping.willing": per_class,
    "helping.floor": st.sampled_from((0.0, 0.3, 0.6)) | st.floats(0, 1),
    "helping.floor_after": st.integers(1, 3) | st.integers(1, 20),
    "platform.preset": st.sampled_from(sorted(PRESETS)),
    "platform.limit": st.integers(1, 3) | st.none() | st.integers(1, 8),
    "platform.window_days": st.none() | st.integers(1, 10) | st.integers(1, 40),
    "platform.restriction_days": st.none() | st.integers(1, 5) | st.integers(1, 30),
    "platform.ladder": st.none() | ladder,
    "platform.appeal_success": st.just(0.0) | probability,
    "platform.appeal_decay": st.just(0.5) | probability,
    "platform.min_ratio": st.none() | probability,
    "platform.min_invites": st.integers(1, 4) | st.integers(1, 20),
    "platform.ratio_of": st.sampled_from(("sent", "resolved")),
    "platform.weekly_invites": st.none() | st.integers(1, 8) | st.integers(0, 30),
    "platform.max_connections": st.none() | st.integers(1, 6) | st.integers(0, 12),
    "platform.joined": st.sampled_from((1.0, 0.5)) | st.floats(0, 1),
    "platform.shift": st.just(0) | st.integers(0, 4),
    "platform.place": st.just(0) | st.integers(0, 15),
    "platform.notes_per_month": st.none() | st.integers(1, 5) | st.integers(0, 40),
    **{f"policies.NAME.{name}": values for name, values in POLICY_VALUES.items()},
    **{f"habits.NAME.{name}": values for name, values in HABIT_VALUES.items()},
}

CROWDED: dict[str, st.SearchStrategy[Any]] = {
    "members": st.integers(4, 14),
    "days": st.integers(10, 30),
    "meeting.rate": st.floats(0.3, 2),
    "inviting.per_day": st.sampled_from((1.5, 2.0, 3.0)),
    "inviting.tries": st.integers(4, 8),
    "inviting.pending_days": st.integers(1, 6),
    "inviting.lock_days": st.integers(0, 3),
    "inviting.mistaken": st.sampled_from((0.0, 0.2)),
    "answering.recognise": st.tuples(st.just(0.0), *[st.floats(0, 0.6)] * 4),
    "answering.accept": st.tuples(*[st.floats(0.2, 0.6)] * 5),
    "answering.idk_click": st.floats(0.5, 1),
    "answering.delay_scale": st.sampled_from((0.0, 1.0, 4.0)),
    "platform.limit": st.sampled_from((2, 3, 4, 1, None)),
    "platform.window_days": st.sampled_from((2, 3, 5, 1, None)),
    "platform.restriction_days": st.integers(1, 5),
    "platform.ladder": st.none() | ladder,
    "platform.appeal_success": st.sampled_from((0.0, 0.9)) | probability,
    "platform.min_ratio": st.none() | st.floats(0.1, 0.6),
    "platform.min_invites": st.integers(1, 6),
    "platform.weekly_invites": st.none() | st.integers(1, 9),
    "platform.max_connections": st.none() | st.integers(1, 4),
    "platform.joined": st.sampled_from((1.0, 0.8)),
    "platform.shift": st.just(0),
    "platform.notes_per_month": st.integers(1, 3),
    "policies.NAME.directory": st.floats(0.5, 2),
    "policies.NAME.min_tie": st.integers(0, 1),
    "policies.NAME.min_acceptance": st.just(0.0) | st.floats(0, 0.4),
    "policies.NAME.accepts_from": st.integers(0, 2),
}
"""A few people who invite all the time, on a strict platform: several limits apply at once."""


@st.composite
def invite_policies(
    draw: st.DrawFn, every: dict[str, st.SearchStrategy[Any]], conditions: bool
) -> dict[str, Any]:
    """Draw one to four policies: built-in ones by their shares, others by their numbers."""
    policies: dict[str, Any] = {}
    for place in range(draw(st.integers(1, 4))):
        if draw(st.booleans()):
            policies[draw(st.sampled_from(("everyone", "interacted", "close_friends")))] = draw(
                POLICY_VALUES["share"]
            )
            continue
        numbers = {name: draw(every[f"policies.NAME.{name}"]) for name in POLICY_VALUES}
        if not any(numbers[source] for source in SOURCES):
            numbers[draw(st.sampled_from(SOURCES))] = 1.0
        if conditions:
            numbers["condition"] = draw(st.sampled_from(CONDITIONS))
        policies[f"own{place}"] = InvitePolicy(f"own{place}", **numbers)
    shares = [
        policy.share if isinstance(policy, InvitePolicy) else policy for policy in policies.values()
    ]
    if not sum(shares):
        name, policy = policies.popitem()
        policies[name] = (
            policy.model_copy(update={"share": 1.0}) if isinstance(policy, InvitePolicy) else 1.0
        )
    return policies


@st.composite
def habits(draw: st.DrawFn) -> list[Habit]:
    """Draw one or two habits, or none, as half of the scenarios have."""
    places = draw(st.sampled_from((0, 1, 2, 0)))
    return [
        Habit(f"habit{place}", **{name: draw(values) for name, values in HABIT_VALUES.items()})
        for place in range(places)
    ]


@st.composite
def scenarios(draw: st.DrawFn, conditions: bool = False, crowded: bool = False) -> Scenario:
    """Draw a scenario; unless it is crowded, half of the platform's fields stay at the preset."""
    every = VALUES | CROWDED if crowded else VALUES
    tree: dict[str, Any] = {"policies": draw(invite_policies(every, conditions))}
    tree["habits"] = draw(habits())
    for dotted, values in every.items():
        section, _, name = dotted.rpartition(".")
        if "NAME" in section or (
            section == "platform" and name != "preset" and not crowded and draw(st.booleans())
        ):
            continue
        (tree.setdefault(section, {}) if section else tree)[name] = draw(values)
    society, meeting = tree["society"], tree["meeting"]
    society["close"] = max(society["close"], society["often"] + 1)
    shares = ("again", "friend", "team", "circle")
    total = max(1.0, sum(meeting[share] for share in shares))
    for share in shares:
        meeting[share] /= total
    return Scenario(**tree)


ON: dict[str, st.SearchStrategy[Any]] = {
    "society.veto": st.floats(0.02, 0.3),
    "society.arrivals": st.floats(0.1, 1.5),
    "society.leave": st.floats(0.01, 0.1),
    "helping.need_rate": st.floats(0.1, 0.7),
    "helping.able": st.floats(0.1, 1),
    "helping.floor": st.floats(0.1, 0.5),
    "helping.floor_after": st.integers(1, 4),
    "inviting.mistaken": st.floats(0.1, 0.6),
    "inviting.note_below": st.floats(0.6, 1),
    "inviting.lock_days": st.integers(0, 5),
    "inviting.crossing": st.sampled_from((True, True, False)),
    "answering.memory_days": st.floats(3, 60),
    "answering.ask_answered": st.floats(0.5, 1),
    "answering.recognise": st.tuples(st.just(0.0), *[st.floats(0.2, 0.95)] * 4),
    "answering.accept": st.tuples(*[st.floats(0.3, 1)] * 5),
    "answering.rank_slope": st.floats(0.3, 5),
    "platform.limit": st.integers(1, 3),
    "platform.ladder": st.sampled_from(
        ("warn, email, suspend 3, good", "email, suspend 2, email", "warn, suspend 1, email, good")
    ),
    "platform.appeal_success": st.floats(0.3, 1),
    "platform.joined": st.sampled_from((1.0, 0.8)),
    "platform.place": st.integers(0, 3),
    "platform.notes_per_month": st.integers(1, 4),
    "platform.weekly_invites": st.integers(2, 9),
}
OF_A_POLICY: dict[str, st.SearchStrategy[Any]] = {
    "caution": st.floats(0, 0.5),
    "notes": st.sampled_from((True, True, False)),
    "asks_first": st.booleans(),
    "courts": st.booleans(),
    "popular": st.sampled_from((0.0, 1.0)),
}


@st.composite
def everything(draw: st.DrawFn) -> Scenario:
    """Draw a scenario in which all mechanisms are on."""
    base = draw(scenarios(crowded=draw(st.booleans())))
    changes = {name: draw(values) for name, values in ON.items()}
    for name, policy in base.policies.items():
        own = {one: draw(values) for one, values in OF_A_POLICY.items()}
        if not policy.contacts + policy.introductions + policy.directory:
            own["popular"] = 1.0
        changes |= {f"policies.{name}.{one}": value for one, value in own.items()}
    changes["days"] = min(base.days, 30)
    return base.replace(changes)


@dataclass(frozen=True)
class Log:
    """A file of contacts, and the encounters in it: the lines are made from the encounters."""

    suffix: str
    text: str
    people: int
    days: list[list[tuple[int, int]]]
    """The encounters of each day, in the order of their starts."""


DAY = 86_400


@st.composite
def logs(draw: st.DrawFn, gap_seconds: float) -> Log:
    """Draw a log of contacts which, merged at this gap, are known encounters."""
    people = draw(st.integers(2, 10))
    kind = draw(st.sampled_from(("tij", "seconds", "iso")))
    step = 20 if kind == "tij" else 1
    # the longest gap inside an encounter; between two encounters it is at least a step more
    within = int(gap_seconds // step) * step
    first = draw(st.integers(0, 3 * DAY // step)) * step
    contacts: list[tuple[int, int, int]] = []
    encounters: list[tuple[int, int, int]] = []
    for _ in range(draw(st.integers(1, 25))):
        one, other = draw(st.lists(st.integers(0, people - 1), min_size=2, max_size=2, unique=True))
        before = [time for time, *pair in contacts if set(pair) == {one, other}]
        time = (
            max(before, default=first - within - step)
            + within
            + step
            + step * draw(st.integers(0, 3) | st.integers(0, DAY // step))
        )
        encounters.append((time, one, other))
        contacts.append((time, one, other))
        for _ in range(draw(st.integers(0, 3))):
            time += draw(
                st.just(within) | st.integers(0, within // step).map(lambda steps: steps * step)
            )
            contacts.append((time, one, other))
    numeric, spread = draw(st.booleans()), draw(st.sampled_from((1, 7, 100)))
    label = {
        person: f"{'' if numeric else 'p'}{person * spread + 3}"
        for _, *pair in contacts
        for person in pair
    }
    order = sorted(label, key=lambda person: (int(label[person]) if numeric else 0, label[person]))
    number = {person: place for place, person in enumerate(order)}
    mixed = kind != "tij" and draw(st.booleans())  # without a header the times must be in order
    lines = draw(st.permutations(contacts)) if mixed else sorted(contacts)
    times = [time for time, *_ in contacts]
    days: list[list[tuple[int, int]]] = [
        [] for _ in range(max(times) // DAY - min(times) // DAY + 1)
    ]
    for start, one, other in sorted(
        (start, *sorted((number[one], number[other]))) for start, one, other in encounters
    ):
        days[start // DAY - min(times) // DAY].append((one, other))
    text = _written(kind, [(time, label[one], label[other]) for time, one, other in lines])
    return Log("dat" if kind == "tij" else "csv", text, len(label), days)


def _written(kind: str, lines: list[tuple[int, str, str]]) -> str:
    if kind == "tij":
        return "".join(f"{time} {one} {other}\n" for time, one, other in lines)
    shown = (
        (lambda time: f"{datetime(1970, 1, 1) + timedelta(seconds=time):%Y-%m-%dT%H:%M:%S}")
        if kind == "iso"
        else str
    )
    return "time,i,j\n" + "".join(f"{shown(time)},{one},{other}\n" for time, one, other in lines)


@st.composite
def logged_scenarios(draw: st.DrawFn) -> tuple[Scenario, Log]:
    """Draw a scenario whose meetings come from a log, and the log; the test writes the file."""
    scenario = draw(scenarios())
    log = draw(logs(scenario.meeting.gap_seconds))
    ends_with_log = {"days": None} if draw(st.booleans()) else {}
    return scenario.replace({"members": log.people, **ends_with_log}), log
