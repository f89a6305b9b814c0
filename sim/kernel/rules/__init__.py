"""What the model says: the rules of docs/rules.md, by name, as pure functions of a few numbers.

Each function takes numbers and returns a number or a truth value. It sees no array and no state.
So it can be read beside the sentence of docs/rules.md that it states, run as plain Python, and
compiled into any loop. Words are 32-bit random words as int64. A *threshold* is a whole number from
0 to 2**32: an event happens if a word is below it.
"""
