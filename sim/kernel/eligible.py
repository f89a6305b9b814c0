"""Whom a member may invite, and would: the platform's side of the bond, the policy's thresholds, what ego has learned, and the policy's
own function.
"""

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .bonds import (
    CONNECTIONS,
    COUNT_MASK,
    FREE_OF_CLASS,
    HEAD,
    LAST,
    MET,
    PLATFORM,
    class_in,
    nth_free,
    number_of_free,
)
from .compilation import inlined, inner
from .world import ANSWERS, FAILED


@intrinsic
def _ask(
    typing_context, address, met, talked, days_since, k, number, degree, same_circle, policy, day
):
    """Call a policy's own compiled function at an address."""

    def generate(context, builder, signature, arguments):
        word = ir.IntType(64)
        function = ir.FunctionType(word, [word] * 9)
        pointer = builder.inttoptr(arguments[0], function.as_pointer())
        return builder.call(pointer, arguments[1:])

    return types.int64(*[types.int64] * 10), generate


@inlined
def estimate(world, rules, ego, k):
    """Give ego's own estimate of acceptance at tie class k: the mean of a Beta."""
    return (rules.prior[k] * rules.prior_weight + world.answers[ANSWERS * ego + 2 * k]) / (
        rules.prior_weight + world.answers[ANSWERS * ego + 2 * k + 1]
    )


@inner
def agrees(world, rules, day, ego, other, slot, k):
    """Ask the policy's own function about a candidate."""
    tie = np.int64(world.link[2 * slot + 1]) if k > 0 else np.int64(0)
    since = day - rules.first_day - (tie >> LAST) if k > 0 else -1
    same_circle = ego // rules.circle_size == other // rules.circle_size
    answer = _ask(
        rules.condition[world.policy[ego]],
        (tie >> MET) & COUNT_MASK,
        tie & COUNT_MASK,
        since,
        np.int64(k),
        np.int64(other),
        np.int64(world.head[HEAD * other + CONNECTIONS]),
        np.int64(same_circle),
        np.int64(world.policy[other]),
        np.int64(day),
    )
    if answer < 0:  # it has raised an exception
        world.clock[FAILED + world.policy[ego]] = 1
    return answer > 0


@inlined
def eligible(world, rules, day, ego, other, slot):
    """Say whether ego may invite other, whose bond is at slot; one of the two may be -1: no bond, or look there who it is."""
    k = 0
    if slot >= 0:
        if world.state[slot] & PLATFORM:
            return False
        k = class_in(world.state[slot])
    p = world.policy[ego]
    if k < rules.min_tie[p]:
        return False
    if rules.min_acceptance[p] > 0.0 and estimate(world, rules, ego, k) < rules.min_acceptance[p]:
        return False
    return rules.condition[p] == 0 or agrees(
        world, rules, day, ego, np.int64(world.alter[slot]) if slot >= 0 else other, slot, k
    )


@inlined
def eligible_contacts(world, rules, ego):
    """Say which tie classes of contacts are eligible for ego, as bits 1 to 4, and how many free contacts these have."""
    p = world.policy[ego]
    classes, number = np.int64(0), np.int64(0)
    learned = np.int64(30)
    if rules.min_acceptance[p] > 0.0:
        learned = np.int64(0)
        for k in range(1, 5):
            learned |= np.int64(estimate(world, rules, ego, k) >= rules.min_acceptance[p]) << k
    for k in range(1, 5):
        free = np.int64(world.head[HEAD * ego + FREE_OF_CLASS + k])
        takes = np.int64((k >= rules.min_tie[p]) & (free > 0)) & (learned >> k)
        classes |= takes << k
        number += takes * free
    return classes, number


@inner
def count_agreed(world, rules, day, ego, classes, number):
    """Count the eligible contacts of ego to whom the policy's own function agrees, or give the slot of one of them by its number."""
    agreed = np.int64(0)
    for turn in range(number_of_free(world.head, ego, classes)):
        slot = nth_free(world.chunks, world.head, world.state, ego, classes, turn)
        if agrees(
            world, rules, day, ego, np.int64(world.alter[slot]), slot, class_in(world.state[slot])
        ):
            if agreed == number:
                return slot
            agreed += 1
    return agreed
