"""Rendering told when it fails: what is missing, and what FluidSynth said. How it sounds is heard end to end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from live_composer.errors import BadFile, LiveComposerError
from live_composer.music import audio

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def font(tmp_path: Path) -> Path:
    path = tmp_path / "small.sf2"
    path.touch()
    return path


def a_fluidsynth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a program of that name, and nothing else, on the path."""
    program = tmp_path / "bin" / "fluidsynth"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))


def test_fluidsynth_is_given_notes_and_font_for_a_wav_at_the_rate_of_a_cd(
    tmp_path: Path, font: Path, monkeypatch: pytest.MonkeyPatch
):
    # As the real one reads its options: no MIDI input, no shell, quiet, rate, type and file. It is heard end to end.
    script = """
        while getopts niqr:T:F: option; do
            case $option in
                r) rate=$OPTARG;; T) type=$OPTARG;; F) file=$OPTARG;; [niq]) set=$set$option;; *) exit 2;;
            esac
        done
        shift $((OPTIND - 1))
        echo "$set $rate $type $*" > "$file"
    """
    a_fluidsynth(tmp_path, monkeypatch, script)
    audio.render(tmp_path / "tune.mid", tmp_path / "tune.wav", font)
    assert (tmp_path / "tune.wav").read_text() == f"niq 44100 wav {font} {tmp_path / 'tune.mid'}\n"


def test_without_a_word_the_first_soundfont_is_taken(tmp_path: Path, font: Path, monkeypatch: pytest.MonkeyPatch):
    a_fluidsynth(tmp_path, monkeypatch, "echo error >&2")
    monkeypatch.setattr(audio, "_FOLDERS", (str(tmp_path),))
    with pytest.raises(LiveComposerError, match=f"with {font}: error.$"):
        audio.render(tmp_path / "tune.mid", tmp_path / "tune.wav")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        # It exits with 0 although it rendered nothing.
        ("echo loading >&2; echo 'fluidsynth: error: not a SoundFont' >&2", "fluidsynth: error: not a SoundFont"),
        ("echo 'out of memory' >&2; exit 3", "out of memory"),
    ],
)
def test_a_failure_is_told_in_fluidsynths_words_and_leaves_nothing(
    tmp_path: Path, font: Path, monkeypatch: pytest.MonkeyPatch, script: str, words: str
):
    a_fluidsynth(tmp_path, monkeypatch, script)
    wav = tmp_path / "out" / "tune.wav"
    wav.parent.mkdir()
    with pytest.raises(LiveComposerError) as caught:
        audio.render(tmp_path / "tune.mid", wav, font)
    told = str(caught.value)
    assert told.startswith(f"FluidSynth could not render {wav} with {font}: {words}")
    assert list(wav.parent.iterdir()) == []


def test_a_soundfont_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    a_fluidsynth(tmp_path, monkeypatch, "exit 0")
    with pytest.raises(BadFile) as caught:
        audio.render(tmp_path / "tune.mid", tmp_path / "tune.wav", tmp_path / "gone.sf2")
    assert str(caught.value) == f"There is no SoundFont at {tmp_path / 'gone.sf2'}; check --soundfont."


def test_without_fluidsynth_it_is_said_what_to_install(tmp_path: Path, font: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LiveComposerError, match=r"^Audio needs FluidSynth: install the package `fluidsynth` and a "):
        audio.render(tmp_path / "tune.mid", tmp_path / "tune.wav", font)


def test_it_can_be_rendered_where_both_fluidsynth_and_a_soundfont_are(
    tmp_path: Path, font: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(audio, "_FOLDERS", (str(tmp_path),))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not audio.can_render()
    a_fluidsynth(tmp_path, monkeypatch, "exit 0")
    assert audio.can_render()
    font.unlink()
    assert not audio.can_render()


def test_the_first_soundfont_of_the_usual_places_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(audio, "_FOLDERS", (str(tmp_path / "none"), "~/fonts", str(tmp_path)))
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    with pytest.raises(BadFile, match=r"^No SoundFont was found; install one .* or name it with --soundfont\.$"):
        audio.find_soundfont()
    (tmp_path / "me" / "fonts").mkdir(parents=True)
    places = [tmp_path / "b.sf3", tmp_path / "a.sf2", tmp_path / "me" / "fonts" / "mine.sf3"]
    for place, first in zip(places, [places[0], places[1], places[2]], strict=True):
        place.touch()
        assert audio.find_soundfont() == first
