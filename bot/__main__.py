"""`python -m bot` and the `privacydesk` command: its door, which opens on what is installed."""

import sys

INCOMPLETE = (
    "The environment is not complete ({name} is missing): run `make install` in the desk's folder, "
    "then try again."
)


def main() -> None:
    """Run the command. A library that is not installed yet is said so, and how to mend it."""
    try:
        from bot.cli import main as run

        run()
    except ModuleNotFoundError as error:
        print(INCOMPLETE.format(name=error.name or "a part"), file=sys.stderr)  # noqa: T201
        sys.exit(1)


if __name__ == "__main__":
    main()
