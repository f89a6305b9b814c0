"""The model: a society from day to day, and the views of it for the rest of the program."""
