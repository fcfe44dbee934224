"""What the player plays primes, calls, is followed; chords, knobs and programs steer. On the manual clock."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from live_composer import paths
from live_composer.live.events import Bar, Event
from live_composer.live.plan_source import PlanSource
from live_composer.music.vocabulary import FIRST_PITCH
from live_composer.port.protocol import HeardMessage
from live_composer.wire.screen import Command, Set

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Rehearsal, Rehearse

    from live_composer.wire.messages import PlanRequest


def note(rehearsal: Rehearsal, beat: float, pitch: int, length: float = 0.5, channel: int = 1) -> None:
    for when, status in ((beat, 0x90), (beat + length, 0x80)):
        rehearsal.daemon.desk.hear(HeardMessage(when, when / 2, bytes((status | channel - 1, pitch, 80))))


def turn(rehearsal: Rehearsal, controller: int, value: int) -> None:
    rehearsal.daemon.desk.hear(HeardMessage(0.0, 0.0, bytes((0xB0, controller, value))))


def when_bar(number: int, act: Callable[[Rehearsal], object]) -> Callable[[Rehearsal, Event], None]:
    done: list[int] = []

    def happen(rehearsal: Rehearsal, event: Event) -> None:
        if isinstance(event, Bar) and event.number == number and not done:
            done.append(number)
            act(rehearsal)

    return happen


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[PlanRequest]]:
    """Every planning request that is made."""
    requests: list[PlanRequest] = []
    wanted = PlanSource.wanted

    def watch(source: PlanSource) -> PlanRequest | None:
        if request := wanted(source):
            requests.append(request)
        return request

    monkeypatch.setattr(PlanSource, "wanted", watch)
    return requests


def onsets(rehearsal: Rehearsal, first: float, last: float) -> list[float]:
    return [note.onset for note in rehearsal.notes() if first <= note.onset < last]


async def test_a_call_is_answered_by_as_many_bars_and_then_it_is_silent(rehearse: Rehearse, asked: list[PlanRequest]):
    called: list[float] = []

    def call(rehearsal: Rehearsal) -> None:
        beat = rehearsal.daemon.port.beat()
        called.append(beat)
        for index, pitch in enumerate((60, 62, 64, 67)):
            note(rehearsal, beat + index, pitch)

    rehearsal, stopped = await rehearse(when_bar(4, call), bars=14, listen="call", silence=1.0, response=2)
    begin = called[0]
    assert not onsets(rehearsal, begin + 1, begin + 4.4), "it rests while the call is played"
    answer = onsets(rehearsal, begin + 4.4, 56)
    assert answer, "and answers"
    assert answer[-1] - answer[0] <= 12
    assert not onsets(rehearsal, answer[0] + 12, 56), "and is silent again"
    call_notes = [FIRST_PITCH + pitch - 48 for pitch in (60, 62, 64, 67)]
    assert any([event for event in request.events if event >= FIRST_PITCH][-4:] == call_notes for request in asked)
    assert any(request.length for request in asked), "it is told to close"
    assert stopped.missed_plans == 0


async def test_a_call_of_two_bars_is_answered_on_the_bar_line(rehearse: Rehearse):
    called: list[float] = []

    def call(rehearsal: Rehearsal) -> None:
        beat = rehearsal.daemon.port.beat() + 0.5
        called.append(beat)
        for index in range(8):
            note(rehearsal, beat + index, 60 + index % 5, 0.9)

    rehearsal, _ = await rehearse(when_bar(3, call), bars=12, listen="call", call=2, response=1)
    line = round(called[0] * 4) // 16 * 4 + 8
    answer = onsets(rehearsal, called[0] + 1, 48)
    assert line <= answer[0] < line + 4
    assert answer[-1] < line + 4


async def test_a_phrase_primes_what_goes_on_without_end(rehearse: Rehearse, asked: list[PlanRequest]):
    def prime(rehearsal: Rehearsal) -> None:
        beat = rehearsal.daemon.port.beat()
        for index, pitch in enumerate((72, 71, 69)):
            note(rehearsal, beat + index / 2, pitch, 0.4)

    rehearsal, _ = await rehearse(when_bar(4, prime), bars=16, listen="prime", silence=1.0)
    phrase = [FIRST_PITCH + pitch - 48 for pitch in (72, 71, 69)]
    assert any([event for event in request.events if event >= FIRST_PITCH][-3:] == phrase for request in asked)
    assert onsets(rehearsal, 40, 64)


async def test_a_player_who_is_followed_is_heard_and_left_room(rehearse: Rehearse, asked: list[PlanRequest]):
    def play(rehearsal: Rehearsal) -> None:
        note(rehearsal, rehearsal.daemon.port.beat(), 83)

    rehearsal, _ = await rehearse(when_bar(5, play), bars=16, listen="follow")
    assert any(FIRST_PITCH + 35 in request.events for request in asked)
    densities = [request.density for request in asked]
    assert min(densities) == -1.5
    assert densities[-1] == 0.0
    assert not rehearsal.daemon.desk.listening.accompanied


async def test_a_chord_is_heard_by_the_rules_while_it_is_held_and_a_little_longer(
    rehearse: Rehearse, asked: list[PlanRequest]
):
    def chord(rehearsal: Rehearsal, event: Event) -> None:
        if isinstance(event, Bar) and event.number in {4, 8}:
            status = 0x93 if event.number == 4 else 0x83
            for pitch in (50, 53, 57):
                beat = rehearsal.daemon.port.beat()
                rehearsal.daemon.desk.hear(HeardMessage(beat, beat / 2, bytes((status, pitch, 80))))

    options = {"chord-channel": 4, "key": "D"}
    await rehearse(chord, bars=16, **options)
    assert [0, 3, 7] in [request.chord for request in asked], "D minor, in the home of D"
    assert asked[-1].chord == []


async def test_knobs_steer_by_the_map_and_are_learnt(rehearse: Rehearse):
    def knobs(rehearsal: Rehearsal) -> None:
        daemon = rehearsal.daemon
        turn(rehearsal, 74, 0)
        assert daemon.values["temperature"] == 0.01
        daemon.ask(Command("learn", "swing"))
        assert daemon._frame().learning == "swing"
        turn(rehearsal, 99, 127)
        assert daemon.values["swing"] == 75
        daemon.ask(Command("learn", "keep"))
        turn(rehearsal, 98, 127)
        turn(rehearsal, 98, 127)
        turn(rehearsal, 98, 0)
        assert len(daemon.takes.views) == 1
        daemon.ask(Command("unlearn", "temperature"))
        turn(rehearsal, 74, 127)
        assert daemon.values["temperature"] == 0.01
        assert daemon._frame().controls["swing"] == "CC 99"

    await rehearse(when_bar(3, knobs), bars=4)
    saved = json.loads((paths.user_data() / "knobs.json").read_text())
    assert saved["controls"]["99"] == "swing"
    assert "74" not in saved["controls"]
    again, _ = await rehearse(when_bar(2, lambda rehearsal: turn(rehearsal, 99, 0)), bars=3, swing=60.0)
    assert again.daemon.values["swing"] == 50


async def test_presets_are_saved_and_loaded_by_program_changes(rehearse: Rehearse):
    def presets(rehearsal: Rehearsal) -> None:
        daemon = rehearsal.daemon
        daemon.ask(Set("key", "E dorian"))
        daemon.ask(Command("save-preset", {"number": 5, "name": "dark"}))
        daemon.ask(Set("key", "C"))
        daemon.desk.hear(HeardMessage(0.0, 0.0, bytes((0xC0, 4))))
        assert daemon.values["key"] == "E dorian"
        daemon.desk.hear(HeardMessage(0.0, 0.0, bytes((0xC0, 9))))
        with pytest.raises(Exception, match="There is no preset 7; there are: 5"):
            daemon.ask(Command("preset", 7))
        assert daemon.desk.knobs.presets[0].name == "dark"

    await rehearse(when_bar(3, presets), bars=4)


async def test_a_thousand_turns_of_a_knob_do_not_starve_planning(rehearse: Rehearse):
    """More than 200 a second at any tempo: 40 at each of 25 bars, and never a plan too late."""

    def storm(rehearsal: Rehearsal, event: Event) -> None:
        if isinstance(event, Bar) and event.number < 26:
            for value in range(40):
                turn(rehearsal, 74, 20 + (event.number * 7 + value) % 80)

    rehearsal, stopped = await rehearse(storm, bars=30)
    assert stopped.missed_plans == 0
    assert {origin for bar in rehearsal.bars for origin in bar.origins} <= {"plan", "rest of plan"}
    assert rehearsal.bars[-1].origins == ["plan"]
    rehearsal.notes()
