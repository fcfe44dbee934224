"""A score remembers what was struck, as it sounded, and forgets what was never heard."""

from __future__ import annotations

from live_composer.live.score import Score, ScoreNote


def score(*spans: tuple[int, int | None]) -> Score:
    made = Score()
    for step, end in spans:
        made.add(ScoreNote(step, step / 4, 60, 90, end=end))
    return made


def spans(made: Score, since: int = 0) -> list[tuple[int, int | None]]:
    return [(note.step, note.end) for note in made.since(since)]


def test_what_sounds_at_a_step_or_later_is_found():
    made = score((0, 4), (4, 6), (8, None))
    assert spans(made) == [(0, 4), (4, 6), (8, None)]
    assert spans(made, 4) == spans(made, 5) == [(4, 6), (8, None)]
    assert spans(made, 6) == spans(made, 20) == [(8, None)]


def test_both_voices_are_found():
    made = score((0, 4), (0, 4), (4, None), (4, None))
    assert spans(made, 2) == [(0, 4), (0, 4), (4, None), (4, None)]
    assert spans(made, 5) == [(4, None), (4, None)]


def test_what_is_cut_was_never_heard_and_what_sounded_ends_there():
    made = score((0, 4), (4, 8), (8, None))
    made.cut(6)
    assert spans(made) == [(0, 4), (4, 6)]
    made.cut(0)
    assert spans(made) == []


def test_the_oldest_notes_are_forgotten():
    made = score(*((step, step + 1) for step in range(20_000)))
    assert len(made.since(0)) <= 8192
    assert made.since(0)[-1].step == 19_999
