"""What a user can get wrong.

Every mistake that a user can make in a scenario, a file or an option is an ``InputError`` whose message is one line: what was wrong,
where, and what would be right. The command line prints that line and ends with exit code 2; anything else that is raised is a fault of
ours.
"""


class InputError(ValueError):
    """A mistake in what the user gave; its text is one line and complete."""

    def __init__(self, text: str) -> None:
        super().__init__(one_line(text))


def one_line(text: str) -> str:
    """Return a text as one line that does nothing to a terminal: control characters are escaped."""
    line = " ".join(part.strip() for part in text.splitlines() if part.strip())
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in line
    )
