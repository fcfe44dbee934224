"""The command line: every command by its import string, so that --help loads nothing heavy."""

from __future__ import annotations

import os
import sys

import cyclopts
from cyclopts import CycloptsError
from cyclopts.config import Dict, Env

from live_composer import __version__, paths, settings
from live_composer.errors import BadInput, LiveComposerError

_INTERRUPTED = 130
_EPILOGUE = """Every option can also be set in the environment (`serve --tempo 90` is LIVE_COMPOSER_SERVE_TEMPO=90)
and in the config file, {path} (`tempo = 90` under `[serve]`)."""


_STEERING = {
    "set": "Change a parameter of the music that plays.",
    "status": "Tell what plays, and how well.",
    "play": "Play on.",
    "pause": "Pause the music.",
    "stop": "Stop the music, release every note, and end the daemon.",
    "panic": "Silence every channel now; the music goes on.",
    "undo": "Put back the value that was changed last.",
    "keep": "Keep the last bars as a take.",
    "like": "Like what was just played, or a take by its number.",
    "dislike": "Dislike what was just played, or a take by its number.",
    "hear": "Hear a take again, by its number; without one, the last.",
}
"""Commands for a daemon that plays."""
_FUNCTIONS = {"set": "change"}
_SERVICE = {
    "install": "Start the daemon whenever you log in.",
    "uninstall": "End the service, and take its file away.",
    "status": "Tell whether the service is installed, and how it is.",
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
        # A flag beats the environment, which beats the file: the first to set an option wins.
        config=[Env(settings.PREFIX, show=False), Dict(config, source=str(path))],
    )
    app.command("live_composer.commands.serve:serve", name="serve", help="Play live, to a MIDI port.")
    app.command("live_composer.commands.attach:attach", name="attach", help="Show and steer a daemon that plays.")
    for name, help_ in _STEERING.items():
        app.command(f"live_composer.commands.steer:{_FUNCTIONS.get(name, name)}", name=name, help=help_)
    app.command("live_composer.commands.host:application", name="host", help="Plan for musicians on other machines.")
    app.command("live_composer.commands.compose:compose", name="compose", help="Write a melody to a MIDI file.")
    app.command("live_composer.commands.ports:ports", name="ports", help="List the MIDI ports of this machine.")
    app.command("live_composer.commands.doctor:doctor", name="doctor", help="Measure this machine; say what follows.")
    app.command("live_composer.commands.pretrain:pretrain", name="pretrain", help="Train a Note RNN on a corpus.")
    app.command("live_composer.commands.tune:tune", name="tune", help="Tune a Note RNN by rules.")
    app.command("live_composer.commands.sweep:sweep", name="sweep", help="Tune in many ways, and rank what came of it.")
    app.command("live_composer.commands.evaluate:evaluate", name="evaluate", help="Measure models against a rule book.")
    service = cyclopts.App(name="service", help="Have the daemon started whenever you log in.")
    for name, help_ in _SERVICE.items():
        service.command(f"live_composer.commands.service:{name}", name=name, help=help_)
    app.command(service)
    corpus = cyclopts.App(name="corpus", help="Build and describe corpora of melodies.")
    corpus.command("live_composer.commands.corpus:build", name="build", help="Build a corpus from tunes.")
    corpus.command("live_composer.commands.corpus:info", name="info", help="Describe a corpus.")
    app.command(corpus)
    rules = cyclopts.App(name="rules", help="List, check, try and begin rules of music.")
    rules.command("live_composer.commands.rules:show", name="list", help="List rules and rule books.")
    rules.command("live_composer.commands.rules:check", name="check", help="Prove that a file's rules can be used.")
    rules.command("live_composer.commands.explain:explain", name="explain", help="Show what rules say of a MIDI file.")
    rules.command("live_composer.commands.score:score", name="score", help="Print every value of every rule as JSON.")
    rules.command("live_composer.commands.rules:new", name="new", help="Write a starting file for a rule.")
    app.command(rules)
    app.register_install_completion_command()  # pyright: ignore[reportUnknownMemberType]
    return app


def main() -> None:
    """Run the command line; what a person can mend becomes one sentence and an exit code."""
    try:
        code = application()(sys.argv[1:], exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        code = _complain(" ".join(str(error).split()), BadInput.exit_code)
    except LiveComposerError as error:
        code = _complain(str(error), error.exit_code)
    except KeyboardInterrupt:
        code = _complain("interrupted.", _INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output went away (`| head`): nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _complain(sentence: str, code: int) -> int:
    sys.stderr.write(f"live-composer: {sentence}\n")
    return code
