"""Options: every one has help, and a value is taken from the nearest place that gives it."""

from __future__ import annotations

import dataclasses
import inspect
from typing import TYPE_CHECKING, Any

import pytest
from cyclopts import App, CycloptsError

from live_composer.cli import application
from live_composer.config import COMMANDS, Compose, CorpusBuild, Serve

if TYPE_CHECKING:
    from pathlib import Path


def parsed(*tokens: str) -> Any:
    """Return the options that a command would get."""
    _, bound, _ = application().parse_args(list(tokens), exit_on_error=False, print_error=False)
    return bound.arguments.get("config")


def command_named(command: tuple[str, ...]) -> App:
    app = application()
    for name in command:
        app = app[name]
    return app


def options_without_help(app: App) -> list[str]:
    options = app.assemble_argument_collection(parse_docstring=True)
    return [option.name for option in options if option.show and not option.parameter.help]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_has_help(command: tuple[str, ...]):
    assert options_without_help(command_named(command)) == []


def test_an_option_without_help_is_seen():
    app = App()
    app.default(lambda *, told: None)
    assert options_without_help(app) == ["--told"]


@pytest.mark.parametrize("options", COMMANDS.values())
def test_options_are_frozen_and_have_defaults(options: type):
    made = options()
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.anything = None


def commands_of(app: Any) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for name in app:
        if not name.startswith("-"):
            below = commands_of(app[name])
            found |= {(name, *rest) for rest in below}
            if app[name].default_command is not None:
                found.add((name,))
    return found


def test_every_command_has_options_and_every_option_a_command():
    assert commands_of(application()) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_takes_the_options_that_are_said_to_be_its_own(command: tuple[str, ...]):
    app = command_named(command)
    assert app.default_command is not None
    assert inspect.signature(app.default_command).parameters["config"].default == COMMANDS[command]()


def test_a_flag_beats_the_environment_which_beats_the_file_which_beats_the_default(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    assert parsed("serve", "--channel", "1") == Serve()
    home.mkdir()
    (home / "config.toml").write_text("[serve]\ntempo = 60\nchannel = 2\nbars = 3\n")
    assert parsed("serve", "--channel", "2") == Serve(tempo=60, channel=2, bars=3)
    monkeypatch.setenv("LIVE_COMPOSER_SERVE_TEMPO", "70")
    monkeypatch.setenv("LIVE_COMPOSER_SERVE_CHANNEL", "4")
    assert parsed("serve", "--channel", "5") == Serve(tempo=70, channel=5, bars=3)


def test_sections_of_nested_commands(home: Path, monkeypatch: pytest.MonkeyPatch):
    home.mkdir()
    (home / "config.toml").write_text("[corpus.build]\nper_file = 2\nfold = false\n")
    monkeypatch.setenv("LIVE_COMPOSER_CORPUS_BUILD_MINIMUM_BARS", "9")
    assert parsed("corpus", "build", "tunes") == CorpusBuild(per_file=2, fold=False, minimum_bars=9)


def test_a_named_config_file_is_used_and_must_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "mine.toml"
    monkeypatch.setenv("LIVE_COMPOSER_CONFIG", str(path))
    with pytest.raises(Exception, match=r"There is no config file at .*mine\.toml"):
        parsed("compose")
    path.write_text("[compose]\nbars = 4\n")
    assert parsed("compose", "--seed", "2") == Compose(bars=4, seed=2)


@pytest.mark.parametrize(
    ("tokens", "words"),
    [
        ("serve --tempo 500", 'Invalid value "500.0" for --tempo. It goes from 20 to 400.'),
        ("serve --tempo nan", "--tempo. It goes from 20 to 400."),
        ("serve --channel 0", "--channel. It goes from 1 to 16."),
        ("serve --bars 3.5", '--bars: "3.5" is no whole number.'),
        ("serve --tempo fast", "--tempo"),
        ("compose --bars 0", "--bars. It goes from 1 to 10,000."),
        ("compose --temperature 0", "--temperature. It goes from 0.01 to 10."),
        ("pretrain --preset bets", 'Choose from: "paper", "best". Did you mean "best"?'),
        ("corpus build --lowest 128", "--lowest. It goes from 0 to 127."),
    ],
)
def test_bad_flags_are_named(tokens: str, words: str):
    with pytest.raises(CycloptsError) as caught:
        parsed(*tokens.split())
    assert words in str(caught.value)


@pytest.mark.parametrize("setting", ["tempo = 500", 'tempo = "fast"', "bars = 3.5", "channel = [1]", 'roll = "often"'])
def test_a_bad_value_names_file_and_key(home: Path, setting: str):
    home.mkdir()
    (home / "config.toml").write_text(f"[serve]\n{setting}\n")
    with pytest.raises(CycloptsError) as caught:
        parsed("serve")
    assert str(home / "config.toml") in str(caught.value)
    assert f"[{setting.split(maxsplit=1)[0]}]" in str(caught.value)


def test_a_bad_value_names_its_variable(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LIVE_COMPOSER_SERVE_TEMPO", "presto")
    with pytest.raises(CycloptsError, match="LIVE_COMPOSER_SERVE_TEMPO"):
        parsed("serve")
