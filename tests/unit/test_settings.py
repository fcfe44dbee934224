"""The config file and the environment are checked key by key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_composer import settings
from live_composer.errors import BadFile, BadInput

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_a_missing_file_is_an_empty_one_unless_it_was_named(toml: Path):
    assert settings.read_config(toml) == {}
    with pytest.raises(BadFile, match="There is no config file at"):
        settings.read_config(toml, must_exist=True)
    toml.touch()
    assert settings.read_config(toml, must_exist=True) == {}


def test_a_good_file_is_read(toml: Path):
    toml.write_text('[serve]\ntempo = 90\nport = "IAC"\n\n[corpus.build]\nper_file = 2\n')
    assert settings.read_config(toml) == {
        "serve": {"tempo": 90, "port": "IAC"},
        "corpus": {"build": {"per_file": 2}},
    }


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[serve]\ntmpo = 90\n", 2, "`tmpo` in [serve] is no setting; did you mean `tempo`?"),
        ("[serv]\n", 1, "`serv` is no setting; did you mean `serve`?"),
        ("tempo = 90\n", 1, "`tempo` is no setting; there are: attach, compose, corpus,"),
        ("# a\n\n[corpus.biuld]\nseed = 1\n", 3, "`biuld` in [corpus] is no setting; did you mean `build`?"),
        # The line is that of the section, not of the same word elsewhere.
        ("[serve]\ntempo = 1\n[corpus.build]\ntempo = 2\n", 4, "`tempo` in [corpus.build] is no setting"),
        ("serve.tempo = 60\nserve.tmpo = 3\n", 2, "`tmpo` in [serve] is no setting; did you mean `tempo`?"),
        ('[serve]\nport = """\ntmpo = 1\n"""\ntmpo = 2\n', 5, "`tmpo` in [serve]"),
        ("[serve]\n[serve.tempo]\nx = 1\n", 2, "`tempo` is an option, not a section"),
        ("\nserve = 3\n", 2, "`serve` is a section; write [serve]."),
        ("[[serve]]\ntempo = 3\n", 1, "`serve` is a section; write [serve]."),
    ],
)
def test_what_is_unknown_is_told_by_file_line_and_nearest_name(toml: Path, text: str, line: int, words: str):
    toml.write_text(text)
    with pytest.raises(BadFile) as caught:
        settings.read_config(toml)
    assert str(caught.value).startswith(f"{toml}, line {line}: {words}")


@pytest.mark.parametrize("content", [b"[serve", b"tempo = ", b"\xff\xfe\x00", b"[serve]\ntempo = 1\ntempo = 2\n"])
def test_a_file_that_is_no_toml_is_named(toml: Path, content: bytes):
    toml.write_bytes(content)
    with pytest.raises(BadFile, match=re.escape(f"{toml} is no TOML: ")):
        settings.read_config(toml)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes):
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(content)
    try:
        settings.read_config(path)
    except BadInput as error:
        assert str(path) in str(error)  # noqa: PT017 - either outcome is right


def test_unknown_variables_are_refused_with_the_nearest_name():
    settings.check_environment({"LIVE_COMPOSER_SERVE_TEMPO": "90", "LIVE_COMPOSER_HOME": "/x", "TEMPO": "1"})
    with pytest.raises(BadFile, match=r"LIVE_COMPOSER_SERVE_TMPO means nothing.*`LIVE_COMPOSER_SERVE_TEMPO`"):
        settings.check_environment({"LIVE_COMPOSER_SERVE_TMPO": "90"})
    with pytest.raises(BadFile, match="`LIVE_COMPOSER_CORPUS_BUILD_PER_FILE`"):
        settings.check_environment({"LIVE_COMPOSER_CORPUS_BUILD_PERFILE": "2"})
