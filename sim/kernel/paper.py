"""What a thread notes down while a block of members choose, or a few answer; nothing on it outlives the block.

Members choose block by block, all of a block going through the same step before any goes on to the next. So the memory of each can be
asked for while others are looked at, and each step is a loop that a processor can foresee.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MEETING_BLOCK, INVITING_BLOCK = 512, 2048
"""Members who choose together: as many as nearer memory has room for what they ask for."""
TOGETHER = 64
"""Messages that are judged together: as many as the nearest memory has room for the bonds of."""
SIEVE = 8193


class MeetingPaper(NamedTuple):
    """For a block of members who choose whom to meet. A *turn* is a place in the list of those who start an encounter."""

    daily: NDArray[np.uint32]
    """(4, block): the DAILY words of the block's members."""
    kind: NDArray[np.uint8]
    """By member of the block: starts no encounter (0), meets a contact again (1), or elsewhere (2)."""
    drawn: NDArray[np.uint32]
    """(4, block): four words of each who starts, or who still looks."""
    who: NDArray[np.uint32]
    """By turn: ego."""
    whom: NDArray[np.int64]
    """By turn: the partner found elsewhere than among the own contacts, -1 if there is none."""
    slot: NDArray[np.int64]
    """By turn: the best contact so far, or what may be the bond with the partner."""
    most: NDArray[np.int64]
    """By turn: how strong the tie at this slot is."""
    seen: NDArray[np.int64]
    """By turn: how many contacts have been looked at."""
    where: NDArray[np.uint32]
    """(4, block): slots in which those who still look do so."""
    turns: NDArray[np.uint32]
    """Those who still look, by turn."""
    egos: NDArray[np.uint32]
    """The same, as egos; their PARTNER words begin at this ..."""
    places: NDArray[np.uint32]
    """... place."""
    risen: NDArray[np.int64]
    """(3, block): own ties that have risen by a class: ego, slot, class before."""


class InvitingPaper(NamedTuple):
    """For a block of members who choose whom to invite. A *turn* is a place in the list of those who may invite today."""

    who: NDArray[np.uint32]
    """By turn: ego."""
    written: NDArray[np.int64]
    """By turn: how many invitations the block has noted."""
    classes: NDArray[np.int64]
    """By turn: tie classes of contacts that are eligible, as bits 1 to 4 ..."""
    eligible: NDArray[np.int64]
    """... and how many contacts these are."""
    only: NDArray[np.uint32]
    """Turns of those whose policy looks only among contacts."""
    turns: NDArray[np.uint32]
    """Those who make a try now, by turn ..."""
    again: NDArray[np.uint32]
    """... and those who will have to make another."""
    egos: NDArray[np.uint32]
    """Of the try, like all that follows: ego ..."""
    places: NDArray[np.uint32]
    """... and the number of the try."""
    drawn: NDArray[np.uint32]
    """(4, block): its words."""
    slot: NDArray[np.int64]
    """The bond found, or the place of the contact found among the eligible ones; -1: none."""
    whom: NDArray[np.int64]
    """The member found; -1: none."""
    found: NDArray[np.uint32]
    """Tries that have found a contact ..."""
    elsewhere: NDArray[np.uint32]
    """... that look elsewhere ..."""
    introduced: NDArray[np.uint32]
    """... and, among these, that ask connections to introduce; by such: ..."""
    between: NDArray[np.uint32]
    """... the connection asked, ..."""
    picks: NDArray[np.uint32]
    """... picks made so far, ..."""
    asking: NDArray[np.uint32]
    """... ego, ..."""
    number: NDArray[np.uint32]
    """... the number of the try ..."""
    more: NDArray[np.uint32]
    """... and (4, block) more words."""


class JudgingPaper(NamedTuple):
    """For a few messages that are judged together."""

    words: NDArray[np.uint32]
    """(4, TOGETHER): three words of each, and the invitee."""
    sieve: NDArray[np.uint16]
    """(SIEVE,): marks of connections, and the number of the latest search."""


class Paper(NamedTuple):
    """A sheet of each."""

    meeting: MeetingPaper
    inviting: InvitingPaper
    judging: JudgingPaper


def paper() -> Paper:
    """Make the sheets, a set for each thread."""

    def column(size: int, kind: type = np.uint32) -> NDArray:  # type: ignore[type-arg]
        return np.zeros(size, kind)

    def words(size: int) -> NDArray[np.uint32]:
        return np.zeros((4, size), np.uint32)

    m, i = MEETING_BLOCK, INVITING_BLOCK
    meeting = MeetingPaper(
        daily=words(m),
        kind=column(m, np.uint8),
        drawn=words(m),
        who=column(m),
        whom=column(m, np.int64),
        slot=column(m, np.int64),
        most=column(m, np.int64),
        seen=column(m, np.int64),
        where=words(m),
        turns=column(m),
        egos=column(m),
        places=column(m),
        risen=np.zeros((3, m), np.int64),
    )
    inviting = InvitingPaper(
        who=column(i),
        written=column(i, np.int64),
        classes=column(i, np.int64),
        eligible=column(i, np.int64),
        only=column(i),
        turns=column(i),
        again=column(i),
        egos=column(i),
        places=column(i),
        drawn=words(i),
        slot=column(i, np.int64),
        whom=column(i, np.int64),
        found=column(i),
        elsewhere=column(i),
        introduced=column(i),
        between=column(i),
        picks=column(i),
        asking=column(i),
        number=column(i),
        more=words(i),
    )
    return Paper(meeting, inviting, JudgingPaper(words(TOGETHER), np.zeros(SIEVE, np.uint16)))
