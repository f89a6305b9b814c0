"""Attacks on invitesim: damage, kills, a foreign web page, and what others have reported.

``python -m attack`` tries all of it and prints a table; one module a kind of trial. The seeds are
fixed, nothing is asked of any other machine, and nothing is left behind. Tests say what is right in
few cases; here it is tried in many.
"""
