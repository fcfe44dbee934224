"""What the player plays around the moves of the music: before it begins, in its pauses and rests, amid loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from live_composer.live.events import Bar, Event
from live_composer.music import midi_file
from live_composer.port.protocol import ClockState, HeardMessage
from live_composer.wire.screen import Command

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Rehearsal, Rehearse

    from live_composer.live.daemon import Daemon


def note(daemon: Daemon, beat: float, seconds: float | None = None, channel: int = 1) -> None:
    """Strike a key and let it go; `seconds` is the input's own time."""
    for after, status in ((0.0, 0x90), (0.2, 0x80)):
        at = beat / 2 if seconds is None else seconds
        daemon.desk.hear(HeardMessage(beat + after, at + after / 2, bytes((status | channel - 1, 60, 80))))


def silence_is_over(daemon: Daemon) -> None:
    """Have that time come now, if it is waited for."""
    timer = daemon.desk._silence
    if timer and not timer.cancelled():
        ring = timer._callback
        timer.cancel()
        ring()


def once(**acts: Callable[[Rehearsal], object]) -> Callable[[Rehearsal, Event], None]:
    """Return what does each thing once, when its bar is settled: `bar8=...`."""
    to_do = dict(acts)

    def happen(rehearsal: Rehearsal, event: Event) -> None:
        if isinstance(event, Bar) and (act := to_do.pop(f"bar{event.number}", None)):
            act(rehearsal)

    return happen


def ask(rehearsal: Rehearsal, *names: str) -> None:
    for name in names:
        rehearsal.daemon.ask(Command(name))


def moved(rehearsal: Rehearsal, beat: float) -> None:
    """Have a leader put the music at a beat."""
    daemon = rehearsal.daemon
    daemon.port.left = daemon.port.beat()
    daemon._port_said(ClockState("manual", "locked", 120.0, rolling=True, beat=beat, moved=True))


def origins(rehearsal: Rehearsal, bars: int) -> set[str]:
    return {origin for bar in rehearsal.bars[-bars:] for origin in bar.origins}


async def test_a_phrase_that_is_played_in_the_count_in_is_gone_on_from(rehearse: Rehearse):
    counted: list[float] = []

    def prepare(daemon: Daemon) -> None:
        changed = daemon.performance._on_change

        def look() -> None:
            changed()
            if daemon.performance.transport.state == "counting in" and not counted:
                counted.append(daemon.port.beat())
                note(daemon, -3.0, 1000.0)
                silence_is_over(daemon)

        daemon.performance._on_change = look

    rehearsal, stopped = await rehearse(prepare=prepare, bars=4, listen="prime", **{"count-in": 1})
    assert counted == [-4.0]
    assert stopped.bars == 4
    assert 0 <= min(note.onset for note in rehearsal.notes() if note.onset >= 0) < 4
    assert rehearsal.bars[-1].origins == ["plan"]


async def test_what_was_played_before_the_music_was_started_is_forgotten_by_then(rehearse: Rehearse):
    """A phrase that was not over, and a chord that was let go."""

    def start_amid_a_phrase(rehearsal: Rehearsal) -> None:
        daemon = rehearsal.daemon
        ask(rehearsal, "stop")
        note(daemon, 0.0, 1000.0, channel=4)
        note(daemon, 0.0, 1000.0)
        assert daemon.desk.ears.chord
        assert daemon.desk.listening.state == "listening"
        ask(rehearsal, "play")
        silence_is_over(daemon)
        assert daemon.desk.listening.state == ""

    rehearsal, _ = await rehearse(once(bar2=start_amid_a_phrase), bars=4, listen="prime", **{"chord-channel": 4})
    assert not rehearsal.daemon.desk.ears.chord


