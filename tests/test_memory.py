"""Fading memory beyond what the comparison with the reference reaches."""

import sim
from sim.model.engine import Engine

FADING = sim.Scenario(
    members=60, days=5, meeting={"history_days": 60}, answering={"memory_days": 4, "looks": None}
)


def test_a_run_that_goes_on_remembers_as_one_of_more_days():
    on, whole = Engine(FADING), Engine(FADING.replace({"days": 70}))
    for day in (3, 20, 70):  # beyond the days that the table of memory was worked out for
        on.advance(day)
    whole.advance(70)
    assert on.summary().equals(whole.summary())


def test_nobody_is_sure_of_being_recognised_where_memory_fades():
    sure = FADING.replace({"answering.recognise": (0, 1, 1, 1, 1), "answering.memory_days": None})
    assert "idk_rate" in sim.none_by_assumption(sure)["close_friends"]
    fading = sure.replace({"answering.memory_days": 4, "answering.fresh": (0, 1, 1, 1, 1)})
    assert "idk_rate" not in sim.none_by_assumption(fading)["close_friends"]
