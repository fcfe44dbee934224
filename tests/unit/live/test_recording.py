"""A recording: every note that was heard, once, where and as long as it was heard, and what holds from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mido

from live_composer.live.bars import Bars
from live_composer.live.performer import Performer
from live_composer.live.playing import Style
from live_composer.live.recording import Recording
from live_composer.live.wishes import Wishes
from live_composer.music import midi_file
from live_composer.music.key import Key
from live_composer.music.metre import COMMON_TIME, Metre

if TYPE_CHECKING:
    from pathlib import Path

BARS = Bars(COMMON_TIME)


def new(path: Path) -> Recording:
    return Recording(path, 120.0, COMMON_TIME, Key())


def play(recording: Recording, performer: Performer, events: dict[int, int], last: int) -> None:
    """Play events up to a step, with a bar told to the recording a step before it ends, as a performance does."""
    for step in range(last):
        until = min((at for at in events if at > step), default=last)
        performer.play(step, events.get(step, 1), BARS.at(step), until=until)
        if step % 16 == 15:
            recording.bar(BARS.at(step), performer.tempos(BARS.at(step)), performer.key, performer.score, step + 1)


def tempos(path: Path) -> list[tuple[float, int]]:
    """Return (beat, beats per minute) of every change of tempo."""
    tick, found = 0, []
    for message in mido.MidiFile(path).tracks[0]:
        tick += message.time
        if message.type == "set_tempo":
            found.append((tick / 480, round(mido.tempo2bpm(message.tempo))))
    return found


def messages(path: Path) -> list[tuple[float, str, int]]:
    """Return (beat, kind, pitch) of every note on and off."""
    tick, found = 0, []
    for message in mido.MidiFile(path).tracks[0]:
        tick += message.time
        if message.type.startswith("note_"):
            found.append((tick / 480, message.type, message.note))
    return found


async def test_a_second_voice_that_lasts_into_the_next_bar_is_recorded_once(tmp_path: Path):
    recording, performer = new(tmp_path / "r.mid"), Performer(Wishes("m"), Style(gate=0.8, voice="third"))
    play(recording, performer, {12: 14, 20: 16, 28: 14}, 32)
    performer.end(32, BARS.at(32))
    recording.halt(BARS.at(31), performer.score, back=0)
    await recording.close()
    assert [(beat, pitch) for beat, kind, pitch in messages(recording.path) if kind == "note_on"] == [
        (3.0, 60), (3.0, 57), (5.0, 62), (5.0, 59), (7.0, 60), (7.0, 57),
    ]  # fmt: skip


async def test_a_note_that_was_cut_shorter_than_its_gate_promised_is_recorded_as_it_was_heard(tmp_path: Path):
    recording, performer = new(tmp_path / "r.mid"), Performer(Wishes("m"), Style(gate=0.9))
    performer.play(12, 14, BARS.at(12), until=28)
    recording.bar(BARS.at(15), [(0, 120.0)], performer.key, performer.score, 16)
    performer.play(18, 16, BARS.at(18), until=20)  # It was planned anew.
    performer.end(20, BARS.at(20))
    recording.halt(BARS.at(20), performer.score, back=0)
    await recording.close()
    assert (4.5, "note_off", 60) in messages(recording.path)


async def test_what_was_changed_before_the_first_bar_was_over_holds_from_the_beginning_and_nothing_else(
    tmp_path: Path,
):
    recording, performer = new(tmp_path / "r.mid"), Performer(Wishes("m"))
    waltz = Bars(Metre(3, 4))
    performer.play(0, 14, waltz.at(0))
    performer.end(12, waltz.at(12))
    recording.bar(waltz.at(0), [(0, 90.0)], Key.parse("D"), performer.score, 12)
    await recording.close()
    song = midi_file.read_song(recording.path)
    assert (song.metres, song.keys) == ([(0, Metre(3, 4))], [(0, Key.parse("D"))])
    assert tempos(recording.path) == [(0.0, 90)]


async def test_what_was_settled_and_never_heard_is_not_recorded(tmp_path: Path):
    """The music is stopped between the last steps of a bar, which were handed over, and their time."""
    recording, performer = new(tmp_path / "r.mid"), Performer(Wishes("m"))
    for step in range(16):
        performer.play(step, 14, BARS.at(step))
    recording.bar(BARS.at(15), [(0, 120.0)], performer.key, performer.score, 14)
    performer.score.cut(14)
    recording.halt(BARS.at(13), performer.score, back=0)
    await recording.close()
    onsets = [beat for beat, kind, _ in messages(recording.path) if kind == "note_on"]
    assert onsets == [step / 4 for step in range(14)]


async def test_a_tempo_that_is_changed_within_a_bar_holds_from_there(tmp_path: Path):
    recording, performer = new(tmp_path / "r.mid"), Performer(Wishes("m"))
    for step in range(48):
        performer.tempo = {8: 60.0, 24: 90.0, 25: 90.2}.get(step, performer.tempo)
        performer.play(step, 14, BARS.at(step))
        if step % 16 == 15:
            bar = BARS.at(step)
            recording.bar(bar, performer.tempos(bar), performer.key, performer.score, step + 1)
    await recording.close()
    assert tempos(recording.path) == [(0.0, 120), (2.0, 60), (6.0, 90), (8.0, 90)]


async def test_where_a_leader_goes_back_to_a_bar_the_file_goes_on_at_the_next_bar_line(tmp_path: Path):
    recording, performer = new(tmp_path / "r.mid"), Performer(Wishes("m"))
    play(recording, performer, dict.fromkeys(range(0, 64, 4), 14), 64)
    performer.score.cut(64)
    recording.halt(BARS.at(63), performer.score, back=34, line=32)
    performer.forget()
    performer.score.cut(34)
    for step in range(36, 48, 4):
        performer.play(step, 16, BARS.at(step))
    performer.end(48, BARS.at(47))
    recording.bar(BARS.at(47), [(0, 120.0)], performer.key, performer.score, step + 1)
    await recording.close()
    onsets = [(beat, pitch) for beat, kind, pitch in messages(recording.path) if kind == "note_on"]
    assert onsets[16:] == [(17.0, 62), (18.0, 62), (19.0, 62)]
    assert midi_file.read_song(recording.path).length == 20.0
