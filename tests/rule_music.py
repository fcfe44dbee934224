"""Music on which rules are tried: melodies full of what rules look for, with the contexts they meet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import strategies as st
from strategies import vocabularies

from live_composer.music.key import SCALES, Key
from live_composer.music.metre import Metre
from live_composer.music.vocabulary import DEFAULT, FIRST_PITCH, HOLD, NOTE_OFF
from live_composer.rules import Context, Rule, Tokens
from live_composer.rules.discovery import import_file

PLUGINS = Path(__file__).parents[1] / "plugins"

metres = st.sampled_from([Metre(4, 4), Metre(3, 4), Metre(6, 8), Metre(2, 4), Metre(5, 8), Metre(12, 8), Metre(1, 8)])
KINDS = ["scrap", "long", "off", "row", "again", "noise"]
keys = st.builds(Key, st.integers(0, 11), st.sampled_from(sorted(SCALES)))


@st.composite
def contexts(draw: st.DrawFn) -> Context:
    """Any key, metre, length, place, chord and range of pitches."""
    first_step = draw(st.sampled_from([0, 0, -16, -3, 5, 48]) | st.integers(-40, 200))
    return Context(
        key=draw(keys),
        metre=draw(metres),
        length=draw(st.none() | st.just(32) | st.integers(max(1, first_step + 1), first_step + 100)),
        first_step=first_step,
        chord=draw(st.frozensets(st.integers(0, 11), max_size=4)),
        phrase=draw(st.integers(1, 4)),
        vocabulary=draw(st.just(DEFAULT) | vocabularies()),
    )


@st.composite
def events(draw: st.DrawFn, size: int) -> list[int]:
    """A melody of few distinct events: scraps, long notes, long rests, one event many times, what came before again."""
    pitches = st.sampled_from(draw(st.lists(st.integers(FIRST_PITCH, size - 1), min_size=1, max_size=5)))
    event = st.just(HOLD) | st.just(NOTE_OFF) | pitches
    length = st.integers(1, 20)
    melody: list[int] = []
    for kind in draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=8)):
        many = draw(length)
        if kind == "scrap":
            melody += draw(st.lists(event, min_size=many, max_size=many))
        elif kind == "long":
            melody += [draw(pitches), *[HOLD] * many]
        elif kind == "off":
            melody += [draw(pitches), NOTE_OFF, *[HOLD] * many]
        elif kind == "row":
            melody += [draw(event)] * many
        elif kind == "again":
            begin = draw(st.integers(0, len(melody)))
            melody += melody[begin : begin + 16] + melody[begin : begin + draw(length)]
        else:
            melody += draw(st.lists(st.integers(0, size - 1), min_size=many, max_size=many))
    return melody[:80] or [draw(event)]


@st.composite
def music(draw: st.DrawFn) -> tuple[Tokens, Context]:
    """A few melodies of one length, with their context."""
    context = draw(contexts())
    drawn = draw(st.lists(events(context.vocabulary.size), min_size=1, max_size=3))
    steps = min(map(len, drawn))
    return np.array([melody[:steps] for melody in drawn], dtype=np.int64), context


def rules_of(pattern: str) -> dict[str, Rule]:
    """Return the rules of the shipped plug-in files of a pattern, by name."""
    found = [rule for path in sorted(PLUGINS.glob(pattern)) for rule in import_file(path)]
    assert all(isinstance(rule, Rule) for rule in found), found
    return {rule.name: rule for rule in found}
