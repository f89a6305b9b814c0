"""The verification: closed forms that the model must reproduce, and books that must balance.

``docs/verification.md`` explains it.
"""
