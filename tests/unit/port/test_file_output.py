from __future__ import annotations

from typing import TYPE_CHECKING

import mido
import pytest

from live_composer.errors import CannotWrite
from live_composer.port.file_output import FileOutput
from live_composer.port.midi_bytes import note_off, note_on, release
from live_composer.port.protocol import SetTempo, Start, Stop

if TYPE_CHECKING:
    from pathlib import Path

    from live_composer.port.protocol import Command


def events(path: Path) -> list[tuple[float, str]]:
    """Return (beat, what) of the messages of a file."""
    midi_file, tick, found = mido.MidiFile(str(path)), 0, []
    for message in midi_file.tracks[0]:
        tick += message.time
        found.append((tick / midi_file.ticks_per_beat, message.type))
    return found


def play(output: FileOutput, *beats: float) -> None:
    for beat in beats:
        output.send(note_on(0, 60, 80), beat)
        output.send(note_off(0, 60), beat + 0.5)


def test_messages_stand_at_their_beats(tmp_path: Path):
    path = tmp_path / "folder" / "take.mid"
    output = FileOutput(path, 90)
    output.told(Start(0), 0)
    play(output, 0, 1.25)
    assert not path.exists()
    output.close()
    assert events(path) == [
        (0, "set_tempo"), (0, "note_on"), (0.5, "note_off"),
        (1.25, "note_on"), (1.75, "note_off"), (1.75, "end_of_track"),
    ]  # fmt: skip
    assert mido.MidiFile(str(path)).tracks[0][0].tempo == mido.bpm2tempo(90)


def test_a_change_of_tempo_stands_where_it_was_made(tmp_path: Path):
    output = FileOutput(tmp_path / "take.mid", 120)
    play(output, 0)
    output.told(SetTempo(60), 2)
    play(output, 4)
    output.close()
    assert (2, "set_tempo") in events(tmp_path / "take.mid")
    assert mido.MidiFile(str(tmp_path / "take.mid")).length == pytest.approx(2 * 0.5 + 2.5 * 1)


@pytest.mark.parametrize("command", [SetTempo(60), Stop()], ids=["changed", "stopped"])
def test_a_ramp_that_is_not_gone_to_its_end_leaves_nothing_of_it_in_the_file(tmp_path: Path, command: Command):
    output = FileOutput(tmp_path / "take.mid", 100)
    output.told(SetTempo(200, 8), 0)
    output.told(command, 2)
    play(output, 2, 12)
    output.close()
    tempos = [beat for beat, what in events(tmp_path / "take.mid") if what == "set_tempo"]
    assert 1.5 <= max(tempos) <= 2


def test_music_started_elsewhere_begins_the_file_and_started_anew_goes_on_at_the_next_beat(tmp_path: Path):
    output = FileOutput(tmp_path / "take.mid", 120)
    output.told(Start(8), 0)
    play(output, 8, 9)
    output.told(Start(0), 9.5)
    play(output, 0, 1)
    output.close()
    assert [beat for beat, what in events(tmp_path / "take.mid") if what == "note_on"] == [0, 1, 2, 3]


def test_what_only_silences_a_synth_is_left_out_and_what_the_player_did_is_not(tmp_path: Path):
    output = FileOutput(tmp_path / "take.mid", 120)
    for data in (bytes((0xB0, 64, 127)), bytes((0xB0, 7, 100)), bytes((0xB0, 64, 0)), b"\xf8", b"\xf0\x01\xf7"):
        output.send(data, 0)
    for data in release([], [0, 1], cut=True):
        output.send(data, 1)
    output.close()
    assert [what for _, what in events(tmp_path / "take.mid")] == [
        "set_tempo", "control_change", "control_change", "control_change", "sysex", "end_of_track",
    ]  # fmt: skip


def test_nothing_played_is_a_file_without_notes(tmp_path: Path):
    FileOutput(tmp_path / "take.mid", 120).close()
    assert events(tmp_path / "take.mid") == [(0, "set_tempo"), (0, "end_of_track")]


def test_what_cannot_be_written_is_told_at_once(tmp_path: Path):
    with pytest.raises(CannotWrite, match="is a folder"):
        FileOutput(tmp_path, 120)
    (tmp_path / "file").touch()
    with pytest.raises(CannotWrite, match="file is no folder"):
        FileOutput(tmp_path / "file" / "take.mid", 120)


def test_a_file_that_cannot_be_written_in_the_end_leaves_nothing(tmp_path: Path):
    output = FileOutput(tmp_path / "folder" / "take.mid", 120)
    (tmp_path / "folder").touch()
    with pytest.raises(CannotWrite):
        output.close()
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
