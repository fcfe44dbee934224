"""Choosing among candidates: the choice is distributed as it should be, and hears the weights of now."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from toys import OCTAVE, TablePolicy, book_of, high_end, holds, melodies_of

from live_composer.errors import BadInput
from live_composer.music.key import Key
from live_composer.music.metre import Metre
from live_composer.music.vocabulary import FIRST_PITCH, HOLD
from live_composer.plan.candidates import Candidates
from live_composer.plan.ear import Ear
from live_composer.plan.judge import Judge
from live_composer.plan.liked import Liked
from live_composer.plan.look_ahead import LookAhead, Superseded
from live_composer.plan.terms import Terms
from live_composer.policy import checkpoint
from live_composer.rules import Context, Rule

BEFORE = [5]
PITCHES = range(48, 51)
TERMS = Terms(metre=Metre(3, 16), lowest=48, highest=50, candidates=256, c=0.5)
PRIOR, TUNED = Ear(TablePolicy(1)), Ear(TablePolicy(2))
PRIOR_TABLE, TUNED_TABLE = TablePolicy(1), TablePolicy(2)


def judge(*rules: Rule, dial: float = 1.0, motifs: Liked | None = None, liking: float = 0.0, **weights: float) -> Judge:
    context = Context(first_step=-1, length=None, vocabulary=OCTAVE, metre=TERMS.metre)
    return Judge(book_of(*rules, **weights), context, motifs or Liked([]), dial=dial, liking=liking)


def target(weights: dict[str, float]) -> dict[tuple[int, ...], float]:
    """Return the probability of each melody of four steps: proportional to p exp(r / c)."""
    found: dict[tuple[int, ...], float] = {}
    for melody in melodies_of(4, PITCHES):
        reward = weights.get("high_end", 0) * (melody[3] == OCTAVE.event(50)) + weights.get("holds", 0) * melody.count(
            1
        )
        found[melody] = np.exp(PRIOR_TABLE.log_p(melody, BEFORE[0], PITCHES) + reward / TERMS.c)
    total = sum(found.values())
    return {melody: value / total for melody, value in found.items() if value}


def too_far(expected: dict[tuple[int, ...], float], met: Counter[tuple[int, ...]]) -> float:
    """Return how many standard deviations chi-square is above what chance gives; rare melodies count together."""
    count = met.total()
    common = [melody for melody, chance in expected.items() if count * chance >= 5]
    rare = count - sum(met[melody] for melody in common)
    cells = [(met[melody], count * expected[melody]) for melody in common]
    cells.append((rare, count - sum(chance for _, chance in cells)))
    assert set(met) <= set(expected)
    chi_square = sum((seen - chance) ** 2 / chance for seen, chance in cells)
    freedom = len(cells) - 1
    return (chi_square - freedom) / np.sqrt(2 * freedom)


@pytest.mark.parametrize(
    ("tuned", "dial", "weights"),
    [
        (PRIOR, 1.0, {"high_end": 1.0}),
        (TUNED, 1.0, {"high_end": 0.7, "holds": -0.4}),
        (TUNED, 0.4, {"high_end": 1.0, "holds": 0.5}),
        (TUNED, 1.0, {"high_end": 0.0, "holds": 0.0}),
    ],
    ids=["prior", "tuned", "mixed", "all weights zero"],
)
def test_continuations_are_chosen_in_proportion_to_prior_and_reward(tuned: Ear, dial: float, weights: dict[str, float]):
    rules = [high_end, holds]
    # The dial weakens the rules, so that a mix of policies is the natural proposal for what it asks for.
    look_ahead = LookAhead(PRIOR, tuned, judge(*rules, dial=dial, **{"high_end": 0.0, "holds": 0.0} | weights))
    met = Counter(
        tuple(look_ahead.plan(BEFORE, 0, 4, replace(TERMS, seed=seed, dial=dial)).events) for seed in range(2000)
    )
    assert too_far(target({name: dial * weight for name, weight in weights.items()}), met) < 4


def test_the_measure_sees_what_is_not_so():
    look_ahead = LookAhead(PRIOR, PRIOR, judge(high_end))
    met = Counter(tuple(look_ahead.plan(BEFORE, 0, 4, replace(TERMS, seed=seed)).events) for seed in range(2000))
    assert too_far(target({"high_end": 1.4}), met) > 4


def test_at_the_ends_of_the_dial_are_the_pure_policies():
    for seed in range(20):
        terms = Terms(seed=seed, candidates=16)
        mixed = LookAhead(PRIOR, TUNED)
        assert mixed.plan(BEFORE, 0, 32, replace(terms, dial=0.0)) == LookAhead(PRIOR).plan(BEFORE, 0, 32, terms)
        assert mixed.plan(BEFORE, 0, 32, replace(terms, dial=1.0)) == LookAhead(TUNED).plan(BEFORE, 0, 32, terms)


def test_at_the_low_end_of_the_dial_rules_are_silent():
    terms = Terms(seed=1, candidates=16, dial=0.0)
    ruled = LookAhead(PRIOR, PRIOR, judge(holds, dial=0.0)).plan(BEFORE, 0, 32, terms)
    assert ruled == LookAhead(PRIOR).plan(BEFORE, 0, 32, terms)


def test_half_way_the_mix_is_log_linear():
    terms = Terms(dial=0.25, temperature=0.8)
    (odds,) = LookAhead(PRIOR, TUNED).odds(BEFORE, 0, [4], terms)
    mixed = (0.75 * PRIOR_TABLE.logits[5] + 0.25 * TUNED_TABLE.logits[5]) / 0.8
    assert odds.mixed[0] == pytest.approx(mixed - np.log(np.exp(mixed).sum()), abs=1e-5)
    assert np.exp(odds.mixed).sum() == pytest.approx(1)


def test_the_weight_of_now_is_heard():
    """Raising a rule's weight raises what it pays, step by step."""
    paid = []
    for weight in (-1.0, 0.0, 0.5, 2.0):
        look_ahead = LookAhead(PRIOR, TUNED, judge(holds, holds=weight))
        plans = [look_ahead.plan(BEFORE, 0, 16, Terms(seed=seed, candidates=32)).events for seed in range(40)]
        paid.append(sum(plan.count(HOLD) for plan in plans))
    assert paid == sorted(paid)
    assert paid[-1] > 2 * paid[0]


