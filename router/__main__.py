"""`python -m router` and the `switchboard` command."""

import sys

from router.cli.command import run


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
