"""What a daemon plays: on the grid, whole, in key, the same for the same seed, whatever happens to its processes."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from live_composer.errors import BadInput
from live_composer.live.events import Bar, Event, Opened, Trouble
from live_composer.music import midi_file
from live_composer.music.key import Key
from live_composer.music.melody import Melody
from live_composer.music.metre import Metre
from live_composer.music.vocabulary import FIRST_PITCH, HOLD
from live_composer.wire.screen import Command, Set

if TYPE_CHECKING:
    from conftest import Rehearsal, Rehearse

    from live_composer.live.daemon import Daemon
    from live_composer.wire.messages import Plan, PlanRequest


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("metre", [Metre(4, 4), Metre(3, 4), Metre(6, 8)], ids=str)
async def test_what_is_heard_is_what_was_planned(rehearse: Rehearse, metre: Metre):
    rehearsal, stopped = await rehearse(metre=metre)
    melody = Melody.of(rehearsal.melody, metre)
    assert melody.bars == 64
    assert [(note.onset * 4, (note.end - note.onset) * 4, note.pitch) for note in rehearsal.notes()] == melody.notes()
    assert (stopped.bars, stopped.notes, stopped.missed_plans) == (64, len(melody.notes()), 0)
    assert stopped.notes > 64


async def test_the_seed_makes_the_music(rehearse: Rehearse):
    first, _ = await rehearse(seed=7)
    again, _ = await rehearse(seed=7, tempo=240.0)
    other, _ = await rehearse(seed=8)
    assert first.notes() == again.notes()
    assert first.notes() != other.notes()


async def test_the_key_is_kept_and_only_moves_the_melody(rehearse: Rehearse):
    home, _ = await rehearse(bars=16)
    key = Key.parse("Bb")
    moved, _ = await rehearse(bars=16, key=key)
    assert {note.pitch % 12 for note in moved.notes()} <= key.pitch_classes
    assert [note._replace(pitch=note.pitch - key.shift) for note in moved.notes()] == home.notes()


async def test_the_recording_is_what_was_heard(rehearse: Rehearse, tmp_path: Path):
    def transpose(rehearsal: Rehearsal, event: Event) -> None:
        if isinstance(event, Bar) and event.number == 4:
            rehearsal.daemon.desk.change("transpose", 3)

    options = {"key": Key.parse("D"), "tempo": 90.0, "record": tmp_path / "take.mid"}
    rehearsal, stopped = await rehearse(transpose, bars=8, **options)
    song = midi_file.read_song(Path(str(stopped.recording)))
    assert song.keys == [(0.0, Key.parse("D")), (16.0, Key.parse("F"))]
    assert round(song.tempo, 3) == 90
    assert [(note.onset, note.onset + note.length, note.pitch) for note in song.tracks[0].notes] == rehearsal.notes()


async def test_both_processes_end_with_the_daemon(rehearse: Rehearse):
    pids: list[int] = []

    def note(rehearsal: Rehearsal, event: Event) -> None:
        if isinstance(event, Opened):
            pids.extend((rehearsal.daemon.port.pid, rehearsal.daemon.planner.pid))

    await rehearse(note, bars=1)
    assert all(pids)
    assert all(map(is_gone, pids))


def harm(what: str, number: signal.Signals, bar: int = 20):
    """Return what sends a process a signal after some bars."""

    done: list[int] = []

    def at(rehearsal: Rehearsal, event: Event) -> None:
        if isinstance(event, Bar) and event.number == bar and not done:
            done.append(getattr(rehearsal.daemon, what).pid)
            os.kill(done[0], number)

    return at


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hung"])
async def test_a_planner_that_fails_changes_no_note(rehearse: Rehearse, number: signal.Signals):
    undisturbed, _ = await rehearse()

    def impatient(daemon: Daemon) -> None:
        daemon.planner._patience = 0.5

    disturbed, stopped = await rehearse(harm("planner", number), impatient)
    assert stopped.planners_replaced == 1
    assert stopped.missed_plans == 0
    assert disturbed.notes() == undisturbed.notes()
    reasons = [event.reason for event in disturbed.events if isinstance(event, Trouble)]
    assert reasons[0].startswith("The planner was lost")
    assert reasons[-1] == ""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "ended"])
async def test_a_port_process_that_is_lost_is_replaced_and_the_music_goes_on(
    rehearse: Rehearse, number: signal.Signals
):
    undisturbed, _ = await rehearse(bars=40)
    rehearsal, stopped = await rehearse(harm("port", number), bars=40)
    assert stopped.ports_replaced == 1
    lost = 20 * 4.0
    onsets = [note.onset for note in undisturbed.notes()]
    struck = [message.beat for message in rehearsal.sent if message.data[0] & 0xF0 == 0x90]
    assert [beat for beat in struck if beat < lost - 1] == [beat for beat in onsets if beat < lost - 1]
    assert [beat for beat in struck if beat > lost + 1] == [beat for beat in onsets if beat > lost + 1]
    assert struck == sorted(struck)


class Late:
    """A planner whose answers come so many beats late, some of them."""

    def __init__(self, daemon: Daemon, beats: dict[int, float]) -> None:
        self._planner, self._pace, self._beats = daemon.planner, daemon.performance._pace, beats
        self.timing = daemon.planner.timing

    async def ask(self, request: PlanRequest) -> Plan:
        plan = await self._planner.ask(request)
        if beats := self._beats.get(request.revision):
            await self._pace.later(beats)
        return plan


def late(**beats: float):
    def prepare(daemon: Daemon) -> None:
        by_revision = {int(name.removeprefix("plan")): value for name, value in beats.items()}
        daemon.performance.planning._planner = Late(daemon, by_revision)

    return prepare


def longest_gap(rehearsal: Rehearsal) -> float:
    onsets = [note.onset for note in rehearsal.notes()]
    return max(after - before for before, after in itertools.pairwise(onsets))


async def test_a_plan_that_is_late_but_not_too_late_changes_no_note(rehearse: Rehearse):
    undisturbed, _ = await rehearse(bars=24)
    rehearsal, stopped = await rehearse(prepare=late(plan4=7.0, plan7=7.5), bars=24)
    assert stopped.missed_plans == 0
    assert rehearsal.notes() == undisturbed.notes()


async def test_a_plan_that_does_not_come_is_followed_by_the_motif_without_a_gap(rehearse: Rehearse):
    undisturbed, _ = await rehearse(bars=32)
    rehearsal, stopped = await rehearse(prepare=late(plan4=30.0), bars=32)
    again, _ = await rehearse(prepare=late(plan4=30.0), bars=32)
    assert stopped.missed_plans == 1
    origins = {bar.number: bar.origins for bar in rehearsal.bars}
    assert origins[5] == ["plan"]
    assert origins[8] == ["motif"]
    assert origins[32] == ["plan"]
    assert longest_gap(rehearsal) <= 2 * longest_gap(undisturbed)
    assert rehearsal.notes() == again.notes()
    assert rehearsal.melody[: 6 * 16] == undisturbed.melody[: 6 * 16]
    assert rehearsal.melody[6 * 16 :] != undisturbed.melody[6 * 16 :]


async def test_when_nothing_can_be_planned_any_more_the_music_ends_in_silence_and_comes_back(
    rehearse: Rehearse, random_model: str, tmp_path: Path
):
    card, weights = (tmp_path / f"own{ending}" for ending in (".json", ".safetensors"))
    for path in (card, weights):
        shutil.copy(Path(random_model + path.suffix), path)

    def lose_and_find(rehearsal: Rehearsal, event: Event) -> None:
        if isinstance(event, Bar) and event.number == 10:
            weights.rename(tmp_path / "lost")
            os.kill(rehearsal.daemon.planner.pid, signal.SIGKILL)
        if isinstance(event, Bar) and event.number == 30:
            (tmp_path / "lost").rename(weights)

    rehearsal, stopped = await rehearse(lose_and_find, model=str(tmp_path / "own"), bars=40)
    bars = {bar.number: bar for bar in rehearsal.bars}
    assert bars[16].origins == ["motif"]
    assert bars[28].origins == ["silence"]
    assert bars[28].events == [HOLD] * 16
    assert not [note for note in rehearsal.notes() if note.onset < 27 * 4 < note.end]
    assert bars[40].origins == ["plan"]
    assert [event for event in bars[40].events if event >= FIRST_PITCH]
    assert stopped.missed_plans == 1
    reasons = [event.reason for event in rehearsal.events if isinstance(event, Trouble)]
    assert any("own.safetensors" in reason for reason in reasons)
    assert reasons[-1] == ""


async def test_a_model_that_cannot_play_at_all_is_an_error(rehearse: Rehearse):
    with pytest.raises(BadInput, match="There is no model `nobody`"):
        await rehearse(model="nobody")


def clock_moves(to: float | None, bar: int = 8):
    """Return what has the clock stop where it is, or be put at a beat, after some bars."""

    def at(rehearsal: Rehearsal, event: Event) -> None:
        if isinstance(event, Bar) and event.number == bar and not rehearsal.moves:
            stage, left = rehearsal.daemon._stage, rehearsal.daemon.port.beat()
            rehearsal.moves.append(left if to is None else to)
            asyncio.get_running_loop().call_soon(stage.clock_moved, rehearsal.moves[0], left)

    return at


async def test_a_clock_that_stops_and_goes_on_there_changes_no_note(rehearse: Rehearse):
    undisturbed, _ = await rehearse(bars=16)
    rehearsal, stopped = await rehearse(clock_moves(None), bars=16)
    assert rehearsal.moves
    assert [(note.onset, note.pitch) for note in rehearsal.notes()] == [
        (note.onset, note.pitch) for note in undisturbed.notes()
    ]
    assert rehearsal.bars == undisturbed.bars
    assert stopped.missed_plans == 0


@pytest.mark.parametrize("to", [0.0, 10.5, 80.0])
async def test_a_clock_that_is_put_elsewhere_is_played_to_from_there(rehearse: Rehearse, to: float, tmp_path: Path):
    rehearsal, stopped = await rehearse(clock_moves(to), bars=30, record=tmp_path / "take.mid")
    onsets = [message.beat for message in rehearsal.sent if message.data[0] & 0xF0 == 0x90]
    [turn] = [at for at, (before, after) in enumerate(itertools.pairwise(onsets)) if not 0 <= after - before < 8]
    assert 28 < onsets[turn] < 33
    assert to <= onsets[turn + 1] < to + 4
    assert onsets[turn + 1 :] == sorted(onsets[turn + 1 :])
    assert onsets[-1] > 29 * 4
    assert stopped.missed_plans == 0
    rehearsal.notes()
    struck = [message.data[1] for message in rehearsal.sent if message.data[0] & 0xF0 == 0x90]
    [track] = midi_file.read_song(tmp_path / "take.mid").tracks
    recorded = [note.pitch for note in track.notes]
    handed_over = len(recorded) - len(struck)  # and not heard: a bar is recorded when it was handed to the port
    assert handed_over in {0, 1}
    assert recorded == struck[: turn + 1] + recorded[turn + 1 : turn + 1 + handed_over] + struck[turn + 1 :]


async def test_steps_whose_time_is_over_are_left_out_and_nothing_hangs(rehearse: Rehearse):
    """As after the daemon itself was stopped for a moment."""

    def stall(rehearsal: Rehearsal, event: Event) -> None:
        if isinstance(event, Bar) and event.number == 8:
            performance, bars = rehearsal.daemon.performance, range(8 * 16, 10 * 16)
            is_gone = performance._is_gone
            performance._is_gone = lambda step: step in bars or is_gone(step)

    rehearsal, _ = await rehearse(stall, bars=16)
    undisturbed, _ = await rehearse(bars=16)
    struck = [note.onset for note in rehearsal.notes()]
    assert struck == [note.onset for note in undisturbed.notes() if not 32 <= note.onset < 40]
    assert rehearsal.melody == undisturbed.melody


class Broken:
    """A planner that can plan nothing for some requests."""

    def __init__(self, daemon: Daemon) -> None:
        self._planner, self.timing, self.refuses = daemon.planner, daemon.planner.timing, 0
        daemon.performance.planning._planner = self

    async def ask(self, request: PlanRequest) -> Plan:
        if self.refuses:
            self.refuses -= 1
            raise BadInput("The weights are gone.")
        return await self._planner.ask(request)


async def test_a_leader_that_goes_back_while_nothing_can_be_planned_ends_nothing(rehearse: Rehearse):
    broken: list[Broken] = []

    def loop(rehearsal: Rehearsal, event: Event) -> None:
        if isinstance(event, Bar) and event.number == 6 and not rehearsal.moves:
            rehearsal.moves.append(4.0)
            broken[0].refuses = 2
            stage = rehearsal.daemon._stage
            asyncio.get_running_loop().call_soon(stage.clock_moved, 4.0, rehearsal.daemon.port.beat())

    rehearsal, stopped = await rehearse(loop, lambda daemon: broken.append(Broken(daemon)), bars=12)
    assert stopped.bars == 12
    assert "plan" not in rehearsal.bars[6].origins
    assert rehearsal.bars[-1].origins == ["plan"]


async def test_who_begins_again_with_what_cannot_be_planned_is_told_and_may_try_another_time(rehearse: Rehearse):
    broken: list[Broken] = []
    tasks: list[asyncio.Task[None]] = []
    told: list[str] = []

    async def again(daemon: Daemon) -> None:
        for command in (Set("temperature", 2.0), Command("stop"), Command("play")):
            daemon.ask(command)
        while daemon.performance.transport.state != "stopped":
            await asyncio.sleep(0.005)
        assert not daemon._quit.is_set()
        told.append(daemon.troubles["planner"])
        broken[0].refuses = 0
        daemon.ask(Set("temperature", 1.0))
        daemon.ask(Command("play"))

    def stop(rehearsal: Rehearsal, event: Event) -> None:
        if isinstance(event, Bar) and event.number == 3 and not tasks:
            broken[0].refuses = 1000
            tasks.append(asyncio.create_task(again(rehearsal.daemon)))

    _, stopped = await rehearse(stop, lambda daemon: broken.append(Broken(daemon)), bars=6)
    assert told == ["The weights are gone."]
    assert stopped.bars == 6
