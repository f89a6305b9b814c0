"""The verification: closed forms that the model must reproduce, and patterns that it must show.

``docs/verification.md`` explains it.
"""
