"""``python -m sim``, and the program ``invitesim``."""

from . import interruption


def main() -> None:
    """Run the command line of this process."""
    interruption.end_in_one_line()  # before anything that takes long to import
    from .cli import commands
    from .cli.main import app

    commands.launch(app)


if __name__ == "__main__":
    main()
