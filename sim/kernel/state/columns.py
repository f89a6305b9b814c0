"""Columns of the platform's flat tables, a row a member."""

(
    SENT,
    ACCEPTED,
    STRIKES,
    RECEIVED,
    WELCOMED,
    ARCS,
    MUTUAL,
    BLOCKED_DAY,
    SENT_AT_BLOCK,
    RESTRICTED_DAYS,
    SENT_BEFORE,
    ACCEPTED_BEFORE,
) = range(12)
"""Columns of ``tally``. Over the account's life: invitations sent and accepted, strikes, received,
received and accepted, outreach arcs, arcs whose reverse exists, day of the first restriction (0:
never), invitations sent by then, days of temporary restriction imposed. And what had been sent and
accepted when the account last started from zero."""
TALLY = 12

RESTRICTED_UNTIL, COUNTED_STRIKES = range(2)
"""Columns of ``account``: last day of the latest restriction, and the strikes since the account last
started from zero."""
ACCOUNT = 2

ANSWERS = 10
"""Columns of ``answers``, per tie class k: invitations accepted (2k) and resolved (2k + 1)."""

(
    T_CONNECTIONS,
    T_SENT,
    T_ACCEPTED,
    T_RESOLVED,
    T_STRIKES,
    T_ARCS,
    T_MUTUAL,
    T_BLOCKED,
    T_RESTRICTED,
) = range(9)
TOTALS = 9
"""Columns of ``totals``, sums over the members of a policy, as they stand now."""

STAGE, DAY, FAILED = 28, 29, 30
"""Places of ``clock`` after those of ``lists``: the stage of the day, the day, and from FAILED on, by
policy, 1 if its function has raised an exception."""
