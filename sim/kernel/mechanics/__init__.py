"""How the compiled day is fast. No module here knows a word of the model."""
