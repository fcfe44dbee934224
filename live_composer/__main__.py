"""`live-composer`, and `python -m live_composer`: an interruption is told in a line, however early it comes."""

import sys


def main() -> None:
    """Run the command line."""
    try:
        from live_composer import cli
    except KeyboardInterrupt:
        sys.exit(130)
    cli.main()


if __name__ == "__main__":
    main()
