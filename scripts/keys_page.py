"""Write docs/keys.md: every action of the screen and its key, as the registry of actions knows them."""

from __future__ import annotations

from pathlib import Path

from live_composer.tui import actions


def page() -> str:
    """Return the page."""
    lines = [
        "# Keys",
        "",
        "Every action of the screen, with the name that the key map knows it by. Keys of your own go into the config",
        'file: `keys = ["stop=f5", "keep=c"]` under `[attach]`.',
    ]
    for scope, title in actions.SCOPES.items():
        lines += ["", f"## {title}", "", "| key | name | what it does |", "|---|---|---|"]
        lines += [
            f"| {' or '.join(f'`{actions.shown_key(key)}`' for key in action.keys)} | {action.name} | {action.help} |"
            for action in actions.of(scope)
        ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the page."""
    (Path(__file__).parents[1] / "docs" / "keys.md").write_text(page())


if __name__ == "__main__":
    main()
