"""Rules on real tunes and on spoilt ones, and how fast they are: what each rule says a bar, and events a second.

    python benchmarks/rules.py [--book house] [--corpus corpora/default] [--tunes 400]

Without a corpus the three tunes that ship with the rules are taken.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from machine import machine

from live_composer.corpus import store
from live_composer.music.key import Key
from live_composer.music.melody import heard_key
from live_composer.music.vocabulary import FIRST_PITCH
from live_composer.rules import Rule, book_file, discovery
from live_composer.rules.check import steps_per_second
from live_composer.rules.explain import pick_up_steps
from live_composer.rules.tunes import TUNES

if TYPE_CHECKING:
    from collections.abc import Callable

    from live_composer.music.melody import Melody
    from live_composer.rules import Tokens
    from live_composer.rules.book import RuleBook


def as_it_is(events: Tokens, _: Melody, __: np.random.Generator) -> Tokens:
    return events


def bars_shuffled(events: Tokens, melody: Melody, chance: np.random.Generator) -> Tokens:
    per_bar, first = melody.metre.steps_per_bar, pick_up_steps(melody)
    whole = (len(events) - first) // per_bar * per_bar
    bars = events[first : first + whole].reshape(-1, per_bar)
    return np.concatenate([events[:first], chance.permutation(bars).ravel(), events[first + whole :]])


def pitches_shuffled(events: Tokens, _: Melody, chance: np.random.Generator) -> Tokens:
    spoilt, starts = events.copy(), events >= FIRST_PITCH
    spoilt[starts] = chance.permutation(spoilt[starts])
    return spoilt


def steps_shuffled(events: Tokens, _: Melody, chance: np.random.Generator) -> Tokens:
    return chance.permutation(events)


def noise(events: Tokens, melody: Melody, chance: np.random.Generator) -> Tokens:
    return chance.integers(0, melody.vocabulary.size, len(events))


def stuck(events: Tokens, _: Melody, chance: np.random.Generator) -> Tokens:
    """Every other note is the one before, or the one before that: what cautious networks do."""
    spoilt, starts = events.copy(), np.flatnonzero(events >= FIRST_PITCH)
    for index in range(2, len(starts)):
        if chance.random() < 0.7:
            spoilt[starts[index]] = spoilt[starts[index - chance.integers(1, 3)]]
    return spoilt


SPOILT = {
    "tunes": as_it_is,
    "bars shuffled": bars_shuffled,
    "pitches shuffled": pitches_shuffled,
    "steps shuffled": steps_shuffled,
    "noise": noise,
    "stuck": stuck,
}


def tunes(folder: Path, count: int) -> list[tuple[Melody, Key]]:
    if not folder.is_dir():
        return [(melody, heard_key(melody)) for melody in TUNES.values()]
    corpus = store.load(folder)
    chosen = np.random.default_rng(1).permutation(len(corpus.melodies))[:count].tolist()
    return [(corpus.melodies[index], Key.parse(corpus.tunes[index].key).home) for index in chosen]


def said(book: RuleBook, music: list[tuple[Melody, Key]], spoil: Callable[..., Tokens]) -> np.ndarray:
    """Return what each rule says a bar of each tune: (tunes, rules)."""
    chance = np.random.default_rng(2)
    rows = []
    for melody, key in music:
        first = pick_up_steps(melody)
        context = book.context(key=key, metre=melody.metre, first_step=-first, length=len(melody) - first)
        events = spoil(melody.events.astype(np.int64), melody, chance)
        rows.append(book.score(events[None], context).sum(axis=(1, 2)) / melody.bars)
    return np.array(rows)


def speed(rule: Rule) -> str:
    by_note = replace(rule, batch_form=None)
    return f"{steps_per_second(rule, 1024) / 1e6:8.1f} M{steps_per_second(by_note, 64) / 1e3:8.0f} k"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--book", default="house")
    parser.add_argument("--corpus", type=Path, default=Path("corpora/default"))
    parser.add_argument("--tunes", type=int, default=400)
    options = parser.parse_args()
    book = book_file.load(book_file.find(options.book), discovery.discover())
    music = tunes(options.corpus, options.tunes)
    print(machine())
    print(f"book {book.name}, {len(music)} tunes of {options.corpus if options.corpus.is_dir() else 'the package'}\n")
    columns = {name: said(book, music, spoil) for name, spoil in SPOILT.items()}
    print("said a bar, unweighted (a star: tunes are better by more than two standard errors)")
    print(f"{'':24}" + "".join(f"{name:>18}" for name in columns) + f"{'batch':>12}{'note':>10} events/s")
    for index, rule in enumerate(book.rules):
        cells = ""
        for values in columns.values():
            difference = columns["tunes"][:, index] - values[:, index]
            error = difference.std() / np.sqrt(len(difference))
            star = "*" if difference.mean() > max(2 * error, 1e-9) else " "
            cells += f"{values[:, index].mean():17.3f}{star}"
        print(f"{rule.name:24}{cells}  {speed(rule)}")


if __name__ == "__main__":
    main()
