"""Phase 2, invite: the more strikes, the surer of acceptance a member must be (docs/rules.md)."""

from ..mechanics.compilation import rule


@rule
def least_estimate(min_acceptance, caution, strikes, limit):
    """Return the least estimate of acceptance at which a member invites; limit < 0: no limit."""
    if limit < 0:
        return min_acceptance
    return min(1.0, min_acceptance + caution * strikes / max(limit, 1))
