"""Sampling draws what is allowed, as often as it should."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from live_composer.music.key import Key
from live_composer.music.melody import canonical, sounding_after
from live_composer.music.vocabulary import DEFAULT, HOLD, NOTE_OFF
from live_composer.policy import sampling

logits = arrays.arrays(np.float32, (3, DEFAULT.size), elements=st.floats(-20, 20, width=32))
masks = arrays.arrays(np.bool_, (DEFAULT.size,)).filter(np.any)
uniforms = arrays.arrays(np.float64, (3,), elements=st.floats(0, 1, exclude_max=True))


@given(logits, masks, uniforms, st.floats(0.05, 5))
def test_only_what_the_mask_allows_is_drawn(found: np.ndarray, mask: np.ndarray, uniform: np.ndarray, heat: float):
    log_p = sampling.log_probabilities(found, heat, mask)

    np.testing.assert_allclose(np.exp(log_p).sum(axis=-1), 1)
    assert np.isneginf(log_p[:, ~mask]).all()
    assert mask[sampling.draw(log_p, uniform)].all()


def test_events_are_drawn_as_often_as_they_are_likely():
    p = np.array([0.5, 0.0, 0.25, 0.25])
    with np.errstate(divide="ignore"):
        log_p = np.log(np.tile(p, (20_000, 1)))

    drawn = sampling.draw(log_p, np.random.default_rng(1).random(20_000))

    np.testing.assert_allclose(np.bincount(drawn, minlength=4) / 20_000, p, atol=0.02)


def test_cold_sampling_takes_the_likeliest_and_hot_sampling_any():
    found = np.array([[0.0, 1.0, 0.5]], dtype=np.float32)

    cold = np.exp(sampling.log_probabilities(found, 0.01))
    hot = np.exp(sampling.log_probabilities(found, 1000.0))

    np.testing.assert_allclose(cold, [[0, 1, 0]], atol=1e-12)
    np.testing.assert_allclose(hot, 1 / 3, atol=1e-3)


def test_a_key_allows_its_scale_holds_and_note_offs():
    mask = sampling.key_mask(Key.parse("D"), DEFAULT)

    assert mask[[NOTE_OFF, HOLD]].all()
    assert {DEFAULT.pitch(event) % 12 for event in np.flatnonzero(mask)[2:].tolist()} == {1, 2, 4, 6, 7, 9, 11}


@pytest.mark.parametrize(("lowest", "highest", "allowed"), [(60, 64, 5), (0, 127, 36), (90, 99, 0)])
def test_a_register_allows_its_pitches(lowest: int, highest: int, allowed: int):
    assert sampling.register_mask(lowest, highest, DEFAULT).sum() == allowed + 2


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30))
def test_what_the_canonical_mask_allows_is_canonical(wanted: list[int]):
    sounding = np.array([False])
    events: list[int] = []
    for event in wanted:
        allowed = sampling.canonical_mask(sounding, DEFAULT)[0, event]
        events.append(event if allowed else HOLD)
        sounding = sampling.now_sounding(sounding, np.array(events[-1:]))

    found = np.array(events, dtype=np.int8)
    np.testing.assert_array_equal(canonical(found), found)
    assert bool(sounding[0]) == sounding_after(found)
