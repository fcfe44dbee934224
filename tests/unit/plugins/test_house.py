"""The book for real playing: each rule on music that it should like and dislike, and both forms on any music."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_music import PLUGINS, music, rules_of

from live_composer.music.key import Key
from live_composer.music.melody import Melody, heard_key
from live_composer.music.metre import Metre
from live_composer.rules import Context, Rewards, Rule, Tokens
from live_composer.rules.book_file import load
from live_composer.rules.discovery import Plugin, Plugins, Status
from live_composer.rules.tunes import TUNES

RULES = rules_of("house_*.py")
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
ENDLESS = Context(length=None)

# A bar of four quarters from middle C, and what rests on it.
C, D, E, F, G, A, B, C2 = 14, 16, 18, 19, 21, 23, 25, 26
OFF, HOLD = 0, 1


def quarters(*events: int) -> list[int]:
    return [step for event in events for step in (event, HOLD, HOLD, HOLD)]


def eighths(*events: int) -> list[int]:
    return [step for event in events for step in (event, HOLD)]


def say(name: str, melody: list[int], context: Context = ENDLESS, **parameters: object) -> Rewards:
    """Return what a rule says of one melody, in both forms."""
    rule = RULES[f"house_{name}"].having(**parameters)
    batch = np.array([melody])
    np.testing.assert_allclose(rule(batch, context), rule.by_note(batch, context), atol=1e-9)
    return rule(batch, context)[0]


def struck(name: str, melody: list[int], context: Context = ENDLESS, **parameters: object) -> list[float]:
    """Return what a rule says of the notes that start."""
    said = say(name, melody, context, **parameters)
    return [round(float(value), 6) for value, event in zip(said, melody, strict=True) if event > HOLD]


@every_rule
@settings(max_examples=40)
@given(drawn=music())
def test_what_is_said_is_modest(rule: Rule, drawn: tuple[Tokens, Context]):
    assert np.abs(rule(*drawn)).max() <= 1.5


@every_rule
@settings(max_examples=30)
@given(drawn=music(), up=st.integers(-4, 4))
def test_the_key_is_moved_with_the_notes(rule: Rule, drawn: tuple[Tokens, Context], up: int):
    if rule.name == "house_register":
        return  # it alone is about how high notes are
    melodies, old = drawn
    moved = np.where(melodies > HOLD, melodies + up, melodies)
    if moved[melodies > HOLD].min(initial=2) < 2 or moved.max() >= old.vocabulary.size:
        return
    key = Key((old.key.tonic + up) % 12, old.key.mode)
    chord = frozenset((pitch + up) % 12 for pitch in old.chord)
    fields = {name: getattr(old, name) for name in ("metre", "length", "first_step", "phrase", "vocabulary")}
    new = Context(key=key, chord=chord, **fields)
    np.testing.assert_allclose(rule(melodies, old), rule(moved, new), atol=1e-9)


def test_key_any_mode_passing_notes_and_chords():
    assert struck("key", quarters(C, D, E, F)) == [0, 0, 0, 0]
    assert struck("key", eighths(C, C + 1, D, C + 1)) == [0, -0.5, 0, -0.5]
    assert struck("key", quarters(C + 1)) == [-1]
    assert struck("key", quarters(C + 1), Context(chord=frozenset({1, 4, 9}))) == [0]
    assert struck("key", quarters(B, F + 1), Context(key=Key.parse("D dorian"))) == [0, -1]
    assert struck("key", quarters(G + 1, F + 1), Context(key=Key.parse("A minor"))) == [0, -1]


def test_accents_want_chord_notes_on_strong_beats_alone():
    assert struck("accents", quarters(C, D, D, D)) == [0.1, 0, -0.1, 0]
    above_d_minor = Context(chord=frozenset({2, 5, 9}))
    assert struck("accents", quarters(C, C, D, C), above_d_minor) == [-0.3, 0, 0.3, 0]
    assert struck("accents", quarters(C, C, D), Context(metre=Metre(3, 4))) == [0.1, 0, 0]


def test_a_mode_is_told_from_its_relative_major_by_its_tonic_on_strong_beats():
    dorian = Context(key=Key.parse("D dorian"))
    assert struck("accents", quarters(D, C, F, C), dorian) == [0.4, 0, 0, 0]
    assert struck("accents", quarters(C, D, E, D), dorian) == [-0.4, 0, -0.4, 0]
    above_c_major = Context(key=Key.parse("D dorian"), chord=frozenset({0, 4, 7}))
    assert struck("accents", quarters(C, D, D, D), above_c_major) == [0.3, 0, -0.3, 0]


def test_intervals_are_true_ones():
    assert struck("intervals", quarters(C, D, G, C2)) == [0, 0.03, 0, 0]
    assert struck("intervals", quarters(C, C2, C2 - 13)) == [0, -0.1, -1]
    assert struck("intervals", quarters(C, F + 1)) == [0, -0.4]
    assert struck("intervals", quarters(C, G), widest=5) == [0, -1]


def test_a_leap_that_is_filled_is_free_and_no_leap_earns():
    assert struck("leaps", quarters(C, A, G, F)) == [0, -0.2, 0.15, 0.05]
    assert struck("leaps", quarters(C, A, B, A)) == [0, -0.2, -0.05, 0]
    assert struck("leaps", quarters(C, G, C2 + 4)) == [0, -0.2, -0.6]
    # To leap back is to turn, and another leap.
    assert struck("leaps", quarters(C, A, C, A)) == [0, -0.2, -0.05, -0.05]
    # A rest between does not hide the leap.
    assert struck("leaps", [C, OFF, HOLD, A, HOLD, OFF, G]) == [0, -0.2, 0.15]


def test_a_held_note_is_no_repetition():
    assert not say("repeats", [C, *[HOLD] * 31]).any()
    assert struck("repeats", quarters(C, C, C, C, C, D, C)) == [0, 0, 0, -0.25, -0.5, 0, 0]
    assert min(struck("repeats", [C] * 32)) == -1


def test_motion_goes_somewhere():
    assert struck("motion", eighths(C, D, C, D, C, D, E)) == [0, 0, 0, 0, -0.2, -0.4, 0]
    scale = [C, D, E, F, G, A, B, C2, C2 + 2, C2 + 4]
    assert struck("motion", scale) == [0] * 8 + [-0.2, -0.4]


def test_rhythm_blames_what_hides_a_stronger_place():
    assert not say("rhythm", quarters(C, D, E, F)).any()
    assert not say("rhythm", [C, *[HOLD] * 15]).any()
    # From the last eighth of a bar over the bar line; from the second beat over mid-bar.
    assert say("rhythm", [C, *[HOLD] * 13, D, HOLD, HOLD])[16] == pytest.approx(-0.3)
    assert say("rhythm", quarters(C, D, HOLD, F))[8] == pytest.approx(-0.1)
    # Silence hides nothing.
    assert not say("rhythm", [C, *[HOLD] * 12, D, OFF, HOLD, HOLD]).any()


def test_breath_is_taken_in_every_phrase_and_stillness_ends():
    run = eighths(*[C, D, E, D] * 16)
    said = say("breath", run)
    assert np.flatnonzero(said).tolist() == [63, 127]
    assert said[63] == -0.5
    for breath in ([C, HOLD, HOLD, HOLD], [OFF, HOLD, HOLD, C]):
        assert np.flatnonzero(say("breath", [*run[:32], *breath, *run[36:]])).tolist() == [127]
    # Half a phrase is not judged.
    assert not say("breath", run[32:], Context(length=96, first_step=32))[:32].any()
    still = say("breath", [C, *[HOLD] * 30])
    assert not still[:20].any()
    assert (still[20:] < 0).all()


def test_a_phrase_shorter_than_a_beat_has_no_room_for_breath():
    shortest = Context(metre=Metre(1, 8), length=None, phrase=1)
    assert say("breath", [C, D, E, HOLD], shortest).tolist() == [0, -0.5, 0, -0.5]


def test_register_is_where_people_sing():
    assert struck("register", [9, 33, 8, 37, 2]) == [0, 0, -0.1, -0.4, -0.7]


def test_compass_of_a_phrase():
    low, high = 9, 9 + 21
    assert struck("compass", quarters(low, high, low)) == [0, -0.2, 0]
    # Each phrase for itself.
    assert not say(
        "compass", [*quarters(*[low, low + 5] * 2), *quarters(*[high, high - 5] * 2)], Context(phrase=1)
    ).any()
    dull = quarters(*[C, D] * 8)
    assert say("compass", dull)[-1] == -0.5
    assert not say("compass", dull, Context(length=None, first_step=16)).any()


def test_phrases_rest_on_the_beat_on_stable_degrees():
    one_bar = Context(length=None, phrase=1)
    ends = {
        "tonic": [*eighths(E, D), C, *[HOLD] * 11],
        "fifth": [*eighths(E, F), G, *[HOLD] * 11],
        "fourth": [*eighths(E, G), F, *[HOLD] * 11],
        "off the beat": [E, HOLD, C, *[HOLD] * 13],
        "too short": eighths(*[C, D, E, D] * 2),
        "silence": [HOLD] * 16,
    }
    asks = {name: float(say("endings", bar, one_bar)[-1]) for name, bar in ends.items()}
    assert asks == {"tonic": 1, "fifth": 0.3, "fourth": -0.5, "off the beat": -0.1, "too short": -0.1, "silence": 0}
    answers = {name: float(say("endings", [*[HOLD] * 16, *bar], one_bar)[-1]) for name, bar in ends.items()}
    assert answers == asks | {"fifth": 0.15}
    # A pick-up to the next phrase may follow, and the end of the melody answers.
    assert say("endings", [C, *[HOLD] * 11, *eighths(D, E)], one_bar)[-1] == 1
    assert say("endings", ends["fifth"], Context(length=16, phrase=4))[-1] == pytest.approx(0.15)
    # Before the end of the phrase nothing is said.
    assert not say("endings", ends["tonic"] * 3).any()


def test_phrases_in_other_metres():
    waltz = Context(metre=Metre(3, 4), length=None, phrase=1)
    assert say("endings", [*quarters(E), C, *[HOLD] * 7], waltz)[-1] == 1
    jig = Context(metre=Metre(6, 8), length=None, phrase=1)
    assert say("endings", [*eighths(E, D, E), C, *[HOLD] * 5], jig)[-1] == 1
    # A quarter is less than a beat of 6/8.
    assert say("endings", [*eighths(E, D, E, D), C, *[HOLD] * 3], jig)[-1] == -0.1


MOTIF = [*eighths(C, D, E), *quarters(C), *eighths(D, E, F)]
UP = [*eighths(D, E, F), *quarters(D), *eighths(E, F, G)]
MIRRORED = [*eighths(G, F, E), *quarters(G), *eighths(F, E, D)]
LIKE = [*eighths(C, E, G), *quarters(C), *eighths(F, G, A)]
OTHER = [*quarters(C), *eighths(G, A, G, F), *quarters(E)]
TWO_BARS = Context(length=None, phrase=2)


@pytest.mark.parametrize(("back", "worth"), [(UP, 0.5), (MIRRORED, 0.5), (MOTIF, 0.6), (LIKE, 0), (OTHER, 0)])
def test_motifs_return_varied_and_literally(back: list[int], worth: float):
    said = say("motif", [*MOTIF, *back], TWO_BARS)
    # From the third note of the second bar on.
    assert said[20:] == pytest.approx([worth] * 12)
    assert not said[:20].any()


def test_a_return_is_paid_as_far_as_it_goes():
    assert np.flatnonzero(say("motif", [*MOTIF, *MOTIF[:10], *quarters(A)], TWO_BARS)).tolist() == [*range(20, 26)]


def test_a_motif_comes_back_in_its_place():
    far = Context(length=None, phrase=8)
    assert not say("motif", [*MOTIF, *MOTIF], far).any()
    assert say("motif", [*MOTIF, *OTHER * 3, *MOTIF], far)[-1] == 0.6
    # Varied it may follow at once, or come in its place.
    assert say("motif", [*MOTIF, *UP], far)[-1] == 0.5
    assert say("motif", [*MOTIF, *OTHER * 2, *UP], far)[-1] == 0
    assert say("motif", [*MOTIF, *OTHER * 3, *UP], far)[-1] == 0.5


def test_a_motif_does_not_come_back_for_ever():
    box = say("motif", MOTIF * 6, TWO_BARS)[15::16]
    assert box == pytest.approx([0, 0.6, 0.1, -0.4, -0.9, -1])
    assert say("motif", [*MOTIF, *UP, *MIRRORED], TWO_BARS)[-1] == pytest.approx(0.25)


def test_two_notes_or_one_pitch_are_no_motif_and_a_long_note_is_no_more_of_one():
    for bar in ([C, *[HOLD] * 7, D, *[HOLD] * 7], quarters(C, C, C, C)):
        assert not say("motif", bar * 2, TWO_BARS).any()
    bar = [C, D, E, *[HOLD] * 13]
    assert np.flatnonzero(say("motif", bar * 2, TWO_BARS)).tolist() == [18, 19, 20, 21]


def spoilt(events: Tokens, chance: np.random.Generator) -> list[Tokens]:
    """Return a tune with its pitches shuffled, its steps shuffled, and its notes stuck to the ones before."""
    starts = events > HOLD
    pitches, stuck = events.copy(), events.copy()
    pitches[starts] = chance.permutation(events[starts])
    stuck[starts] = np.repeat(events[starts], 5)[: starts.sum()]
    return [pitches, chance.permutation(events), stuck]


@pytest.mark.parametrize("tune", TUNES.values())
def test_tunes_are_better_than_what_is_left_when_they_are_spoilt(tune: Melody):
    chance, events = np.random.default_rng(1), tune.events.astype(np.int64)
    tries = [[events, *spoilt(events, chance)] for _ in range(20)]
    context = Context(key=heard_key(tune), metre=tune.metre, length=len(tune))
    rewards = sum(rule(np.array(tries).reshape(-1, len(events)), context) for rule in RULES.values())
    as_it_is, *others = rewards.sum(axis=1).reshape(20, -1).mean(axis=0)
    assert as_it_is > 0
    assert as_it_is > max(others) + 1


def test_the_book_holds_them_all_and_is_endless():
    plugins = Plugins({name: Plugin(name, "", Status.LOADED, rule) for name, rule in RULES.items()})
    book = load(PLUGINS / "house.toml", plugins)
    assert {rule.name for rule in book.rules} == set(RULES)
    assert (book.length, book.quarantined) == (None, {})