async def test_a_phrase_in_a_pause_begins_the_music_anew_and_all_of_it_is_recorded(rehearse: Rehearse, tmp_path: Path):
    before: list[int] = []

    def pause(rehearsal: Rehearsal) -> None:
        ask(rehearsal, "pause")
        note(rehearsal.daemon, 0.0, 1000.0)
        silence_is_over(rehearsal.daemon)
        before.append(len(rehearsal.sent))

    rehearsal, _ = await rehearse(once(bar3=pause), bars=5, listen="prime", record=tmp_path / "session.mid")
    heard = [message.beat for message in rehearsal.sent[before[0] :] if message.data[0] == 0x90]
    [track] = midi_file.read_song(tmp_path / "session.mid").tracks
    assert [note.onset - 12 for note in track.notes if note.onset >= 16] == sorted(heard)


async def test_what_is_played_while_a_leader_stands_is_neither_waited_for_nor_remembered(rehearse: Rehearse):
    def play_while_it_stands(rehearsal: Rehearsal) -> None:
        daemon = rehearsal.daemon
        request, clock = daemon.port._request, daemon.port.clock
        daemon.port._request = msgspec.structs.replace(request, clock="jack")
        daemon.port.clock = msgspec.structs.replace(clock, rolling=False)
        note(daemon, 8.0, 1000.0)
        silence_is_over(daemon)
        daemon.port._request, daemon.port.clock = request, clock
        assert daemon.desk.listening.state == ""

    rehearsal, _ = await rehearse(once(bar2=play_while_it_stands), bars=4, listen="prime")
    assert origins(rehearsal, 4) == {"plan"}


async def test_a_leader_that_loops_while_a_call_is_played_is_followed(rehearse: Rehearse):
    def loop(rehearsal: Rehearsal) -> None:
        note(rehearsal.daemon, rehearsal.daemon.port.beat())
        moved(rehearsal, 4.0)

    rehearsal, _ = await rehearse(once(bar6=loop), bars=8, listen="call")
    assert [bar.number for bar in rehearsal.bars] == [1, 2, 3, 4, 5, 6, 2, 3, 4, 5, 6, 7, 8]
    assert origins(rehearsal, 6) == {"plan"}
    assert rehearsal.daemon.desk.listening.state == ""


async def test_after_an_answer_it_rests_on_wherever_it_is_put_and_through_a_pause(rehearse: Rehearse):
    def call(rehearsal: Rehearsal) -> None:
        note(rehearsal.daemon, rehearsal.daemon.port.beat())

    def pause(rehearsal: Rehearsal) -> None:
        assert rehearsal.daemon.performance.source.resting
        ask(rehearsal, "pause", "play")

    rehearsal, _ = await rehearse(
        once(bar3=call, bar8=pause, bar9=lambda rehearsal: moved(rehearsal, 20.0)),
        bars=10, listen="call", silence=1.0, response=1,
    )  # fmt: skip
    assert [bar.number for bar in rehearsal.bars[-5:]] == [6, 7, 8, 9, 10]
    assert origins(rehearsal, 6) == {"rest"}


async def test_a_leader_that_loops_amid_an_answer_shortens_it_by_nothing(rehearse: Rehearse):
    def call(rehearsal: Rehearsal) -> None:
        note(rehearsal.daemon, rehearsal.daemon.port.beat())

    rehearsal, _ = await rehearse(
        once(bar3=call, bar6=lambda rehearsal: moved(rehearsal, 8.0)), bars=9, listen="call", silence=1.0, response=4
    )
    assert [bar.number for bar in rehearsal.bars[-7:]] == [3, 4, 5, 6, 7, 8, 9]
    assert rehearsal.bars[-7].origins == ["plan"]
    assert origins(rehearsal, 2) == {"rest"}


async def test_who_played_along_until_the_stop_leaves_no_room_behind(rehearse: Rehearse):
    def stop(rehearsal: Rehearsal) -> None:
        note(rehearsal.daemon, rehearsal.daemon.port.beat())
        assert rehearsal.daemon.performance.source.wanted_wishes.density < 0
        ask(rehearsal, "stop", "play")

    rehearsal, _ = await rehearse(once(bar5=stop), bars=6, listen="follow")
    assert rehearsal.daemon.performance.source.wanted_wishes.density == 0
