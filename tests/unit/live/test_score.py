"""A score remembers what was struck, as it sounded, and forgets what was never heard."""

from __future__ import annotations

from live_composer.live.score import Score, ScoreNote


def score(*steps: int) -> Score:
    made = Score()
    for step in steps:
        made.strike(ScoreNote(step, None, 60 + step, 90, "plan"))
    return made


def spans(made: Score, since: int = 0) -> list[tuple[int, int | None]]:
    return [(note.step, note.end) for note in made.since(since)]


def test_a_note_ends_where_the_next_begins_or_where_it_is_ended():
    made = score(0, 4)
    made.end(6)
    assert spans(made) == [(0, 4), (4, 6)]
    made.strike(ScoreNote(8, None, 70, 90, "plan"))
    assert spans(made) == [(0, 4), (4, 6), (8, None)]
    assert spans(made, 4) == [(4, 6), (8, None)]
    assert spans(made, 5) == [(4, 6), (8, None)]
    assert spans(made, 6) == [(8, None)]
    assert spans(made, 20) == [(8, None)]


def test_what_is_cut_was_never_heard_and_what_sounded_ends_there():
    made = score(0, 4, 8)
    made.cut(6)
    assert spans(made) == [(0, 4), (4, 6)]
    made.cut(0)
    assert spans(made) == []


def test_the_oldest_notes_are_forgotten():
    made = score(*range(10_000))
    assert len(made.since(0)) <= 4096
    assert made.since(0)[-1].step == 9999
