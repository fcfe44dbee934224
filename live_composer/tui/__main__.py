"""`python -m live_composer.tui SOCKET`: the screen of a learner. `tune` and `pretrain` start it; people need not."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any

from live_composer import paths, settings
from live_composer.config import Attach
from live_composer.errors import LiveComposerError
from live_composer.tui.learning import LearningScreen

_WISHES = ("look", "still", "keys")


def main() -> int:
    """Show the learner that listens at the socket; look and keys are those of `attach` in the config file."""
    # What the terminal's Ctrl-C means is for the learner to say; here it is a key.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        wishes: dict[str, Any] = settings.read_config(paths.config_file()).get("attach", {})
        screen = LearningScreen(Path(sys.argv[1]), Attach(**{name: wishes[name] for name in _WISHES if name in wishes}))
    except LiveComposerError as error:
        sys.stderr.write(f"live-composer: {error}\n")
        return error.exit_code
    screen.run()
    return screen.return_code or 0


if __name__ == "__main__":
    sys.exit(main())
