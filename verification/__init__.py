"""The model's proof: closed forms that it must reproduce, and the patterns that it is judged by; ``docs/verification.md`` explains."""
