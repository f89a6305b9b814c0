"""The error for mistakes of a user.

Every mistake that a user can make in a scenario, a file or an option raises an ``InputError``. Its
message is one line: what is wrong, where, and what is expected. The command line prints that line
and ends with exit code 2. Any other exception is a fault of this program.
"""


class InputError(ValueError):
    """A mistake of the user; its text is one complete line."""

    def __init__(self, text: str) -> None:
        super().__init__(one_line(text))


def one_line(text: str) -> str:
    """Return a text as one line, with control characters escaped: no terminal acts on them."""
    line = " ".join(part.strip() for part in text.splitlines() if part.strip())
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in line
    )
