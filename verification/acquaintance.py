"""Phase 1 alone, written independently of the model: who meets whom, with Python's random numbers.

The tie mix has no closed form, so the model is held against this: the rules of meeting as
``docs/rules.md`` has them, with dictionaries, one member after another. Only the parameters and how
sociable each member is are the model's, so that runs can be compared in pairs; the law of
sociability is a check of its own.
"""

import functools
import random
from collections.abc import Iterator

import numpy as np

import sim

from .settings import Seen


def meet(
    scenario: sim.Scenario, sociability: Seen, days: int, seed: int
) -> list[dict[int, list[int]]]:
    """Simulate the days; return for each member [met, talked] by contact."""
    draw = random.Random(seed)
    starts = [min(1.0, scenario.meeting.rate * w) for w in sociability]
    known: list[dict[int, list[int]]] = [{} for _ in starts]
    order: list[list[int]] = [[] for _ in starts]
    for _ in range(days):
        for i, j, face in list(_encounters(scenario, draw, starts, known, order)):
            for one, other in ((i, j), (j, i)):
                if other not in known[one]:
                    known[one][other] = [0, 0]
                    order[one].append(other)
                known[one][other][0 if face else 1] += 1
    return known


def _encounters(
    scenario: sim.Scenario,
    draw: random.Random,
    starts: list[float],
    known: list[dict[int, list[int]]],
    order: list[list[int]],
) -> Iterator[tuple[int, int, bool]]:
    """Yield one day's encounters, all chosen on the state of the morning."""
    meeting, society = scenario.meeting, scenario.society
    for i, chance in enumerate(starts):
        if draw.random() >= chance:
            continue
        u = draw.random()
        if u < meeting.again + meeting.friend:
            if not order[i]:
                continue
            j = draw.choice(order[i])
            if u < meeting.again:
                others = [j, *(draw.choice(order[i]) for _ in range(meeting.again_choice - 1))]
                j = max(others, key=lambda other: sum(known[i][other]))
                face = meeting.face_again if known[i][j][0] else meeting.face_online
            else:
                j, face = draw.choice(order[j]), meeting.face_friend
        elif u < meeting.again + meeting.friend + meeting.team + meeting.circle:
            first = i // society.circle_size * society.circle_size
            end, face = min(first + society.circle_size, scenario.members), meeting.face_circle
            if u < meeting.again + meeting.friend + meeting.team:
                first += (i - first) // society.team_size * society.team_size
                end, face = min(first + society.team_size, end), meeting.face_team
            j = draw.randrange(first, end)
        else:
            j, face = draw.randrange(scenario.members), meeting.face_anybody
        if j != i:
            yield i, j, draw.random() < face


COUNTS = ("known", "met often", "close", "share met")
RUNS = 24
SCENARIO = sim.Scenario(members=400, days=365, inviting=sim.Inviting(per_day=0))


@functools.cache
def compare() -> dict[str, tuple[Seen, Seen]]:
    """Run both for all days; return the counts of each run, those of this module first."""
    plain, models = [], []
    for seed in range(50_000, 50_000 + RUNS):
        model = sim.NetworkModel(SCENARIO, rng=seed)
        model.engine.advance(SCENARIO.days)
        models.append(_counts_of_model(model))
        days = SCENARIO.history_days + SCENARIO.days
        plain.append(_counts(meet(SCENARIO, model.engine.sociability, days, seed)))
    counts = zip(COUNTS, np.transpose(plain), np.transpose(models), strict=True)
    return {name: (here, there) for name, here, there in counts}


def _counts(known: list[dict[int, list[int]]]) -> list[float]:
    """Return the known, those met often and the close, per member, and the share of known met."""
    met = np.array([tie[0] for ties in known for tie in ties.values()])
    often, close, n = SCENARIO.society.often, SCENARIO.society.close, len(known)
    return [len(met) / n, (met >= often).sum() / n, (met >= close).sum() / n, (met >= 1).mean()]


def _counts_of_model(model: sim.NetworkModel) -> list[float]:
    _, ties = model.engine.view.all_ties()
    by_class = np.bincount(ties.tie_class, minlength=5) / model.scenario.members
    return [
        by_class[1:].sum(),
        by_class[3:].sum(),
        by_class[4],
        by_class[2:].sum() / by_class[1:].sum(),
    ]
