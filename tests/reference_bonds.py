"""A bond and an invitation of the reference in plain Python, and the states they can be in."""

from dataclasses import dataclass

FREE, PENDING, CONNECTED, LOCKED = "free", "pending", "connected", "locked"
ASKED = "asked"  # a question is pending
MOST_MET, MOST_TALKED = 511, 255  # where the counts of encounters stop


@dataclass
class Bond:
    """What one person (ego) knows of another (alter), and whether ego may invite alter."""

    met: int = 0  # encounters face to face
    talked: int = 0  # encounters online
    last: int | None = None  # the day of the last encounter
    state: str = FREE  # on the platform, in this direction
    free_on: int | None = None  # the day on which a lock ends; None: not locked, or for good
    vetoed: bool = False  # ego wants alter neither as inviter nor as invitee, for good


@dataclass
class Invitation:
    """An invitation and what becomes of it; or a question, which becomes one if it is granted."""

    sent_day: int
    ego: int
    alter: int
    source: str  # where ego found alter: contacts, introductions, directory or popular
    tie_class: int  # on the day of sending
    delay_word: int
    due_day: int | None = None  # of the answer, as known on the day of sending; None: never
    mistaken: bool = False  # whether another one was meant
    question: bool = False  # whether it is a question so far
    asked: bool = False  # whether it was one, and the answer was yes
    note: bool = False  # whether a note goes with it, that says where they met
    waits: bool = True  # whether the platform and the inviter still see it as pending
    # what becomes of it, and when: decided once, which is final
    outcome: str = "pending"  # then accepted, idk ("I don't know this person"),
    # declined, or void: one of the two has left
    decided_day: int | None = None
    recognised: bool | None = None  # None: not looked at
    decided_class: int | None = None  # the tie class on that day
    common: int | None = None  # connections in common: at the decision; of one unseen, at sending
