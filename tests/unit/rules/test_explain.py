"""Why a note: marks under the piano roll, the strongest moments, pick-ups."""

from __future__ import annotations

import numpy as np
import pytest

from live_composer.errors import BadInput
from live_composer.music.key import Key
from live_composer.music.melody import Melody
from live_composer.music.metre import Metre
from live_composer.music.vocabulary import Vocabulary
from live_composer.rules import Note, note_rule
from live_composer.rules.book import RuleBook
from live_composer.rules.explain import Moment, explain, pick_up_steps
from live_composer.rules.starting_file import starting_file
from live_composer.rules.tunes import TUNES


@note_rule
def leaps(note: Note) -> float:
    return -1.0 if abs(note.interval) > 7 else 0.0


@note_rule
def on_the_bar(note: Note) -> float:
    return 0.25 if note.strength == 3 else 0.0


@note_rule
def outside(note: Note) -> float:
    return 0.0 if note.in_key else -1.0


@note_rule(every_step=True)
def ending(note: Note) -> float:
    return 3.0 if note.is_last else 0.0


BOOK = RuleBook("mine", [leaps, on_the_bar, ending], {"leaps": 1.0, "on_the_bar": 2.0, "ending": 1.0})
MELODY = Melody.of([14, 1, 1, 1, 26, 1, 1, 1, 25, 1, 1, 1, 26, 1, 1, 1, 14, *[1] * 15])


def test_values_are_weighted():
    found = explain(MELODY, Key(), BOOK)
    assert found.rules == ["leaps", "on_the_bar", "ending"]
    assert [np.flatnonzero(row).tolist() for row in found.values] == [[4, 16], [0, 16], [31]]
    assert found.values[1, 0] == 0.5


def test_the_strongest_moments_come_first_and_say_where():
    found = explain(MELODY, Key(), BOOK)
    assert found.moments(3) == [Moment(31, "ending", 3.0), Moment(4, "leaps", -1.0), Moment(16, "leaps", -1.0)]
    assert len(found.moments(99)) == 5
    assert found.place(4) == "bar 1, beat 2: C5"
    assert found.place(31) == "bar 2, beat 4.75: held"


def test_of_equally_strong_moments_the_earlier_come_first():
    found = explain(Melody.of([14, 27] * 16), Key(), BOOK).moments(99)
    assert [moment.step for moment in found if moment.rule == "leaps"] == list(range(1, 32))


def test_the_lowest_pitch_is_a_note_too():
    assert explain(Melody.of([2, *[1] * 15]), Key(), BOOK).place(0) == "bar 1, beat 1: C3"


def test_a_rest_begins_with_a_note_off():
    assert explain(Melody.of([14, 0, *[1] * 14]), Key(), BOOK).place(1) == "bar 1, beat 1.25: note off"


def test_marks_stand_under_the_notes_they_are_about():
    lines = explain(MELODY, Key(), BOOK).draw(60)
    roll = next(line for line in lines if line.startswith("C5"))
    marks = {line.rpartition(" ")[2]: line for line in lines if line.startswith(" ") and "│" in line}
    assert set(marks) == {"leaps", "on_the_bar", "ending"}
    assert roll.index("●") == marks["leaps"].index("▼")
    assert marks["on_the_bar"].count("△") == 2
    assert marks["ending"].index("▲") == marks["ending"].rindex("│") - 1
    assert max(map(len, lines)) <= 60


def test_a_drawing_is_a_roll_with_the_rules_that_spoke_below_each_system():
    waltz = Melody.of([16, *[1] * 11, 16, *[1] * 7, 28, 1, 1, 1, 16, *[1] * 5], Metre(3, 4))
    above = ["C#5", "C5", "B4", "Bb4", "A4", "G#4", "G4", "F#4", "F4", "E4", "Eb4"]
    rows = [f"{name:5}│            │            │" for name in above]
    assert explain(waltz, Key(), BOOK).draw(43) == [
        "      1            2",
        "D5   │            │        ●━━━│",
        *rows,
        "D4   │●━━━━━━━━━━━│●━━━━━━━    │",
        "     │            │        ▼   │ leaps",
        "     │△           │△           │ on_the_bar",
        "",
        "      3",
        "D4   │●━━━━━      │",
        "     │▼           │ leaps",
        "     │△           │ on_the_bar",
        "     │     ▲      │ ending",
    ]
    # A column less, and two bars do not fit with the longest name.
    assert [line for line in explain(waltz, Key(), BOOK).draw(42) if line.strip().isdigit()] == [
        "      1",
        "      2",
        "      3",
    ]


def test_a_melody_is_judged_in_its_own_key_metre_and_range():
    book = RuleBook("mine", [outside, on_the_bar], {"outside": 1.0, "on_the_bar": 1.0}, key=Key(3))
    # C#1, a note of D major and of no other key here.
    waltz = Melody.of([2, *[1] * 11, 2, *[1] * 11], Metre(3, 4), Vocabulary(25, 60))
    found = explain(waltz, Key(2), book)
    assert [np.flatnonzero(row).tolist() for row in found.values] == [[], [0, 12]]
    assert book.troubles == []


def test_systems_name_only_the_rules_that_spoke_in_them():
    lines = explain(Melody.of([*MELODY.events.tolist()] * 2), Key(), BOOK).draw(34)
    assert sum("on_the_bar" in line for line in lines) == 4
    assert sum("ending" in line for line in lines) == 1


@pytest.mark.parametrize(
    ("events", "metre", "steps"),
    [
        ([14] * 20, Metre(4, 4), 0),
        ([1] * 7 + [14] * 9, Metre(4, 4), 0),
        ([1] * 8 + [14] * 24, Metre(4, 4), 16),
        ([1] * 10 + [14] * 14, Metre(3, 4), 12),
        ([1] * 20 + [14] * 12, Metre(4, 4), 0),
        ([1] * 16 + [14] * 16, Metre(4, 4), 0),
        ([1] * 8 + [2] * 24, Metre(4, 4), 16),
        ([1] * 32, Metre(4, 4), 0),
    ],
)
def test_a_tune_that_begins_late_in_the_bar_begins_with_a_pick_up(events: list[int], metre: Metre, steps: int):
    assert pick_up_steps(Melody.of(events, metre)) == steps


def test_a_pick_up_comes_before_the_first_bar_and_the_end_is_the_end():
    late = Melody.of([*[1] * 12, 14, 1, 16, 1, *MELODY.events.tolist()])
    found = explain(late, Key(), BOOK)
    assert np.flatnonzero(found.values[2]).tolist() == [47]


def test_any_range_of_pitches_is_judged_as_it_sounds():
    low = Melody.of([2, 1, 1, 1, 27, 1, 1, 1], vocabulary=Vocabulary(24, 60))
    assert explain(low, Key(), BOOK).values[0, 4] == -1


@pytest.mark.parametrize("tune", TUNES.values())
def test_tunes_are_explained(tune: Melody):
    assert len(explain(tune, Key(), BOOK).draw(80)) > 10


@pytest.mark.parametrize("name", ["", "2nd", "calm endings", "naïve", "class", "_hidden"])
def test_what_cannot_name_a_rule_is_refused(name: str):
    with pytest.raises(BadInput) as caught:
        starting_file(name)
    assert str(caught.value) == f"`{name}` cannot name a rule; take letters, digits and _, such as `calm_endings`."


def test_the_starting_file_speaks_of_its_rule():
    text = starting_file("calm_endings")
    assert text.startswith('"""Calm endings: a rule of melody')
    assert "def calm_endings(note: Note" in text
    compile(text, "calm_endings.py", "exec")
