"""Write docs/options.md: every command and option, as the command line itself knows them."""

from __future__ import annotations

from pathlib import Path

from live_composer.cli import application

HEAD = """# Options

Every option can be given in three places; the first that gives it counts:

1. as a flag: `live-composer serve --tempo 90`
2. in the environment: `LIVE_COMPOSER_SERVE_TEMPO=90`
3. in the config file, which `live-composer --help` names: `tempo = 90` under `[serve]`, `per_file = 2` under
   `[corpus.build]`

Unknown names and values out of range are refused, with the place and the nearest name that there is.
`LIVE_COMPOSER_CONFIG` names another config file, `LIVE_COMPOSER_HOME` a folder for config, models and sockets.

`live-composer --install-completion` teaches bash, zsh, fish or PowerShell to complete commands and options.

Exit codes: 0 done, 2 bad input, 3 a file could not be written, 4 no such MIDI port, 5 an extra is not installed,
6 a process was lost, 130 interrupted.
"""


def page() -> str:
    """Return the page."""
    whole = application().generate_docs()
    commands = whole[whole.index("\n## live-composer ") :]
    return "\n".join(line.rstrip() for line in (HEAD + commands).splitlines()) + "\n"


def main() -> None:
    """Write the page."""
    (Path(__file__).parents[1] / "docs" / "options.md").write_text(page())


if __name__ == "__main__":
    main()
