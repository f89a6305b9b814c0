"""Columns of the platform's flat tables, which have one row for each member."""

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
"""Columns of ``tally``, over the account's life. Invitations sent: all; accepted; those with a
strike; declined; those of the declined that were never looked at; and the cold ones. Invitations
received: all; unwanted; and the cold ones of these. Outreach arcs, and those with a reverse arc.
Day of the first restriction (0: never), invitations sent until then, days of temporary restriction
imposed, and number of restrictions. Attempts to invite, whether they led to an invitation or
lapsed."""
TALLY = 16

RESTRICTED_UNTIL, COUNTED_STRIKES, COUNTED_BEFORE, ACCEPTED_BEFORE = range(4)
"""Columns of ``account``: last day of the latest restriction; strikes since the account last
started from zero; and the invitations sent (or resolved, if the ratio counts these) and accepted,
as far as the platform knew, when it last started from zero."""
ACCOUNT = 4

NOTES, NOTES_THIS_MONTH = range(2)
"""Columns of ``notes``: the notes that a member has sent, in all days and in these 30 days."""
NOTED = 2

QUESTIONS, GRANTED, REFUSED = range(3)
"""Columns of ``questions``: those that a member has asked, those granted, and those refused."""
ASKING = 3
WARNINGS, LIMITS, APPEALS, PARDONS, LIMITED_UNTIL, RESTRICTED_ON = range(6)
"""Columns of ``ladder``: how often the account was warned and limited; how often its owner
appealed, and how often with success; the last day of the latest limit; and the evening of the
latest restriction."""
LADDER = 6

ANSWERS = 10
"""Columns of ``answers``, from which an inviter learns, per tie class k: invitations accepted (2k)
and resolved (2k + 1). A declined one counts only when it is withdrawn or the two connect."""

ASKED, HELPED, NEEDS, BY_CONNECTION, BY_CONTACT, BY_REFERRAL, REFERRALS = range(7)
"""Columns of ``help``: how often a member was asked for help, and how often it helped; its own
needs; how many of them were met by a connection, by another contact, and by somebody to whom the
member was referred; and how often the member was referred to somebody."""
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
"""Columns of ``totals``: present sums over the members of a policy. Members who have left still
count, except for connections, arcs, T_RESTRICTED and T_MEMBERS."""

STAGE, DAY, MEMBERS, SECTION_BITS, FAILED = range(28, 33)
"""Places of ``clock`` after those of ``lists``: the stage of the day; the day; the number of
members who have arrived; how many bits of a member's number are its place within its section; and
for each policy, from FAILED on, 1 if the policy's function has raised an exception."""
