"""The scenario in the kernel's terms: thresholds in place of probabilities, numbers for names.

A threshold is the whole number that a word of 32 bits must be below, as int64; -1 stands for
"none".
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Fractions = NDArray[np.float64]


class SocietyNumbers(NamedTuple):
    """Who there is, and from how many encounters on a tie is of a class."""

    circle_size: int
    team_size: int
    often: int
    close: int
    first_day: int
    """1 - the days of the history."""
    on_arrival: int
    leave: int
    """Threshold of leaving, each day."""
    veto: int
    """Threshold of a veto at the first encounter."""


class MeetingNumbers(NamedTuple):
    """Who meets whom."""

    until_again: int
    until_friend: int
    until_team: int
    until_circle: int
    """Where one word is cut: below the first it is a contact again, and so on; else anybody."""
    again_choice: int
    face: Numbers
    """(6,): thresholds of meeting face to face, as ``rules.meeting.face_place`` counts them."""


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
    """Threshold of a wrong address."""
    noted_classes: int
    """The tie classes of people to whom a note goes, a bit each."""


class AnsweringNumbers(NamedTuple):
    """How invitees answer."""

    recognise: Numbers
    """(5,): chances by tie class."""
    fresh: Fractions
    """(5,): the same with a fresh memory."""
    memory: NDArray[np.int32]
    """(days, 767): what is left of a memory, in units of 2**-24, by the days since the last
    encounter and the number of encounters; (0, 767): memory does not fade."""
    note_odds: float
    """By what a note multiplies the odds of being recognised; 0: they stay."""
    ask_answered: int
    """Threshold of the answer to a question."""
    accepts: Numbers
    """(policies, habits + 1, 31, 5, 2): thresholds of accepting, by the difference of the ranks
    (see ``rules.rank``) and the class that the invitee goes by, without a reference and with one;
    equal where it takes no references. Habit 0 is none; without ranks there is one difference."""
    idk_click: Numbers
    """(habits + 1,): thresholds."""


class HelpingNumbers(NamedTuple):
    """Who needs help, and who gives it."""

    need: int
    able: float
    ask_choice: int
    refer: int
    refer_choice: int
    helps: Numbers
    """(3, 5): thresholds of helping, by type and tie class."""
    floor: float
    floor_after: int


class PlatformNumbers(NamedTuple):
    """The platform's rule."""

    limit: int
    window_days: int
    min_ratio: float
    min_invites: int
    of_resolved: bool
    """Whether the ratio is of the invitations resolved, and not of those sent."""
    graded: bool
    """Whether there is more than one restriction: a ladder, or appeals."""
    actions: Numbers
    """(rungs,): what follows when the rule is broken, see ``rules.sanctions``."""
    lengths: Numbers
    """(rungs,): days that a limit or a restriction lasts; -1: for good."""
    appeal_chances: Numbers
    """Thresholds of the success of a member's first, second … appeal; (0,): nobody appeals."""
    weekly_invites: int
    max_connections: int
    place: int
    notes_per_month: int


class PolicyNumbers(NamedTuple):
    """Whom members invite, an entry a policy."""

    until_contacts: Numbers
    until_introductions: Numbers
    until_directory: Numbers
    """Where a try's word is cut: below the first the candidate is a contact, below the second an
    introduction, below the third from the directory; else popular."""
    contacts_only: NDArray[np.bool_]
    """Whether all tries are made at once, among contacts."""
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
    """All of the scenario."""

    key: np.uint64
    """The seed."""
    society: SocietyNumbers
    meeting: MeetingNumbers
    inviting: InvitingNumbers
    answering: AnsweringNumbers
    helping: HelpingNumbers
    platform: PlatformNumbers
    policies: PolicyNumbers
