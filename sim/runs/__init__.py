"""Runs: one run, many runs, and the one pool of processes for many."""
