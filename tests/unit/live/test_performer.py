"""Events become what the port plays: pitches in the key, an end for every note, as the style has it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from live_composer.live.bars import Bars
from live_composer.live.performer import Performer
from live_composer.live.playing import Style
from live_composer.live.wishes import Wishes
from live_composer.music.key import SCALES, Key
from live_composer.music.melody import Melody, canonical
from live_composer.music.metre import Metre
from live_composer.music.vocabulary import Vocabulary
from live_composer.port.clock import ManualClock
from live_composer.port.player import Player
from live_composer.port.protocol import Advance, Notes, Raw, Start

if TYPE_CHECKING:
    from live_composer.port.protocol import Command

KEYS = st.builds(Key, st.integers(0, 11), st.sampled_from(sorted(SCALES)))
STYLES = st.builds(
    Style,
    velocity=st.integers(1, 127),
    dynamics=st.floats(0, 1),
    swing=st.floats(0.5, 0.75),
    swing_unit=st.sampled_from(["8th", "16th"]),
    humanise_time=st.floats(0, 0.04),
    humanise_velocity=st.floats(0, 40),
    gate=st.floats(0.05, 1),
    legato=st.floats(0, 0.1),
    octave=st.integers(-3, 3),
    transpose=st.integers(-24, 24),
    channel=st.integers(1, 16),
    program=st.integers(0, 128),
    voice=st.sampled_from(["off", "third", "sixth"]),
)
EVENTS = st.lists(st.integers(0, 37), max_size=60)


def melody_of(events: list[int]) -> Melody:
    return Melody(canonical(Melody.of(events).events))


def perform(performer: Performer, melody: Melody, styles: list[Style] | None = None) -> list[Command]:
    """Return all that the port is told of a melody, its end included."""
    bars, events = Bars(melody.metre), melody.events.tolist()
    commands: list[Command] = []
    for step, event in enumerate(events):
        if styles:
            performer.style = styles[step % len(styles)]
        until = next((at for at in range(step + 1, len(events)) if events[at] != 1), None)
        commands += performer.play(step, event, bars.at(step), until=until)
    return commands + performer.end(len(events), bars.at(len(events)))


def heard(commands: list[Command], tempo: float = 120.0) -> list[tuple[float, bytes]]:
    """Return what a port sends when it is told this."""
    player = Player(ManualClock(tempo))
    for command in commands:
        player.handle(command, 0.0)
    player.handle(Start(0.0), 0.0)
    player.handle(Advance(100.0), 0.0)
    return [(due.beat, due.data) for due in player.pull(0.0)]


@given(EVENTS, KEYS, st.integers(1, 16))
def test_onsets_and_ends_are_those_of_the_melody(events: list[int], key: Key, channel: int):
    performer = Performer(Wishes("m", key=key), Style(channel=channel))
    melody = melody_of(events)
    commands = perform(performer, melody)
    struck = [note for command in commands if isinstance(command, Notes) for note in command.notes]
    ended = [command for command in commands if isinstance(command, Raw)]
    notes = melody.notes()
    assert [(note.beat * 4, note.pitch - key.shift, note.channel + 1) for note in struck] == [
        (note.onset, note.pitch, channel) for note in notes
    ]
    assert [(end.beat * 4, end.data) for end in ended] == [
        (note.onset + note.length, bytes((0x80 | channel - 1, note.pitch + key.shift, 0))) for note in notes
    ]
    assert performer.notes == len(notes)


@given(EVENTS, KEYS, st.lists(STYLES, min_size=1, max_size=4), st.floats(20, 400))
def test_whatever_the_styles_every_note_is_struck_once_in_order_and_ends(
    events: list[int], key: Key, styles: list[Style], tempo: float
):
    performer = Performer(Wishes("m", key=key, seed=3), tempo=tempo)
    melody = melody_of(events)
    sounding: dict[tuple[int, int], float] = {}
    lengths: list[float] = []
    onsets: list[float] = []
    for beat, data in heard(perform(performer, melody, styles), tempo):
        kind, channel = data[0] & 0xF0, data[0] & 0x0F
        if kind == 0x90:
            assert (channel, data[1]) not in sounding
            assert 1 <= data[2] <= 127
            sounding[channel, data[1]] = beat
            onsets.append(beat)
        elif kind == 0x80 and (channel, data[1]) in sounding:
            lengths.append(beat - sounding.pop((channel, data[1])))
    assert not sounding
    assert all(length > 0 for length in lengths)
    grid = [note.onset / 4 for note in melody.notes()]
    distinct = sorted(set(onsets))
    assert len(distinct) == len(grid)
    # The most that swing moves a note, and how much further the second of a pair may stray then.
    assert all(abs(onset - place) <= 0.25 + 0.15 * 0.125 + 1e-9 for onset, place in zip(distinct, grid, strict=True))
    assert len(performer.score.since(0)) == len(onsets)


@given(EVENTS, KEYS, st.sampled_from(["third", "sixth"]))
def test_the_second_voice_is_in_the_key_and_below(events: list[int], key: Key, voice: str):
    performer = Performer(Wishes("m", key=key), Style(voice=voice))  # pyright: ignore[reportArgumentType]
    perform(performer, melody_of(events))
    notes = performer.score.since(0)
    low, high = (2, 5) if voice == "third" else (7, 10)
    for melody, second in pairwise(notes):
        if second.second:
            assert second.step == melody.step
            assert low <= melody.pitch - second.pitch <= high
            assert second.velocity < melody.velocity or second.velocity == 1
            if melody.pitch % 12 in key.pitch_classes:
                assert second.pitch % 12 in key.pitch_classes
    assert sum(note.second for note in notes) == len(notes) / 2


@given(EVENTS, STYLES)
def test_the_same_is_played_the_same_way(events: list[int], style: Style):
    melody = melody_of(events)
    assert perform(Performer(Wishes("m", seed=5), style), melody) == perform(
        Performer(Wishes("m", seed=5), style), melody
    )


def test_a_note_ends_at_the_pitch_and_channel_it_was_struck_at_whatever_has_changed():
    performer = Performer(Wishes("m", key=Key.parse("D")), Style(channel=3, octave=1))
    bars = Bars(Metre())
    performer.play(0, 2, bars.at(0))
    performer.wishes, performer.style = Wishes("m"), Style(channel=5)
    [end, strike] = performer.play(4, 2, bars.at(4))
    assert isinstance(end, Raw)
    assert isinstance(strike, Notes)
    assert (end.data, strike.notes[0].pitch, strike.notes[0].channel) == (bytes((0x82, 62, 0)), 48, 4)


def test_a_gate_ends_a_note_early_and_legato_sounds_into_the_next():
    melody = Melody.of([14, 1, 1, 1, 16, 1, 1, 1])
    short = perform(Performer(Wishes("m"), Style(gate=0.5)), melody)
    offs = [(beat, data[1]) for beat, data in heard(short) if data[0] == 0x80]
    # The plan says nothing of the end of the last note, so its gate cannot be known.
    assert offs == [(0.5, 60), (2.0, 62)]
    bound = perform(Performer(Wishes("m"), Style(legato=0.02)), melody)
    assert [(beat, data[1]) for beat, data in heard(bound) if data[0] == 0x80] == [(1.04, 60), (2.0, 62)]


def test_a_pitch_that_is_struck_again_is_not_cut_off_by_the_legato_of_its_first_time():
    bound = heard(perform(Performer(Wishes("m"), Style(legato=0.05)), Melody.of([14, 1, 14, 1])))
    assert [(beat, data[0]) for beat, data in bound] == [(0.0, 0x90), (0.5, 0x80), (0.5, 0x90), (1.0, 0x80)]


def test_a_swing_that_is_straightened_between_two_notes_leaves_none_of_them_sounding():
    """The first was put late by the swing, to where the second is due without it."""
    for free, event in ((0.0, 16), (0.04, 16), (0.0, 14), (0.0, 0)):
        performer, bars = Performer(Wishes("m", seed=4), Style(swing=0.75, humanise_time=free)), Bars(Metre())
        commands = performer.play(2, 14, bars.at(2))
        performer.style = Style(humanise_time=free)
        commands += performer.play(3, event, bars.at(3))
        commands += performer.end(4, bars.at(4))
        assert [data[0] for _, data in heard(commands)] in (
            [0x90, 0x80, 0x90, 0x80],
            [0x90, 0x90, 0x80, 0x80],
            [0x90, 0x80],
        )
        assert max(beat for beat, _ in heard(commands)) <= 1.0


def test_a_program_is_chosen_before_the_first_note_and_when_it_changes():
    performer, bars = Performer(Wishes("m"), Style(program=12)), Bars(Metre())
    first = performer.play(0, 14, bars.at(0))
    assert first[0] == Raw(0.0, bytes((0xC0, 11)))
    assert not [command for command in performer.play(1, 16, bars.at(1)) if command == first[0]]
    performer.style = replace(performer.style, program=1, channel=2)
    assert Raw(0.5, bytes((0xC1, 0))) in performer.play(2, 14, bars.at(2))
    performer.forget()
    assert Raw(0.75, bytes((0xC1, 0))) in performer.play(3, 14, bars.at(3))


def test_the_widest_vocabulary_stays_in_midis_range():
    performer = Performer(Wishes("m", key=Key.parse("F#"), vocabulary=Vocabulary(0, 125)))
    assert performer.pitch(2) == 6
    performer.wishes = Wishes("m", key=Key.parse("F"), vocabulary=Vocabulary(0, 125))
    assert performer.pitch(127) == 118
