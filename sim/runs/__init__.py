"""Runs: one, many, and the one pool of processes for them."""
