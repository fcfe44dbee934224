"""Write docs/keys.md: every action of the screen and its key, as the registry of actions knows them."""

from __future__ import annotations

from pathlib import Path

from live_composer.tui import actions


def page() -> str:
    """Return the page."""
    return actions.page()


def main() -> None:
    """Write the page."""
    (Path(__file__).parents[1] / "docs" / "keys.md").write_text(page())


if __name__ == "__main__":
    main()
