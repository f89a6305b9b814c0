"""Phase 1, meet: who starts an encounter, with whom, and how (docs/rules.md)."""

from ..mechanics.compilation import rule

AGAIN, FRIEND, TEAM, CIRCLE, ANYBODY = range(5)
"""Sources of a partner: contacts, contacts of contacts, the own team, the own circle, everybody."""

FACE_MET, FACE_ONLINE, FACE_FRIEND, FACE_TEAM, FACE_CIRCLE, FACE_ANYBODY = range(6)
"""Places in the table of chances that an encounter is face to face."""


@rule
def starts_encounter(word, threshold):
    """Return whether a member starts an encounter today."""
    return word < threshold


@rule
def partner_source(word, until_again, until_friend, until_team, until_circle):
    """Return the source of the partner: one word chooses by the shares, in this order."""
    known = int(word >= until_again) + int(word >= until_friend)
    return known + int(word >= until_team) + int(word >= until_circle)


@rule
def wins_tournament(strength, strongest):
    """Return whether a contact drawn later is stronger than the strongest drawn before."""
    return strength > strongest


@rule
def circle_start(member, circle_size):
    """Return the first member of a member's circle."""
    return member // circle_size * circle_size


@rule
def circle_members(start, circle_size, members):
    """Return the size of the circle that starts with a member; the last circle may be smaller."""
    return min(circle_size, members - start)


@rule
def team_start(member, circle_size, team_size):
    """Return the first member of a member's team; teams are counted from the circle's first."""
    circle = circle_start(member, circle_size)
    return circle + (member - circle) // team_size * team_size


@rule
def team_members(start, circle_size, team_size, members):
    """Return the size of the team that starts with a member; a circle's last one may be smaller."""
    circle = circle_start(start, circle_size)
    return min(team_size, circle + circle_members(circle, circle_size, members) - start)


@rule
def face_place(source, met):
    """Return where the chance of meeting face to face stands in the table."""
    if source == AGAIN:
        return FACE_MET if met > 0 else FACE_ONLINE
    return FACE_FRIEND + source - FRIEND


@rule
def is_face_to_face(word, threshold):
    """Return whether the encounter is face to face, as 0 or 1."""
    return int(word < threshold)
