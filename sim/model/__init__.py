"""The model: a society that lives, and what others may see of it."""
