"""`python -m live_composer` is `live-composer`."""

from live_composer.cli import main

if __name__ == "__main__":
    main()
