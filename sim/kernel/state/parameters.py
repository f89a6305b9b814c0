"""The scenario as the kernel needs it: thresholds instead of probabilities, numbers for names.

An event happens if a random word of 32 bits is below its threshold, a whole number of type int64.
-1 stands for "none".
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Fractions = NDArray[np.float64]


class SocietyNumbers(NamedTuple):
    """The members' surroundings, and the numbers of encounters at which a tie rises by a class."""

    circle_size: int
    team_size: int
    often: int
    close: int
    first_day: int
    """The number of the history's first day: 1 - the length of the history."""
    on_arrival: int
    leave: int
    """Threshold of leaving on a day."""
    veto: int
    """Threshold of a veto at the first encounter."""


class MeetingNumbers(NamedTuple):
    """Who meets whom."""

    until_again: int
    until_friend: int
    until_team: int
    until_circle: int
    """Parts of one word: below the first, ego meets a contact again, and so on; else anybody."""
    again_choice: int
    face: Numbers
    """(6,): thresholds of meeting face to face, in the order of ``rules.meeting.face_place``."""


class InvitingNumbers(NamedTuple):
    """How members invite."""

    tries: int
    prior: Fractions
    prior_weight: float
    pending_days: int
    lock_days: int
    crossing: bool
    delays: Numbers
    """(pending_days,): thresholds of a delay of at least 1, 2 … days."""
    mistaken: int
    """Threshold of sending to a wrong address."""
    noted_classes: int
    """The tie classes of people who get a note, one bit each."""


class AnsweringNumbers(NamedTuple):
    """How invitees answer."""

    recognise: Numbers
    """(5,): chances of recognising an inviter, by tie class."""
    fresh: Fractions
    """(5,): the same while the memory is fresh."""
    memory: NDArray[np.int32]
    """(days, 767): the remaining part of a memory, in units of 2**-24, by the days since the last
    encounter and the number of encounters; (0, 767): memory does not fade."""
    note_odds: float
    """The number by which a note multiplies the odds of being recognised; 0: no effect."""
    ask_answered: int
    """Threshold of answering a question."""
    accepts: Numbers
    """(policies, habits + 1, 31, 5, 2): thresholds of accepting, by the difference of the ranks
    (see ``rules.rank``) and the tie class that the invitee sees, without a reference and with one;
    the two are equal if the invitee takes no references. Habit 0 means none; without ranks there is
    one difference."""
    idk_click: Numbers
    """(habits + 1,): thresholds of a click on "I don't know"."""


class HelpingNumbers(NamedTuple):
    """Who needs help, and who gives it."""

    need: int
    able: float
    ask_choice: int
    refer: int
    refer_choice: int
    helps: Numbers
    """(3, 5): thresholds of helping, by type of member and tie class."""
    floor: float
    floor_after: int


class PlatformNumbers(NamedTuple):
    """The platform's rule."""

    limit: int
    window_days: int
    min_ratio: float
    min_invites: int
    of_resolved: bool
    """Whether the ratio counts the invitations resolved, not those sent."""
    graded: bool
    """Whether there is more than always the same restriction: a ladder, or appeals."""
    actions: Numbers
    """(rungs,): the action of each rung of the ladder, see ``rules.sanctions``."""
    lengths: Numbers
    """(rungs,): days that a limit or a restriction lasts; -1: permanently."""
    appeal_chances: Numbers
    """Thresholds for the success of a member's first, second … appeal; (0,): nobody appeals."""
    weekly_invites: int
    max_connections: int
    place: int
    notes_per_month: int


class PolicyNumbers(NamedTuple):
    """Whom members invite: one entry for each policy."""

    until_contacts: Numbers
    until_introductions: Numbers
    until_directory: Numbers
    """Parts of a try's word: below the first the candidate is a contact, below the second an
    introduction, below the third from the directory; otherwise popular."""
    contacts_only: NDArray[np.bool_]
    """Whether a member looks only among contacts; then all tries of an attempt are made at once."""
    courts: NDArray[np.bool_]
    min_tie: Numbers
    min_acceptance: Fractions
    caution: Fractions
    notes: NDArray[np.bool_]
    asks_first: NDArray[np.bool_]
    invites_references: NDArray[np.bool_]
    appeals: Numbers
    """Thresholds of appealing against a limit or a restriction."""
    condition: Numbers
    """Addresses of the policies' own compiled functions; 0: none."""


class Parameters(NamedTuple):
    """The whole scenario."""

    key: np.uint64
    """The seed."""
    society: SocietyNumbers
    meeting: MeetingNumbers
    inviting: InvitingNumbers
    answering: AnsweringNumbers
    helping: HelpingNumbers
    platform: PlatformNumbers
    policies: PolicyNumbers
