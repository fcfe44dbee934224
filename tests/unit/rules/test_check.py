"""The checking kit: each kind of fault is found and told, and what is sound is let through."""

from __future__ import annotations

import itertools
import re
import time
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rule_music import rules_of

from live_composer.music.metre import Metre
from live_composer.music.vocabulary import FIRST_PITCH, HOLD, NOTE_OFF
from live_composer.rules import Context, Note, Rewards, Rule, Tokens, batch_rule, check, note_rule
from live_composer.rules.check import faults, steps_per_second
from live_composer.rules.situations import CONTEXTS, generate, generated

calls = itertools.count()


@dataclass
class ManualClock:
    seconds: float = 0.0


@batch_rule
def peeks(melodies: Tokens, context: Context) -> Rewards:
    return np.roll(melodies, -1, axis=1) * 1.0


@batch_rule
def peeks_at_the_end(melodies: Tokens, context: Context) -> Rewards:
    rewards = np.zeros(melodies.shape)
    rewards[:, -1] = 1
    return rewards


@batch_rule
def normalises(melodies: Tokens, context: Context) -> Rewards:
    return melodies - melodies.mean(axis=1, keepdims=True)


@batch_rule
def not_a_number(melodies: Tokens, context: Context) -> Rewards:
    return np.where(melodies == melodies.max(), np.nan, 0.0)


@batch_rule
def endless(melodies: Tokens, context: Context) -> Rewards:
    with np.errstate(divide="ignore"):
        return 1.0 / melodies


@batch_rule
def one_a_melody(melodies: Tokens, context: Context) -> Rewards:
    return melodies.sum(axis=1) * 1.0


@batch_rule
def nothing_at_all(melodies: Tokens, context: Context) -> Rewards:
    return None  # pyright: ignore[reportReturnType]


@batch_rule
def raises(melodies: Tokens, context: Context) -> Rewards:
    raise ValueError("no idea\nat all")


@batch_rule
def leaves(melodies: Tokens, context: Context) -> Rewards:
    raise SystemExit(3)


@batch_rule
def changes_what_it_is_given(melodies: Tokens, context: Context) -> Rewards:
    melodies[melodies > 30] = 30
    return np.zeros(melodies.shape)


@note_rule
def counts_its_calls(note: Note) -> float:
    return float(next(calls))


@batch_rule
def random(melodies: Tokens, context: Context) -> Rewards:
    return np.random.default_rng().random(melodies.shape)


@batch_rule
def compares_melodies(melodies: Tokens, context: Context) -> Rewards:
    return melodies - melodies.mean(axis=0)


@batch_rule
def knows_its_row(melodies: Tokens, context: Context) -> Rewards:
    return np.zeros(melodies.shape) + np.arange(len(melodies))[:, None]


@batch_rule
def counts_up(melodies: Tokens, context: Context) -> Rewards:
    """The first value that is not finite is told."""
    return np.where(np.arange(melodies.shape[1]) == 0, np.nan, np.inf) * np.ones(melodies.shape)


@batch_rule
def another_shape_when_cut(melodies: Tokens, context: Context) -> Rewards:
    return np.zeros(melodies.shape if melodies.shape[1] > 1 else (1, 1, 1))


@batch_rule
def peeks_at_the_second_step(melodies: Tokens, context: Context) -> Rewards:
    rewards = np.zeros(melodies.shape)
    rewards[:, 1:2] = melodies[:, 2:3] if melodies.shape[1] > 2 else 0
    return rewards


@batch_rule
def peeks_late(melodies: Tokens, context: Context) -> Rewards:
    rewards = np.zeros(melodies.shape)
    rewards[:, 20:21] = melodies.shape[1] > 21
    return rewards


@batch_rule
def minds_where_it_begins(melodies: Tokens, context: Context) -> Rewards:
    rewards = np.zeros(melodies.shape)
    rewards[:, 3:4] = context.judged_from == 2
    return rewards


@batch_rule
def dislikes_greensleeves(melodies: Tokens, context: Context) -> Rewards:
    if context == Context(metre=Metre(3, 4), length=96):
        raise ValueError("not again")
    return np.zeros(melodies.shape)


