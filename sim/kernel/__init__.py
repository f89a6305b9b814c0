"""The compiled model.

``rules`` (what it says), ``phases`` (for whom), ``state`` (where it is kept) and ``mechanics`` (how
it is fast). ``day`` opens with the table of the stages of a day.
"""
