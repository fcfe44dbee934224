"""`serve` on a real JACK server, heard by real receivers: a shipped model's notes, on the grid, each with its end."""

from __future__ import annotations

import itertools
import signal
from typing import TYPE_CHECKING

import pytest
from real_parts import RATE, kill, note_offs, note_ons, wait_for
from serving import Serving

from live_composer.live.daemon import Daemon, Setup
from live_composer.live.values import Values
from live_composer.port.protocol import Command, Notes, Raw, Start

if TYPE_CHECKING:
    from collections.abc import Callable

    from real_parts import JackServer, Recorder
    from real_programs import MidiDump

pytestmark = pytest.mark.real

FAST = 240.0
SIXTEENTH = RATE * 60 / FAST / 4
MARK = bytes((0xB0, 20, 1))
FEW = 0.1
"""The share of notes that a machine that stalls may place late."""


def in_steps(events: list[tuple[int, int]], start: float) -> list[float]:
    return [(frame - start) / SIXTEENTH for frame, _ in events]


def off_the_grid(steps: list[float]) -> float:
    """Return the share of steps that are not whole, to the frame."""
    return sum(abs(step - round(step)) * SIXTEENTH > 0.51 for step in steps) / len(steps)


@pytest.mark.parametrize("model", ["note-rnn", "note-rnn-large"])
def test_the_notes_of_a_shipped_model_are_on_the_grid_and_end(recorder: Recorder, model: str):
    with Serving("recorder", "--bars", "12", "--seed", "4", "--key", "D", model=model, tempo=FAST) as serving:
        stopped = serving.end()
    notes = serving.notes()
    assert stopped["notes"] == len(notes) > 12
    assert (stopped["missed_plans"], stopped["dropped"]) == (0, 0)
    ons, offs = note_ons(recorder.events), note_offs(recorder.events)
    assert recorder.agrees([pitch for _, pitch in ons], [note.pitch for note in notes])
    assert recorder.agrees([pitch for _, pitch in offs], [note.pitch for note in notes])
    assert {pitch % 12 for _, pitch in ons} <= {2, 4, 6, 7, 9, 11, 1}
    start = ons[0][0] - notes[0].onset * SIXTEENTH
    onsets, ends = in_steps(ons, start), in_steps(offs, start)
    assert off_the_grid(onsets) <= FEW
    assert off_the_grid(ends) <= FEW
    assert recorder.agrees([round(step) for step in onsets], [note.onset for note in notes])
    assert recorder.agrees([round(step) for step in ends], [note.onset + note.length for note in notes])


async def test_in_freewheel_what_the_daemon_says_is_exact_to_the_frame(recorder: Recorder, open_port: Callable):
    """Freewheel outruns any daemon, so what one says to its port in 64 bars is said to this port beforehand."""
    said: list[Notes | Raw] = []
    values = Values({"model": "note-rnn", "key": "A dorian", "seed": 4, "tempo": FAST})
    daemon = Daemon(Setup(target="null", values=values, bars=64, clock="manual"))
    send = daemon.port.send

    def listen(*commands: Command) -> None:
        said.extend(command for command in commands if isinstance(command, Notes | Raw))
        send(*commands)

    daemon.port.send = listen
    stopped = await daemon.run()
    port, _ = open_port("recorder", tempo=FAST)
    recorder.freewheel(on=True)
    port.send(Raw(0, MARK))
    for command in said:
        port.send(command)
    port.send(Start())
    wait_for(lambda: len(note_offs(recorder.events)) == stopped.notes, "the last note")
    recorder.freewheel(on=False)
    (start, mark), *_ = recorder.events
    assert mark == MARK
    notes = [note for command in said if isinstance(command, Notes) for note in command.notes]
    ends = [command for command in said if isinstance(command, Raw)]
    assert note_ons(recorder.events) == [(start + round(note.beat * 4 * SIXTEENTH), note.pitch) for note in notes]
    assert note_offs(recorder.events) == [(start + round(end.beat * 4 * SIXTEENTH), end.data[1]) for end in ends]


def test_the_same_seed_gives_the_same_notes(recorder: Recorder):
    heard: list[list[int]] = []
    for seed in (1, 1, 2):
        recorder.events.clear()
        with Serving("recorder", "--bars", "4", "--seed", str(seed), tempo=400.0) as serving:
            serving.end()
        heard.append([pitch for _, pitch in note_ons(recorder.events)])
    assert recorder.agrees(heard[0], heard[1])
    assert not recorder.agrees(heard[0], heard[2])


def test_the_monitor_sees_every_note_and_its_end(recorder: Recorder, midi_dump: MidiDump):
    with Serving("midi-monitor", "--bars", "8", "--seed", "4", "--channel", "3", tempo=FAST) as serving:
        serving.end()
    expected = []
    for note in serving.notes():
        expected += [(0x92, note.pitch), (0x82, note.pitch)]
    music = [data for data in midi_dump.data if data[0] & 0xF0 in (0x80, 0x90)]
    assert recorder.agrees([(data[0], data[1]) for data in music], expected)


def test_the_music_outlives_its_planner(recorder: Recorder):
    with Serving("recorder", "--bars", "12", "--seed", "4", tempo=FAST) as serving:
        serving.wait_for("bar", number=4)
        kill(serving.children()["plan"], signal.SIGKILL)
        stopped = serving.end()
    assert stopped["planners_replaced"] == 1
    ons, offs = note_ons(recorder.events), note_offs(recorder.events)
    for heard in (ons, offs):
        assert recorder.agrees([pitch for _, pitch in heard], [note.pitch for note in serving.notes()])
    gaps = [(after - before) / SIXTEENTH for (before, _), (after, _) in itertools.pairwise(ons)]
    assert max(gaps) <= 2 * 16


def test_a_server_that_dies_and_comes_back_is_played_to_again(jack_server: JackServer):
    with Serving("IAC Bus 1", tempo=FAST) as serving:
        assert serving.wait_for("opened")["virtual"]
        serving.wait_for("bar", number=2)
        jack_server.kill()
        assert "JACK" in serving.wait_for("trouble", what="port")["reason"]
        jack_server.start()
        serving.wait_for("trouble", what="port", reason="")
        serving.wait_for("bar")
        serving.process.send_signal(signal.SIGTERM)
        assert serving.end()["ports_replaced"] == 1


def test_two_daemons_do_not_play_to_one_port(recorder: Recorder):
    with Serving("recorder") as first:
        first.wait_for("opened")
        with Serving("recorder") as second:
            _, said = second.process.communicate(timeout=30)
        assert second.process.returncode == 7
        assert said == "live-composer: Another live-composer plays to recorder:in; stop that one first.\n"
        assert first.process.poll() is None


def test_an_unknown_port_is_never_opened(recorder: Recorder):
    with Serving("jack:no such thing", "--bars", "1", tempo=400.0) as serving:
        opened = serving.wait_for("opened")
    assert opened["virtual"]
    wait_for(lambda: not recorder.ports("no such thing"), "the end of the port")