@note_rule(every_step=True)
def no_praise(note: Note) -> float:
    return 0.0


@no_praise.batch
def praises_heights(melodies: Tokens, context: Context) -> Rewards:
    return (melodies >= 30) * 1.0


@note_rule
def says_nothing(note: Note) -> float:
    if note.interval > 7:
        return -1.0
    return None  # pyright: ignore[reportReturnType]


@batch_rule
def thirty_eight_events(melodies: Tokens, context: Context) -> Rewards:
    return np.zeros(38)[melodies]


@note_rule
def disagrees(note: Note) -> float:
    return 1.0 if note.on_beat else 0.0


@disagrees.batch
def disagrees(melodies: Tokens, context: Context) -> Rewards:
    return np.where(np.arange(melodies.shape[1]) % 4 == 0, melodies >= FIRST_PITCH, 0.0)


@note_rule
def remembers(note: Note) -> float:
    return float(len(note.pitches) % 2)


@remembers.batch(notes=lambda: 2)
def forgets(melodies: Tokens, context: Context) -> Rewards:
    pitched = melodies >= FIRST_PITCH
    return np.where(pitched, (np.cumsum(pitched, axis=1) - 1) % 2, 0.0)


@batch_rule
def skips_too_much(melodies: Tokens, context: Context) -> Rewards:
    """What is asked for begins one column earlier than this rule thinks."""
    return np.where(np.arange(melodies.shape[1]) > context.judged_from, 1.0, 0.0) * (melodies >= FIRST_PITCH)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (peeks, "it peeks ahead: step "),
        (peeks_at_the_end, "it peeks ahead: step 0 is judged by what follows it"),
        (normalises, "it peeks ahead"),
        (not_a_number, "it returns nan; every value must be finite"),
        (endless, "it returns inf; every value must be finite"),
        (one_a_melody, "it returns the shape (24,) for melodies of (24, 40); both must be equal"),
        (nothing_at_all, "it raises TypeError: nothing_at_all returned None for melodies, and must return an array"),
        (raises, "it raises ValueError: no idea (test_check.py, line "),
        (leaves, "it raises SystemExit: 3 (test_check.py, line "),
        (changes_what_it_is_given, "it changes the melodies it was given; it must leave them as they are"),
        (counts_up, "it returns nan; every value must be finite"),
        (another_shape_when_cut, "it peeks ahead: step 0 is judged by what follows it"),
        (peeks_at_the_second_step, "it peeks ahead: step 1 is judged by what follows it"),
        (peeks_late, "it peeks ahead: step 20 is judged by what follows it"),
        (minds_where_it_begins, "asked for the steps from 2 on, it judges step 3 differently than among all"),
        (counts_its_calls, "it judges the same melodies differently the second time"),
        (random, "it judges the same melodies differently the second time"),
        (forgets, "asked for the steps from "),
        (skips_too_much, "asked for the steps from 1 on, it judges step "),
        (compares_melodies, "it judges a melody differently among others than alone"),
        (knows_its_row, "it judges a melody differently among others than alone"),
        (says_nothing, "it raises TypeError: says_nothing returned None for a note, and must return a number"),
        (thirty_eight_events, "it raises IndexError"),
        (disagrees, "its note form and its batch form disagree at step "),
    ],
    ids=lambda value: value.name if isinstance(value, Rule) else "",
)
def test_each_kind_of_fault_is_told_in_a_sentence(rule: Rule, words: str):
    found = faults(rule)
    assert any(fault.startswith(words) for fault in found), found
    assert all("\n" not in fault for fault in found)


def test_rules_are_proved_in_all_the_bars_of_long_melodies_even_when_it_is_quick():
    assert faults(peeks_late, quick=True) == [
        "it peeks ahead: step 20 is judged by what follows it; only what stands before may count"
    ]


def test_real_tunes_are_tried_unless_it_is_to_be_quick():
    assert faults(dislikes_greensleeves, quick=True) == []
    (fault,) = faults(dislikes_greensleeves)
    assert fault.startswith("it raises ValueError: not again (test_check.py, line ")


