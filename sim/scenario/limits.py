"""What bounds a scenario: the bits in which the kernel keeps what it counts."""

LONGEST = 16_000
"""Days, history included, that a run can last: a bond keeps the day of its last encounter in
14 bits."""
MOST_ENCOUNTERS = 511
"""A bond counts encounters of each kind up to here: 9 bits each."""
MOST_POLICIES = 250
"""A member's policy is one byte."""
MOST_HABITS = 250
"""So is its answering habit."""
