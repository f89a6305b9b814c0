"""Scratch buffers: memory of a thread while a batch of members chooses or invitations are judged.

Members choose in batches: all of a batch go through one step before any goes on to the next. So the
memory of some members can be prefetched while others are looked at, and each step is a loop that a
processor can predict. Nothing in a scratch buffer outlives its batch, except ``cursor``.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BATCH = 512
"""Members who choose at once: as many as can have what they prefetch in the processor's cache."""
ANSWER_BATCH = 64
"""The most invitations that are judged together."""
SIEVE = 8192
"""Cells of the sieve by which two lists of connections are compared."""

Words = NDArray[np.uint32]
Numbers = NDArray[np.int64]


class MeetScratch(NamedTuple):
    """A batch of members who choose whom to meet; a *starter* is one who starts an encounter."""

    daily: Words
    """(4, batch): the DAILY words of the members."""
    source: NDArray[np.uint8]
    """By member: the source of its partner, or 255 if it starts no encounter."""
    drawn: Words
    """(4, batch), by starter: PARTNER words."""
    who: Words
    """By starter: the member; those who meet a contact again come first."""
    whom: Numbers
    """By starter: the partner, if it is not found among the own contacts; -1: none."""
    slot: Numbers
    """By starter: the strongest contact so far, or the guessed bond with the partner."""
    strongest: Numbers
    """By starter: the strength of the tie at this slot."""
    picked: Words
    """(4, batch): slots of the contacts drawn."""
    asking: Words
    """Starters who look for a contact of a contact."""
    places: Words
    """The places of the words to draw."""
    risen: Numbers
    """(3, batch): own ties that have risen by a class: member, slot, class before."""


class InviteScratch(NamedTuple):
    """Members who choose whom to invite, each of whom has one of ``BATCH`` seats."""

    waiting: Words
    """The members who will have a seat next."""
    queue: Numbers
    """(4,): the queue of members for the seats, see ``phases.seats``."""
    seats: Numbers
    """(3,): the number of seats in each of the first three lists below."""
    free: Words
    """Seats that nobody has ..."""
    beginning: Words
    """... those whose members begin an attempt ..."""
    trying: Words
    """... and those whose members make a try now, or in the next round."""
    again: Words
    """Seats whose members have made a try in vain ..."""
    ended: Words
    """... and those whose attempt is over."""
    from_contacts: Words
    """Seats whose members look only among contacts."""
    who: Words
    """By seat, like all that follows: the member."""
    left: Words
    """Attempts of today that the member has not ended."""
    first_try: Words
    """The number of the first try of this attempt, and ..."""
    next_try: Words
    """... of the next one."""
    row: Words
    """Where the member's invitations of today begin."""
    written: Words
    """How many of these there are so far."""
    classes: Words
    """Tie classes of contacts that are eligible, a bit each ..."""
    eligible: Words
    """... and how many contacts these are."""
    egos: Words
    """By try, like all that follows: the member ..."""
    places: Words
    """... and the number of the try."""
    drawn: Words
    """(4, batch): the words of the try."""
    slot: Numbers
    """The bond found, or the place of the contact found among the eligible ones; -1: none."""
    whom: Numbers
    """The member found; -1: none."""
    found: Words
    """Tries that have found a contact ..."""
    elsewhere: Words
    """... that look elsewhere ..."""
    introduced: Words
    """... and, among these, that ask a connection."""
    between: Words
    """By such a try: where the connection asked is in the pool, then its number as a member."""


class AnswerScratch(NamedTuple):
    """A batch of invitations that are judged, or take effect, together."""

    place: Numbers
    """Its place in the list of sent invitations (fields up to ``drawn`` are by invitation)."""
    slot: Numbers
    """The bond of the inviter."""
    alter: Words
    """The invitee."""
    ego: Words
    """The inviter."""
    sent_day: Numbers
    """The day of sending."""
    seen: Numbers
    """Whether it is ever looked at."""
    recognition: Numbers
    """The threshold of recognising the inviter."""
    drawn: Words
    """(4, batch): its random words."""
    sieve: NDArray[np.uint16]
    """(SIEVE + 1,): marks of connections, and the number of the latest search."""
    cursor: Numbers
    """(3,): section, delay and place at which the next batch begins."""


class Scratch(NamedTuple):
    """The buffers of one thread."""

    meet: MeetScratch
    invite: InviteScratch
    answer: AnswerScratch


def allocate_scratch() -> Scratch:
    """Allocate the buffers of a thread."""

    def fields(kind: type, size: int, **others: NDArray) -> dict[str, NDArray]:  # type: ignore[type-arg]
        arrays: dict[str, NDArray] = {}  # type: ignore[type-arg]
        for name, annotation in kind.__annotations__.items():
            rows = {"daily": 4, "drawn": 4, "picked": 4, "risen": 3}.get(name)
            shape = size if rows is None else (rows, size)
            arrays[name] = np.zeros(shape, np.uint32 if annotation is Words else np.int64)
        return arrays | others

    meet = fields(MeetScratch, BATCH, source=np.zeros(BATCH, np.uint8))
    answer = fields(
        AnswerScratch,
        ANSWER_BATCH,
        sieve=np.zeros(SIEVE + 1, np.uint16),
        cursor=np.zeros(3, np.int64),
    )
    invite = fields(InviteScratch, BATCH, queue=np.zeros(4, np.int64), seats=np.zeros(3, np.int64))
    return Scratch(
        MeetScratch(**meet),
        InviteScratch(**invite),
        AnswerScratch(**answer),
    )