def test_where_two_forms_disagree_is_told_with_the_melody():
    (fault,) = faults(praises_heights, quick=True)[:1]
    found = re.fullmatch(r"its note form and its batch form disagree at step (\d+) of (\[.*\])", fault)
    assert found
    melody = [int(event) for event in found[2].strip("[]").split(", ")]
    assert [event >= 30 for event in melody].index(True) == int(found[1])


def test_a_fault_is_told_once():
    assert len(faults(peeks_at_the_end)) == len(set(faults(peeks_at_the_end)))


@note_rule
def sound_rule(note: Note, *, widest: int = 7) -> float:
    return -1.0 if abs(note.interval) > widest else 0.0


@batch_rule
def whole_numbers(melodies: Tokens, context: Context) -> Rewards:
    return (melodies >= FIRST_PITCH).astype(np.int64)  # pyright: ignore[reportReturnType]


@pytest.mark.parametrize("rule", [sound_rule, whole_numbers], ids=lambda rule: rule.name)
def test_what_is_sound_passes(rule: Rule):
    assert faults(rule) == []


def test_quick_is_quick_enough_to_be_done_at_every_start():
    begin = time.perf_counter()
    for rule in rules_of("*.py").values():
        assert faults(rule, quick=True) == []
    assert time.perf_counter() - begin < 10  # a quarter of a second on a quiet machine


def test_speed_is_told(monkeypatch: pytest.MonkeyPatch):
    clock = ManualClock()
    monkeypatch.setattr(check, "time", SimpleNamespace(perf_counter=lambda: clock.seconds))
    given: list[tuple[int, ...]] = []

    @batch_rule
    def takes_a_sixteenth_of_a_second(melodies: Tokens, context: Context) -> Rewards:
        # What a first call alone has to do, such as loading a library, says nothing of a rule's speed.
        clock.seconds += 1 / 16 if given else 60.0
        assert context.length == melodies.shape[1]
        given.append(melodies.shape)
        return np.zeros(melodies.shape)

    found = steps_per_second(takes_a_sixteenth_of_a_second, 8)
    melodies, steps = given[-1]
    assert melodies == 8
    assert found == melodies * steps * 16


def test_generated_melodies_are_the_same_every_time():
    once, again = ([melodies.tolist() for melodies, _ in generated(4)] for _ in range(2))
    assert once == again


@pytest.mark.parametrize("context", CONTEXTS)
def test_generated_melodies_are_full_of_what_rules_trip_over(context: Context):
    melodies = generate(40, 96, context, np.random.default_rng(1))
    returning, long, noise = melodies[:10], melodies[10:20], melodies[20:]
    bar = context.metre.steps_per_bar
    # A bar that comes back, long notes and rests that begin on beats, few events in all of them, and plain noise.
    assert (returning[:, bar:] == returning[:, :-bar]).all()
    on_beat = np.arange(96) % bar % 4 == 0
    assert (long[:, ~on_beat] == HOLD).all()
    assert (long[:, on_beat] != HOLD).any(axis=0).all()
    pitches = set(melodies[:20].ravel().tolist()) - {NOTE_OFF, HOLD}
    assert len(pitches) == 3
    for kind in (returning, long):
        assert set(kind.ravel().tolist()) == pitches | {NOTE_OFF, HOLD}
    assert set(noise.ravel().tolist()) == set(range(context.vocabulary.size))


@given(count=st.integers(1, 30), steps=st.integers(1, 60), context=st.sampled_from(CONTEXTS), seed=st.integers(0, 99))
def test_generated_melodies_are_of_the_vocabulary(count: int, steps: int, context: Context, seed: int):
    melodies = generate(count, steps, context, np.random.default_rng(seed))
    assert melodies.shape == (count, steps)
    assert melodies.dtype == np.int64
    assert ((melodies >= 0) & (melodies < context.vocabulary.size)).all()


def test_a_rule_that_takes_too_long_is_waited_for_once():
    asked = itertools.count(1)

    @batch_rule
    def never_ends(melodies: Tokens, context: Context) -> Rewards:
        raise TimeoutError(f"time {next(asked)}")

    assert [fault.partition(" (")[0] for fault in faults(never_ends)] == ["it raises TimeoutError: time 1"]