def test_the_same_request_gives_the_same_choice():
    look_ahead = LookAhead(PRIOR, TUNED, judge(high_end, holds))
    terms = Terms(seed=3, candidates=64)
    assert look_ahead.plan(BEFORE, 0, 32, terms) == look_ahead.plan(BEFORE, 0, 32, terms)
    assert look_ahead.plan(BEFORE, 0, 32, terms) != look_ahead.plan(BEFORE, 0, 32, replace(terms, seed=4))


def test_a_real_network_among_copies_plays_what_it_plays_alone(random_model: str):
    """States follow their candidates through draws and resampling."""
    ear = Ear(checkpoint.load(random_model).policy())
    look_ahead = LookAhead(ear, ear, judge(holds))
    choice = look_ahead.plan([14, 1], 2, 24, Terms(seed=1, candidates=32))
    met = look_ahead.odds([14, 1], 2, choice.events, Terms())
    single = LookAhead(ear).odds([14, 1], 2, choice.events, Terms())
    assert [odds.prior.tolist() for odds in met] == [odds.prior.tolist() for odds in single]
    chances = [float(np.exp(odds.prior[0, event])) for odds, event in zip(met, choice.events, strict=True)]
    assert min(chances) > 0


def test_rivals_are_others_the_best_first():
    choice = LookAhead(PRIOR, PRIOR, judge(holds)).plan(BEFORE, 0, 12, Terms(seed=1, candidates=64))
    assert choice.events not in choice.rivals
    assert len(choice.rivals) == 3
    assert choice.chances[1:] == sorted(choice.chances[1:], reverse=True)
    assert sum(choice.chances) <= 1 + 1e-9


def test_a_plan_that_is_no_longer_wanted_ends_between_steps():
    asked = iter([False, False, True])
    with pytest.raises(Superseded):
        LookAhead(PRIOR).plan(BEFORE, 0, 32, Terms(), lambda: next(asked))
    assert next(asked, None) is None


def test_register_and_chord_bound_the_pitches():
    (odds,) = LookAhead(PRIOR).odds(BEFORE, 0, [4], Terms(lowest=50, highest=55, key=Key(), chord=frozenset({3})))
    allowed = {OCTAVE.pitch(event) for event in np.flatnonzero(np.isfinite(odds.mixed[0])).tolist() if event >= 2}
    assert allowed == {50, 51, 52, 53, 55}


def test_a_register_without_pitches_is_refused():
    with pytest.raises(BadInput, match="between 90 and 100"):
        LookAhead(PRIOR).plan([], 0, 4, Terms(lowest=90, highest=100))


def test_policies_of_different_pitches_do_not_mix(random_model: str):
    with pytest.raises(BadInput, match="different pitches"):
        LookAhead(PRIOR, Ear(checkpoint.load(random_model).policy())).plan([], 0, 4)


@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_density_doubles_the_odds_that_a_note_starts(temperature: float):
    def odds_of_a_note(density: float) -> float:
        (odds,) = LookAhead(PRIOR).odds(BEFORE, 0, [4], Terms(density=density, temperature=temperature))
        starts = np.exp(odds.mixed[0, FIRST_PITCH:]).sum()
        return starts / (1 - starts)

    assert odds_of_a_note(2) == pytest.approx(4 * odds_of_a_note(0))
    assert odds_of_a_note(-1) == pytest.approx(odds_of_a_note(0) / 2)


def test_copies_part_as_evenly_as_the_odds_allow():
    candidates = Candidates([5], 4, 64)
    log_q = np.log(np.array([[0.25, 0.5, 0.125, 0.125]]))
    assert candidates.draw(log_q, log_q, np.random.default_rng(1)).tolist() == [0, 0, 0, 0]
    assert candidates.drawn[:, 0].tolist() == [0, 1, 2, 3]
    assert np.abs(candidates.copies - [16, 32, 8, 8]).max() <= 1
    assert candidates.copies.sum() == 64
    assert candidates.sounding.tolist() == [False, True, True, True]


def test_resampling_makes_copies_by_weight():
    candidates = Candidates([5], 4, 100)
    log_q = np.log(np.full((1, 4), 0.25))
    candidates.draw(log_q, log_q, np.random.default_rng(1))
    candidates.log_weights += np.log([1e-9, 0.9, 0.1, 1e-9])
    kept = candidates.resample(np.random.default_rng(1))
    assert kept.tolist() == [1, 2]
    assert np.abs(candidates.copies - [90, 10]).max() <= 1
    assert not candidates.log_weights.any()
    assert candidates.drawn[:, 0].tolist() == [1, 2]


def test_where_weights_are_even_nothing_is_resampled():
    candidates = Candidates([5], 4, 16)
    log_q = np.log(np.full((1, 4), 0.25))
    candidates.draw(log_q, log_q, np.random.default_rng(1))
    candidates.log_weights += [0.0, 0.1, 0.2, 0.3]
    assert len(candidates.resample(np.random.default_rng(1))) == 4
    assert candidates.log_weights.any()
