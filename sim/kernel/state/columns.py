"""Columns of the platform's flat tables, a row a member."""

(
    SENT,
    ACCEPTED,
    STRIKES,
    DECLINED,
    UNSEEN,
    COLD,
    RECEIVED,
    UNWANTED,
    COLD_RECEIVED,
    ARCS,
    MUTUAL,
    BLOCKED_DAY,
    SENT_AT_BLOCK,
    RESTRICTED_DAYS,
    RESTRICTIONS,
    ATTEMPTS,
) = range(16)
"""Columns of ``tally``, over the account's life. Of the invitations sent: all, those decided by now
(accepted, strikes, declined), of the declined those never looked at, and the cold ones. Of those
received: all, the unwanted, and of these the cold. Outreach arcs, and those whose reverse exists.
Day of the first restriction (0: never), invitations sent by then, days of temporary restriction
imposed,
and number of restrictions. Attempts to invite, whether they led to an invitation or lapsed."""
TALLY = 16

RESTRICTED_UNTIL, COUNTED_STRIKES, COUNTED_BEFORE, ACCEPTED_BEFORE = range(4)
"""Columns of ``account``: last day of the latest restriction; the strikes since the account last
started from zero; and what had been sent (or resolved, if the ratio is of that), and accepted as
far
as the platform knows, by then."""
ACCOUNT = 4

NOTES, NOTES_THIS_MONTH = range(2)
"""Columns of ``notes``: those that a member has sent, and those of these 30 days."""
NOTED = 2

QUESTIONS, GRANTED, REFUSED = range(3)
"""Columns of ``questions``: those that a member has asked, and of these granted and refused."""
ASKING = 3
WARNINGS, LIMITS, APPEALS, PARDONS, LIMITED_UNTIL, RESTRICTED_ON = range(6)
"""Columns of ``ladder``: how often the account was warned and limited; how often its owner
appealed, and how often with success; the last day of the latest limit; and the evening of the
latest restriction."""
LADDER = 6

ANSWERS = 10
"""Columns of ``answers``, what an inviter has learned, per tie class k: invitations accepted (2k)
and resolved (2k + 1). What was declined counts only when it is withdrawn or the two connect."""

ASKED, HELPED, NEEDS, BY_CONNECTION, BY_CONTACT, BY_REFERRAL, REFERRALS = range(7)
"""Columns of ``help``: how often a member was asked for help, and how often it helped; its own
needs; how many of these a connection has met, how many another contact, and how many somebody to
whom it was referred; and how often it was referred to somebody."""
HELP = 8

(
    T_CONNECTIONS,
    T_ACQUAINTED,
    T_ATTEMPTS,
    T_SENT,
    T_ACCEPTED,
    T_STRIKES,
    T_DECLINED,
    T_UNSEEN,
    T_COLD,
    T_UNWANTED,
    T_COLD_RECEIVED,
    T_ARCS,
    T_MUTUAL,
    T_BLOCKED,
    T_RESTRICTIONS,
    T_RESTRICTED,
    T_NOTES,
    T_QUESTIONS,
    T_GRANTED,
    T_MEMBERS,
    T_JOINED,
) = range(21)
TOTALS = 21
"""Columns of ``totals``, sums over the members of a policy, as they stand now. Those who have left
still count, except for connections, arcs, T_RESTRICTED and T_MEMBERS."""

STAGE, DAY, MEMBERS, SECTION_BITS, FAILED = range(28, 33)
"""Places of ``clock`` after those of ``lists``: the stage of the day; the day; the number of
members who have arrived; how many bits of a member's number tell its place within its section; and
from FAILED on, by policy, 1 if its function has raised an exception."""
