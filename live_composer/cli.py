"""The command line: every command by its import string, so that --help loads nothing heavy."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import cyclopts
from cyclopts.config import Dict, Env

from live_composer import __version__, paths, settings
from live_composer.errors import LiveComposerError

if TYPE_CHECKING:
    from cyclopts import CycloptsError

_INTERRUPTED = 130


def application() -> cyclopts.App:
    """Build the command line.

    Raises:
        BadFile: the config file or the environment holds something unknown.
    """
    settings.check_environment(os.environ)
    path = paths.config_file()
    app = cyclopts.App(
        name="live-composer",
        help="A melody player for any DAW: a Note RNN tuned by rules of music, streamed over MIDI.",
        version=__version__,
        config=[Env(settings.PREFIX), Dict(settings.read_config(path), source=str(path))],
        error_formatter=_one_line,
    )
    app.command("live_composer.commands.serve:serve", name="serve", help="Play live, to a MIDI port.")
    app.command("live_composer.commands.compose:compose", name="compose", help="Write a melody to a MIDI file.")
    app.command("live_composer.commands.ports:ports", name="ports", help="List the MIDI ports of this machine.")
    app.command("live_composer.commands.pretrain:pretrain", name="pretrain", help="Train a Note RNN on a corpus.")
    corpus = cyclopts.App(name="corpus", help="Build and describe corpora of melodies.")
    corpus.command("live_composer.commands.corpus:build", name="build", help="Build a corpus from tunes.")
    corpus.command("live_composer.commands.corpus:info", name="info", help="Describe a corpus.")
    app.command(corpus)
    app.register_install_completion_command()
    return app


def main() -> None:
    """Run the command line; errors of ours become one sentence and an exit code."""
    try:
        code = application()(result_action="return_value")
    except LiveComposerError as error:
        sys.stderr.write(f"live-composer: {error}\n")
        code = error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("live-composer: interrupted.\n")
        code = _INTERRUPTED
    except BrokenPipeError:
        # The reader of our output went away (`| head`): nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _one_line(error: CycloptsError) -> str:
    return f"live-composer: {error}"
