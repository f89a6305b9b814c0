"""What each measure is called in words: in tables, on the axes of figures, on the page, in docs."""

from typing import NamedTuple


class Label(NamedTuple):
    """The name of a measure for readers."""

    words: str
    """What is measured, without a unit: ``others within two steps``."""
    short: str = ""
    """The same for the head of a narrow column; empty: ``words``."""
    share: bool = False
    """Whether values are shares from 0 to 1, which are shown in percent."""

    @property
    def axis(self) -> str:
        """The words with the unit: ``others within two steps, %``."""
        return f"{self.words}, %" if self.share else self.words

    @property
    def title(self) -> str:
        """The words as the beginning of a sentence."""
        return self.words[:1].upper() + self.words[1:]

    @property
    def column(self) -> str:
        """The words for the head of a narrow column, without a unit."""
        return self.short or self.words

    @property
    def scale(self) -> float:
        """The number by which values are multiplied to be shown: 100 for shares."""
        return 100.0 if self.share else 1.0


LABELS = {
    "members": Label("members"),
    "degree": Label("connections per member", "connections"),
    "reach2": Label("number of others within two steps"),
    "reach2_share": Label("others within two steps", "within two steps", share=True),
    "reach3": Label("number of others within three steps"),
    "reach3_share": Label("others within three steps", "within three steps", share=True),
    "acceptance": Label("decided invitations accepted", "accepted", share=True),
    "declined": Label("decided invitations declined", "declined", share=True),
    "unseen": Label("decided invitations never looked at", "never looked at", share=True),
    "idk_rate": Label("invitations answered “I don’t know”", "“I don’t know”", share=True),
    "reciprocity": Label("outreach that is returned", "returned", share=True),
    "acquainted": Label("connections with people met or talked to", "acquainted", share=True),
    "mutually_recognised": Label(
        "connections in which both recognise the other", "mutually recognised", share=True
    ),
    "blocked": Label("blocked at least once", "blocked", share=True),
    "restricted": Label("restricted today", share=True),
    "restricted_time": Label("time restricted", share=True),
    "restrictions": Label("restrictions per unrestricted year", "restrictions a year"),
    "warned": Label("warned at least once", "warned", share=True),
    "limited": Label("limited at least once to people they know", "limited", share=True),
    "appeals": Label("appeals a year"),
    "pardoned": Label("appeals that succeed", "pardoned", share=True),
    "time_to_block_days": Label("days until half are blocked", "days to a block"),
    "time_to_block_invitations": Label(
        "invitations until half are blocked", "invitations to a block"
    ),
    "unwanted_received": Label("unwanted invitations received a year", "unwanted a year"),
    "unwanted_sent": Label("unwanted invitations sent a year", "unwanted sent a year"),
    "cold_received": Label("invitations received a year from people not recognised", "cold a year"),
    "cold_sent": Label(
        "invitations sent a year to people who do not recognise the sender", "cold sent a year"
    ),
    "missed": Label("connections missed per member", "missed"),
    "missed_by_tie": Label("connections missed because the tie is too weak", "missed by tie"),
    "missed_by_estimate": Label(
        "connections missed because acceptance seems too unlikely", "missed by estimate"
    ),
    "missed_chance": Label(
        "chance that a missed invitation is accepted", "acceptance of missed", share=True
    ),
    "vetoed": Label("known people who are not wanted", "not wanted", share=True),
    "need_met": Label("needs of help met", share=True),
    "met_by_connection": Label("needs met by a connection", "met by connection", share=True),
    "met_by_contact": Label("needs met by another contact", "met by contact", share=True),
    "met_by_referral": Label("needs met by referral", "met by referral", share=True),
    "helped": Label("help given a year", "help a year"),
    "referrals": Label("referrals to somebody else a year", "referrals a year"),
    "degree_low_rank": Label("connections per member of ranks 0 to 4", "of low rank"),
    "degree_middle_rank": Label("connections per member of ranks 5 to 10", "of middle rank"),
    "degree_high_rank": Label("connections per member of ranks 11 to 15", "of high rank"),
    "upwards": Label("invitations to people of higher rank", "upwards", share=True),
    "effort": Label("invitations, notes and questions per acceptance", "effort"),
    "lapsed": Label("attempts that lapse", share=True),
    "invitations": Label("invitations sent per member", "sent each"),
    "overlap": Label("ties that are on all platforms", "on all", share=True),
    "on_one": Label("ties that are on one platform alone", "on one", share=True),
    "clustering": Label("local clustering"),
    "largest_component": Label("members in the largest component", "largest component", share=True),
}
"""From the name of a measure to its label."""


def label(measure: str) -> Label:
    """Return the label of a measure; a measure of the user is called by its own name.

    Examples
    --------
    >>> import sim
    >>> sim.measures.label("reach2_share").axis
    'others within two steps, %'
    >>> sim.measures.label("my_measure").axis
    'my measure'
    """
    return LABELS.get(measure) or Label(measure.replace("_", " "))
