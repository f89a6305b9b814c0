"""A policy's own function: what is refused, and what counts as a change of it."""

import dataclasses
import math
import random
import types

import numba
import numpy as np
import pytest

import sim


def test_a_function_that_does_not_compile_is_named_with_its_reason():
    def asks_the_network(bond, candidate, day):
        return open(str(day)).read()

    policy = sim.InvitePolicy("own", contacts=1, condition=asks_the_network)
    with pytest.raises(
        sim.InputError,
        match=r"^policies.own.condition: the function asks_the_network does not compile: .+",
    ) as caught:
        sim.run(sim.Scenario(members=20, days=2, policies=[policy]))
    assert "\n" not in str(caught.value)


def own(condition):
    return sim.Scenario(
        members=60, days=20, policies=[sim.InvitePolicy("own", directory=1, condition=condition)]
    )


def refusal(condition):
    with pytest.raises(sim.InputError, match=r"^policies\.own\.condition: ") as caught:
        sim.run(own(condition))
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix("policies.own.condition: ")


def on_mondays(bond, candidate, day):  # noqa: RET503 - what must be refused
    if day % 7 == 1:
        return True


def test_a_function_that_gives_something_else_than_true_or_false_is_refused():
    """Else each such answer was a traceback on the terminal, and the run went on."""
    right = "must return True or False, whichever way it takes"
    assert refusal(on_mondays) == f"the function on_mondays can give None; {right}"
    assert (
        refusal(lambda bond, candidate, day: np.arange(3) > day)
        == f"the function <lambda> gives array(bool, 1d, C); {right}"
    )


def imports(bond, candidate, day):
    import math

    return math.sqrt(day) > 2


@dataclasses.dataclass
class Asks:
    least: int = 3

    def __call__(self, bond, candidate, day):
        return day > self.least


class Unsendable:
    def __reduce__(self):
        raise OSError("is not for others")


endless: list = [1]
endless.append(endless)
unsendable = Unsendable()


async def asynchronous(bond, candidate, day):
    return True


def generator(bond, candidate, day):
    yield True


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (imports, "the function imports does not compile: Use of unsupported opcode (IMPORT_NAME)"),
        (lambda bond, candidate, day: endless[0] > day, "the function <lambda> does not compile: "),
        (
            lambda bond, candidate, day: unsendable is None,
            "the function <lambda> does not compile: ",
        ),
        (
            lambda b, c, d, **more: True,
            "the function <lambda> takes (b, c, d, **more); "
            "must be def condition(bond, candidate, day)",
        ),
        (
            lambda b, c, d, *, n=3: d > n,
            "the function <lambda> takes (b, c, d, *, n=3); must be def",
        ),
        (lambda b, c: True, "the function <lambda> takes (b, c); must be def"),
        (Asks(), "Asks(least=3) is not a function written in Python; must be def"),
        (asynchronous, "the function asynchronous is a generator or async; must be def"),
        (generator, "the function generator is a generator or async; must be def"),
    ],
)
def test_a_function_that_can_not_be_a_condition_is_named_with_the_reason(condition, reason):
    """Whatever the reason, it is one line and never a traceback."""
    assert refusal(condition).startswith(reason)


def test_a_name_that_is_not_set_yet_is_a_line():
    def early(bond, candidate, day):
        return day > least

    assert refusal(early).startswith("the function early does not compile: ")
    least = 3


@numba.njit
def one_of_ten():
    return np.random.randint(10) == 0  # noqa: NPY002 - what must be refused


@numba.njit
def lucky():
    return one_of_ten()


@pytest.mark.parametrize(
    "draws",
    [
        lambda bond, candidate, day: random.random() < 0.5,
        lambda bond, candidate, day: np.random.normal() > 0,  # noqa: NPY002
        lambda bond, candidate, day: np.random.seed(day) is None,  # noqa: NPY002
        lambda bond, candidate, day: candidate.degree > 90 and lucky(),
        numba.njit(lambda bond, candidate, day: random.random() < 0.5),
    ],
    ids=["random", "numpy", "seed", "helper", "compiled"],
)
def test_a_function_that_draws_random_numbers_is_refused(draws):
    policy = sim.InvitePolicy("own", contacts=1, condition=draws)
    line = (
        r"^policies\.own\.condition: the function <lambda>, or one that it calls, "
        r"draws random numbers; must draw none: .+$"
    )
    with pytest.raises(sim.InputError, match=line):
        sim.run(sim.Scenario(members=20, days=2, policies=[policy]))


@numba.njit
def half(number):
    return math.sqrt(number * number) / 2


def test_a_function_that_only_computes_is_accepted():
    def few(bond, candidate, day):
        return (
            half(candidate.degree) < 3
            and np.median(np.array([1.0, bond.met, 3.0])) < 3
            and hash((candidate.number, day)) % 3 > 0
        )

    def summary(condition):
        policy = sim.InvitePolicy("own", contacts=1, condition=condition)
        return sim.run(sim.Scenario(members=60, days=9, policies=[policy])).summary

    def fewer(bond, candidate, day):
        return half(candidate.degree) < 2

    compiled = numba.njit(fewer)  # by numba, before
    assert not summary(few).equals(summary(fewer))
    assert summary(fewer).equals(summary(compiled))


def test_a_function_that_raises_ends_the_run_with_a_line():
    def divides(bond, candidate, day):
        return 10 // (day - 3) > 0

    policy = sim.InvitePolicy("own", contacts=1, condition=divides)
    with pytest.raises(
        sim.InputError,
        match=r"^policies.own.condition: the function divides raised an exception by day \d+; must",
    ):
        sim.run(sim.Scenario(members=60, days=9, policies=[policy]))


def test_a_function_that_looks_past_the_end_of_an_array_ends_the_run_with_a_line():
    """Else it would read whatever is in the memory there."""
    table = np.arange(3)
    assert refusal(lambda bond, candidate, day: table[day + 1000] > 0).startswith(
        "the function <lambda> raised an exception by day "
    )


def test_a_function_is_compiled_anew_when_what_it_takes_from_outside_changes():
    most = 3

    def few(bond, candidate, day):
        return candidate.degree < most

    scenario = sim.Scenario(
        members=60, days=20, policies=[sim.InvitePolicy("own", directory=1, condition=few)]
    )
    before = sim.run(scenario).members["degree"].mean()
    most = 30
    assert sim.run(scenario).members["degree"].mean() > before


settings = types.ModuleType("settings_of_mine")
settings.most = 3


def test_a_change_in_another_module_that_a_function_uses_counts(monkeypatch):
    """Else a run would use the old value, of a number, or within a function that it calls."""

    def few(bond, candidate, day):
        return candidate.degree < settings.most

    @numba.njit
    def called(degree):
        return degree < limits[0]

    def calls(bond, candidate, day):
        return called(candidate.degree)

    limits = (3, 1)
    before = [sim.run(own(one)).members["degree"].mean() for one in (few, calls)]
    assert before[0] == before[1]
    monkeypatch.setattr(settings, "most", 30)
    assert sim.run(own(few)).members["degree"].mean() > before[0]
