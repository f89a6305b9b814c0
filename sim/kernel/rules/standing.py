"""How the platform stands between two members, in each direction (docs/rules.md, "Bonds")."""

FREE, PENDING, CONNECTED, LOCKED = range(4)
"""Nothing between them, an invitation pending, connected, or locked against another invitation."""
