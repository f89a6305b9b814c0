"""The model: it simulates a society day by day, and shows its state to the rest of the program."""
