"""The command line: every command by its import string, so that --help loads nothing heavy."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TypeAlias

import cyclopts
from cyclopts import CycloptsError
from cyclopts.config import Dict, Env

from live_composer import __version__, files, paths, settings
from live_composer.errors import INTERRUPTED, BadInput, LiveComposerError

_AROUND = 20
"""Characters that are told beside one that cannot be written."""
_EPILOGUE = """Every option can also be set in the environment (`serve --tempo 90` is LIVE_COMPOSER_SERVE_TEMPO=90)
and in the config file, {path} (`tempo = 90` under `[serve]`)."""


_Commands: TypeAlias = "dict[str, tuple[str, str] | _Commands]"
_COMMANDS: dict[str, _Commands] = {
    "Play": {
        "serve": ("serve:serve", "Play live, to a MIDI port."),
        "attach": ("attach:attach", "Show and steer what plays, here or elsewhere."),
        "compose": ("compose:compose", "Write a melody to a MIDI file."),
    },
    "Steer what plays": {
        "set": ("steer:change", "Change a parameter."),
        "status": ("steer:status", "Tell what plays, and how well."),
        "play": ("steer:play", "Play on."),
        "pause": ("steer:pause", "Pause the music."),
        "stop": ("steer:stop", "Stop the music, release every note, and end the daemon."),
        "panic": ("steer:panic", "Silence every channel now; the music goes on."),
        "undo": ("steer:undo", "Put back the value that was changed last."),
        "keep": ("steer:keep", "Keep the last bars as a take."),
        "like": ("steer:like", "Like what was just played, or a take by its number."),
        "dislike": ("steer:dislike", "Dislike what was just played, or a take by its number."),
        "hear": ("steer:hear", "Hear a take again, by its number; without one, the last."),
    },
    "Rules": {
        "rules": {
            "list": ("rules:show", "List rules and rule books."),
            "new": ("rules:new", "Write a starting file for a rule."),
            "check": ("rules:check", "Prove that a file's rules can be used."),
            "explain": ("explain:explain", "Show what rules say of a MIDI file."),
            "score": ("score:score", "Print every value of every rule as JSON."),
        },
    },
    "Learn": {
        "corpus": {
            "build": ("corpus:build", "Build a corpus from tunes."),
            "info": ("corpus:info", "Describe a corpus."),
        },
        "pretrain": ("pretrain:pretrain", "Train a Note RNN on a corpus."),
        "tune": ("tune:tune", "Tune a Note RNN by rules."),
        "evaluate": ("evaluate:evaluate", "Measure models against a rule book."),
        "sweep": ("sweep:sweep", "Tune in many ways, and rank what came of it."),
    },
    "This machine": {
        "ports": ("ports:ports", "List the MIDI ports of this machine."),
        "doctor": ("doctor:doctor", "Measure this machine; say what follows."),
        "service": {
            "install": ("service:install", "Start the daemon whenever you log in."),
            "uninstall": ("service:uninstall", "End the service, and take its file away."),
            "status": ("service:status", "Tell whether the service is installed, and how it is."),
        },
        "host": ("host:application", "Plan for musicians on other machines."),
    },
}
"""Every command, as `--help` groups and orders them: where its function is in `commands/`, and what it does."""
_FAMILIES = {
    "rules": "List, check, try and begin rules of music.",
    "corpus": "Build and describe corpora of melodies.",
    "service": "Have the daemon started whenever you log in.",
}


def application() -> cyclopts.App:
    """Build the command line.

    Raises:
        BadFile: the config file or the environment holds something unknown.
    """
    settings.check_environment(os.environ)
    path = paths.config_file()
    config = settings.read_config(path, must_exist=paths.config_file_is_named())
    app = cyclopts.App(
        name="live-composer",
        help="A melody player for any DAW: a Note RNN tuned by rules of music, streamed over MIDI.",
        help_epilogue=_EPILOGUE.format(path=path),
        version=__version__,
        default_parameter=cyclopts.Parameter(show_default=_default),
        suppress_keyboard_interrupt=False,  # `main` tells of it
        group_commands=cyclopts.Group("Help", sort_key=len(_COMMANDS)),
        # A flag beats the environment, which beats the file: the first to set an option wins.
        config=[Env(settings.PREFIX, show=False), Dict(config, source=str(path))],
    )
    for place, (title, commands) in enumerate(_COMMANDS.items()):
        _add(app, commands, cyclopts.Group(title, sort_key=place))
    app.register_install_completion_command()  # pyright: ignore[reportUnknownMemberType]
    return app


def _add(app: cyclopts.App, commands: _Commands, group: cyclopts.Group | None = None) -> None:
    """Add commands, and families of them, in their order."""
    for order, (name, what) in enumerate(commands.items()):
        if isinstance(what, dict):
            family = cyclopts.App(
                name=name, help=_FAMILIES[name], group=group, group_commands="Commands", sort_key=order
            )
            _add(family, what)
            app.command(family)
        else:
            place, help_ = what
            app.command(f"live_composer.commands.{place}", name=name, help=help_, group=group, sort_key=order)


def _default(value: object) -> str | None:
    """Write a default for `--help`; that nothing was given needs no word."""
    return None if value is None or value is False or value in ((), "") else str(value)


def main() -> None:
    """Run the command line; what a person can mend becomes one sentence and an exit code."""
    _make_streams_fit()
    try:
        code = application()(sys.argv[1:], exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()  # Here, where it can still be told why it cannot be written.
    except CycloptsError as error:
        code = _complain(" ".join(str(error).split()), BadInput.exit_code)
    except LiveComposerError as error:
        code = _complain(str(error), error.exit_code)
    except KeyboardInterrupt:
        code = _complain("interrupted.", INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output went away (`| head`): nothing is wrong, and nothing more can be said.
        _say_no_more()
        code = 1
    except UnicodeEncodeError as error:
        near = error.object[max(0, error.start - _AROUND) : error.end + _AROUND]
        code = _complain(f"{near!a} is no text in {error.encoding}; take another name.", BadInput.exit_code)
    except OSError as error:
        if error.filename is None:
            _say_no_more()  # What could not be written is not to be tried again.
        where = f"{error.filename}: " if error.filename is not None else ""
        code = _complain(f"{where}{files.reason(error)}.", LiveComposerError.exit_code)
    sys.exit(code if isinstance(code, int) else 0)


def _make_streams_fit() -> None:
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # It was closed (`>&-`): nobody wants to hear of it.
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - until the end
    change = getattr(sys.stdout, "reconfigure", None)
    if change and sys.stdout.errors == "strict":
        change(errors="replace")  # Not every output has a letter for the bars of a piano roll.


def _say_no_more() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(sentence: str, code: int) -> int:
    sys.stderr.write(f"live-composer: {sentence}\n")
    return code
