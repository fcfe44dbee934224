"""Takes: what was heard is what is kept, and a take can be made again, note for note."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

import mido
import pytest

from live_composer import paths
from live_composer.errors import BadFile, BadInput
from live_composer.live import take_file
from live_composer.live.events import Bar, Event
from live_composer.live.plan_source import PlanSource
from live_composer.music import midi_file
from live_composer.plan.planner import Planner
from live_composer.wire.messages import Plan
from live_composer.wire.screen import Command, Set

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Rehearsal, Rehearse

    from live_composer.live.daemon import Daemon
    from live_composer.wire.messages import PlanRequest


def at_bars(**acts: Callable[[Rehearsal], object]) -> Callable[[Rehearsal, Event], None]:
    """Return what does things when bars are settled: `bar8=...`."""

    def happen(rehearsal: Rehearsal, event: Event) -> None:
        if isinstance(event, Bar) and (act := acts.get(f"bar{event.number}")):
            act(rehearsal)

    return happen


def ask(*asked: Set | Command) -> Callable[[Rehearsal], object]:
    return lambda rehearsal: [rehearsal.daemon.ask(one) for one in asked]


def answer(request: PlanRequest) -> Plan:
    plan = Planner("cpu").answer(request)
    assert isinstance(plan, Plan)
    return plan


STYLE = {
    "key": "Bb dorian", "swing": 62.0, "humanise-time": 12.0, "humanise-velocity": 9.0, "gate": 80.0, "voice": "third",
}  # fmt: skip


async def test_a_take_holds_what_was_heard_and_says_what_made_it(rehearse: Rehearse, random_model: str):
    rehearsal, _ = await rehearse(
        at_bars(bar12=ask(Command("keep", {"bars": 4, "name": "nice one"}))), bars=14, book="paper", **STYLE
    )
    [view] = rehearsal.daemon.takes.views
    path = Path(view.path)
    assert (path.name, view.bars, view.key, view.seed) == ("nice one.mid", 4, "Bb dorian", 1)
    take = take_file.read(path)
    [track] = midi_file.read_song(path).tracks
    begin, end = take.begin / 4, (take.begin + len(take.events)) / 4
    heard = sorted((note.onset, note.pitch) for note in rehearsal.notes() if begin - 0.1 < note.onset < end - 0.9)
    kept = sorted((begin + note.onset, note.pitch) for note in track.notes if note.onset < end - begin - 0.9)
    assert len(kept) > 8
    assert [pitch for _, pitch in kept] == [pitch for _, pitch in heard]
    assert [onset for onset, _ in kept] == pytest.approx([max(begin, onset) for onset, _ in heard], abs=0.01)
    told = [message for message in mido.MidiFile(path).tracks[0] if message.type == "text"]
    assert f"live-composer seed: {take.seed}" in [message.text for message in told]
    [data] = [message.data for message in mido.MidiFile(path).tracks[0] if message.type == "sequencer_specific"]
    made_of = json.loads(bytes(data[1:]))
    assert (made_of["model"], len(made_of["sha256"]), made_of["key"]) == (random_model, 64, "Bb dorian")
    assert set(made_of["weights"]) >= set(rehearsal.daemon.values.weights)


async def test_a_take_can_be_made_again_although_much_was_changed_in_it(rehearse: Rehearse, tmp_path: Path):
    rehearsal, _ = await rehearse(
        at_bars(
            bar6=ask(Set("temperature", 2.0), Set("swing", 66)),
            bar7=ask(Set("key", "E"), Set("octave", 1)),
            bar10=ask(Command("keep", {"bars": 6})),
        ),
        bars=12,
        **STYLE,
    )
    path = Path(rehearsal.daemon.takes.views[0].path)
    take = take_file.read(path)
    events, differ = take_file.plan_again(take, answer)
    assert (events, differ) == (take.events, 0)
    assert sum(piece.end - piece.begin for piece in take.pieces) == len(take.events)
    take_file.write(tmp_path / "again.mid", take, take_file.perform_again(take, events))
    first, again = ([*mido.MidiFile(file).tracks[0]] for file in (path, tmp_path / "again.mid"))
    last_step = math.floor(len(take.events) / 4 * 480) - 480  # What sounds at its end was cut there.
    assert cut(first, last_step) == cut(again, last_step)
    assert len({manner.key for manner in take.manners}) == 2


def cut(messages: list[mido.Message], last: float) -> list[tuple[float, str, int, int]]:
    """Return (tick, kind, pitch, velocity) of the notes up to a tick."""
    tick, notes = 0.0, []
    for message in messages:
        tick += message.time
        if message.type.startswith("note_") and tick < last:
            notes.append((tick, message.type, message.note, message.velocity))
    return notes


async def test_another_model_than_the_takes_is_noticed(rehearse: Rehearse):
    rehearsal, _ = await rehearse(at_bars(bar6=ask(Command("keep"))), bars=8)
    take = take_file.read(Path(rehearsal.daemon.takes.views[0].path))

    def other(request: PlanRequest) -> Plan:
        return Plan(request.revision, request.first_step, [1] * request.horizon)

    events, differ = take_file.plan_again(take, other)
    assert differ > 0
    assert set(events) == {1}


async def test_liked_takes_are_logged_and_their_bars_come_back(rehearse: Rehearse):
    asked: list[PlanRequest] = []
    wanted = PlanSource.wanted

    def watch(source: PlanSource) -> PlanRequest | None:
        if request := wanted(source):
            asked.append(request)
        return request

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PlanSource, "wanted", watch)
        rehearsal, _ = await rehearse(
            at_bars(
                bar6=ask(Set("repetition", 0.5), Command("like")),
                bar8=ask(Command("keep", {"bars": 2}), Command("dislike", 2)),
                bar9=ask(Command("name", {"take": 1, "name": "the hook"})),
            ),
            bars=14,
        )
    views = rehearsal.daemon.takes.views
    assert [(view.name, view.liked) for view in views] == [("the hook", 1), (views[1].name, -1)]
    assert Path(views[0].path).exists()
    assert Path(views[0].path).with_suffix(".json").exists()
    log = [json.loads(line) for line in (Path(views[0].path).parent / "likes.jsonl").read_text().splitlines()]
    assert [line["liked"] for line in log] == [1, -1]
    assert asked[-1].liking == 1.0
    assert asked[-1].liked
    assert not asked[0].liked


async def test_a_take_is_heard_again_from_a_bar_line_on(rehearse: Rehearse):
    rehearsal, _ = await rehearse(at_bars(bar5=ask(Command("keep", {"bars": 2})), bar8=ask(Command("hear"))), bars=14)
    take = take_file.read(Path(rehearsal.daemon.takes.views[0].path))
    again = [bar for bar in rehearsal.bars if "take" in bar.origins]
    assert next(bar.number for bar in again) in (9, 10)
    heard = [event for bar in again for event in bar.events][: len(take.events)]
    assert heard == take.events
    assert rehearsal.bars[-1].origins == ["plan"]


async def test_what_was_heard_can_be_kept_after_the_music_was_stopped_and_liked_anew_when_it_begins_again(
    rehearse: Rehearse,
):
    stopped: list[int] = []

    def stop_and_keep(rehearsal: Rehearsal) -> None:
        if not stopped:
            stopped.append(1)
            rehearsal.daemon.ask(Command("stop"))
            rehearsal.daemon.ask(Command("keep", {"bars": 3}))
            rehearsal.daemon.ask(Command("like"))
            rehearsal.daemon.ask(Command("play"))

    def like(rehearsal: Rehearsal) -> None:
        if stopped:
            rehearsal.daemon.ask(Command("like"))

    rehearsal, _ = await rehearse(at_bars(bar6=stop_and_keep, bar4=like), bars=6)
    first, second = rehearsal.daemon.takes.views
    assert (first.bars, first.liked, second.liked) == (3, 1, 1)
    take = take_file.read(Path(first.path))
    assert take.begin == 48
    assert take.events[:32] == [event for bar in rehearsal.bars[3:5] for event in bar.events]
    assert take_file.plan_again(take, answer) == (take.events, 0)
    assert len(midi_file.read_song(Path(first.path)).tracks[0].notes) == sum(event >= 2 for event in take.events)


async def test_a_long_take_behind_a_clock_that_is_never_quite_the_same_says_how_all_of_it_was_played(
    rehearse: Rehearse,
):
    def waver(daemon: Daemon) -> None:
        step = daemon.performance.on_step

        def on_step(beat: float) -> None:
            daemon.port.tempo = 120 + beat % 7 / 1000
            step(beat)

        daemon.performance.on_step = on_step

    rehearsal, _ = await rehearse(at_bars(bar40=ask(Command("keep", {"bars": 38}))), waver, bars=41)
    take = take_file.read(Path(rehearsal.daemon.takes.views[0].path))
    assert take.manners[0].step == take.begin == 32


async def test_a_name_says_no_folder(rehearse: Rehearse):
    kept: list[Path] = []

    def keep(rehearsal: Rehearsal) -> None:
        rehearsal.daemon.ask(Command("keep", {"bars": 1, "name": "../../up"}))
        kept.append(Path(rehearsal.daemon.desk._takes.views[-1].path))

    await rehearse(at_bars(bar3=keep), bars=4)
    assert kept[0].exists()
    assert kept[0].parent == paths.user_data() / "takes"


async def test_what_cannot_be_kept_is_told(rehearse: Rehearse, tmp_path: Path):
    told: list[str] = []

    def refuse(rehearsal: Rehearsal) -> None:
        for command in (
            Command("hear"), Command("like", 3), Command("name", {"name": "x"}), Command("keep", {"bars": 0}),
            Command("keep", "eight"), Command("name", 3),
        ):  # fmt: skip
            with pytest.raises(BadInput) as error:
                rehearsal.daemon.ask(command)
            told.append(str(error.value))

    await rehearse(at_bars(bar3=refuse), bars=4)
    assert told[:2] == ["There is no take; keep one first.", "There is no take 3; keep one first."]
    assert told[2] == told[0]
    assert all("takes {" in words for words in told[3:])
    with pytest.raises(BadFile, match="There is no"):
        take_file.read(tmp_path / "none.mid")
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(BadFile, match="is no take"):
        take_file.read(tmp_path / "other.mid")


async def test_a_recording_goes_on_where_the_music_was_stopped_and_begins_again(rehearse: Rehearse, tmp_path: Path):
    path = tmp_path / "session.mid"

    def again(rehearsal: Rehearsal) -> None:
        if rehearsal.daemon.recording and not rehearsal.daemon.recording._offset:
            rehearsal.daemon.ask(Command("stop"))
            rehearsal.daemon.ask(Command("play"))

    rehearsal, _ = await rehearse(at_bars(bar4=again), bars=6, record=path)
    song = midi_file.read_song(path)
    onsets = [note.onset for note in song.tracks[0].notes]
    first = [note for note in song.tracks[0].notes if note.onset < 12]
    second = [note for note in song.tracks[0].notes if note.onset >= 16]
    assert max(onsets) > 36
    assert [(note.onset, note.pitch) for note in first] == [
        (note.onset - 16, note.pitch) for note in second if note.onset < 28
    ]
    assert rehearsal.daemon.recording
