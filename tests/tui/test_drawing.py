"""What the screen draws, without a terminal: the roll's picture, the beat, the lines at the top, plain lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from stage import STATES, playing, recorded, stopped, with_values

from live_composer.music.key import Key
from live_composer.tui import plain, roll_picture, status
from live_composer.tui.clock import Beat
from live_composer.tui.roll_picture import GLYPHS, Kind, Picture, Window
from live_composer.wire.screen import Frame, Notice, OwnNote, SeenNote, TakeView


def frame_of(*notes: SeenNote, heard: int = 8, open_: int = 12, own: tuple[OwnNote, ...] = ()) -> Frame:
    return replace(playing(), notes=list(notes), own=list(own), heard=heard, open=open_, bar=1, bar_line=0)


def drawn(frame: Frame, pitch: int, *, now: float = 8, zoom: int = 2, width: int = 48) -> str:
    picture, seen = Picture.of(frame), Window(width, zoom, 0, now)
    return "".join(cell.character for cell in picture.row(pitch, seen, picture.grid(seen)))


def test_what_was_played_what_is_committed_and_what_may_change_differ_in_shape():
    frame = frame_of(SeenNote(4, 2, 60), SeenNote(9, 2, 60), SeenNote(16, 2, 60), own=(OwnNote(5, 0.5, 60, 90),))
    row = drawn(frame, 60)
    assert row[8:12] == "●━━━"
    assert row[18:22] == "▐███"
    assert row[32:36] == "○╌╌╌"
    assert row[40:44] == "◆═══"
    assert len({glyph for pair in GLYPHS.values() for glyph in pair}) == 2 * len(Kind)


def test_what_sounds_is_drawn_solid():
    frame = frame_of(SeenNote(6, 4, 60))
    assert drawn(frame, 60, now=8)[12:20] == "▐███████"
    assert drawn(frame, 60, now=10)[12:20] == "●━━━━━━━"


def test_two_notes_of_one_pitch_are_two():
    assert drawn(frame_of(SeenNote(8, 2, 60), SeenNote(10, 2, 60)), 60, now=0)[16:24] == "▐███▐███"


def test_bars_are_numbered_from_the_bar_that_sounds():
    picture = Picture.of(with_values(replace(playing(), bar=31, bar_line=480), metre="6/8"))
    header = "".join(cell.character for cell in picture.header(Window(60, 1, 468, 500)))
    assert [header[column : column + 2] for column in (0, 12, 24)] == ["30", "31", "32"]


@given(
    pitches=st.sets(st.integers(0, 127), max_size=30),
    height=st.integers(1, 60),
    tonic=st.integers(0, 11),
    before=st.integers(0, 127),
)
def test_rows_fill_the_height_and_show_every_pitch_that_fits(pitches: set[int], height: int, tonic: int, before: int):
    key = Key(tonic, "dorian")
    shown = roll_picture.rows(pitches, height, key, roll_picture.rows({before}, height, key))
    assert len(shown) == height
    assert list(shown) == sorted(set(shown), reverse=True)
    folded = {
        pitch for pitch in range(min(pitches, default=0), max(pitches, default=0) + 1)
        if pitch in pitches or pitch % 12 in key.pitch_classes
    }  # fmt: skip
    if len(folded) <= height:
        assert pitches <= set(shown)


def test_rows_stay_for_as_long_as_they_show_everything():
    before = roll_picture.rows({60, 67}, 20, Key())
    assert roll_picture.rows({62, 66}, 20, Key(), before) == before
    assert roll_picture.rows({62, 90}, 20, Key(), before) != before


@given(now=st.floats(0, 4000), width=st.integers(20, 300), zoom=st.integers(1, 6))
def test_the_now_line_stands_still_while_the_music_moves(now: float, width: int, zoom: int):
    seen, later = (roll_picture.window(width, zoom, at) for at in (now, now + 7))
    assert seen.now_column == later.now_column
    assert later.first == seen.first + 7


@given(now=st.integers(0, 4000), width=st.integers(20, 300), per_bar=st.sampled_from([12, 16]))
def test_with_less_motion_pages_stand_still(now: int, width: int, per_bar: int):
    bar_line = now - now % per_bar
    seen = roll_picture.window(width, 1, now, bar_line=bar_line, per_bar=per_bar)
    assert seen.first % per_bar == 0
    assert 0 <= now - seen.first < max(per_bar, width)


class Seconds:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_beat_moves_on_between_frames_and_not_back():
    seconds = Seconds()
    beat = Beat(seconds)
    beat.hear(replace(playing(), beat=10.0))
    seconds.now = 0.5
    assert beat.now() == pytest.approx(11.0)
    assert beat.until_next() == pytest.approx(0.125)
    beat.hear(replace(playing(), beat=10.9))
    assert beat.now() == pytest.approx(11.0)
    beat.hear(replace(playing(), beat=3.0))
    assert beat.now() == pytest.approx(3.0)
    beat.hear(replace(playing(), beat=4.0, transport="paused"))
    seconds.now = 5.0
    assert beat.now() == pytest.approx(4.0)
    assert beat.until_next() is None


def test_a_daemon_that_says_nothing_leaves_the_beat_behind():
    seconds = Seconds()
    beat = Beat(seconds)
    beat.hear(replace(playing(), beat=10.0))
    seconds.now = 600.0
    assert beat.now() == pytest.approx(14.0)


def text(line: status.Line) -> str:
    return "".join(piece for piece, _ in line)


@given(state=st.sampled_from(sorted(STATES)), width=st.integers(20, 240))
def test_no_line_at_the_top_is_wider_than_the_screen(state: str, width: int):
    frame = STATES[state]
    for line in [
        *status.lines(frame, frame.beat, width),
        status.banner(frame, "", width),
        status.banner(frame, "x", width),
    ]:
        assert len(text(line)) <= width


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("stopped", "Connect live-composer to an instrument"),
        ("no_port", "There is no MIDI port"),
        ("searching", "Waiting for the midi clock"),
        ("port_lost", "The JACK server is gone"),
        ("planner_lost", "The planner is gone"),
        ("rule_off", "ZeroDivisionError"),
        ("playing", ""),
    ],
)
def test_the_banner_says_what_is_wrong(state: str, said: str):
    banner = text(status.banner(STATES[state], "", 120))
    assert (said in banner) if said else not banner


@pytest.mark.parametrize(
    ("metre", "beat", "count"),
    [("4/4", -8.0, "●○○○"), ("4/4", -4.1, "●●●●"), ("4/4", -4.0, "●○○○"), ("6/8", -1.5, "●●"), ("3/4", -0.1, "●●●")],
)
def test_a_count_in_is_counted_as_its_clicks_sound(metre: str, beat: float, count: str):
    frame = with_values(STATES["counting_in"], metre=metre)
    assert f"count {count} " in text(status.lines(frame, beat, 200)[0])


@pytest.mark.parametrize(("origin", "told"), [("rest", False), ("take", False), ("motif", True), ("silence", True)])
def test_who_rests_to_listen_is_not_said_to_be_in_trouble(origin: str, told: bool):
    frame = replace(playing(), origin=origin, listening="listening")
    assert ("playing on" in text(status.lines(frame, frame.beat, 200)[0])) is told


def test_a_chord_that_is_held_is_named_beside_the_key():
    frame = replace(playing(), chord=[0, 4, 9])
    assert "over Am " in text(status.lines(frame, frame.beat, 200)[0])
    assert "over" not in text(status.lines(playing(), frame.beat, 200)[0])


def test_plain_lines_say_each_bar_once_and_what_changes():
    teller, lines = plain.Teller(), list[str]()
    first = recorded()[0]
    take = TakeView(1, "evening", "/takes/evening.mid", 8, "D dorian", 120.0, 4)
    trouble = Notice("planner", "The planner is gone.", number=1)
    for frame in (
        first,
        first,
        replace(first, bar=first.bar + 1, bar_line=first.bar_line + 16),
        with_values(replace(first, bar=first.bar + 1, takes=[take], notices=[trouble]), key="E minor"),
        replace(first, bar=first.bar + 1, takes=[take], transport="paused"),
    ):
        lines += teller.lines(frame)
    assert lines[0] == "playing: null, 120 BPM"
    assert "key D dorian" in lines[1]
    assert lines[2].startswith(f"bar {first.bar}: G4:2 F4:2 E4:2 D4:2 C4:4")
    assert lines[3:7] == [
        "key E minor", "! planner: The planner is gone.", "take 1: evening, 8 bars, /takes/evening.mid",
        "paused: null, 120 BPM",
    ]  # fmt: skip
    assert lines[7:] == ["key D dorian", "planner: well again"]


def test_a_bar_without_notes_is_said_too():
    assert plain.bar(stopped(), 1) == "bar 1: no new note"
