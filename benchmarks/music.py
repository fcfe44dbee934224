"""Do the models' melodies look like those they learnt from? Shares of repeated notes, notes in key and holds.

python benchmarks/music.py [MODEL ...] [--corpus corpora/default] [--melodies 200] [--steps 32]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from machine import machine
from numpy.typing import NDArray

from live_composer.corpus import store
from live_composer.music.metre import COMMON_TIME, place
from live_composer.music.vocabulary import FIRST_PITCH, HOLD, NOTE_OFF, START
from live_composer.policy import checkpoint, sampling

Melodies = NDArray[np.int64]
WHITE = {0, 2, 4, 5, 7, 9, 11}


def sampled(model: str, count: int, steps: int) -> Melodies:
    """Draw melodies from a model, all events allowed, in common time."""
    policy = checkpoint.load(model).policy()
    chance = np.random.default_rng(1)
    state, events = policy.start(count), np.full(count, START)
    drawn: list[Melodies] = []
    for step in range(steps):
        logits, state = policy.step(state, events, np.full(count, place(COMMON_TIME, step)))
        events = sampling.draw(sampling.log_probabilities(logits), chance.random(count))
        drawn.append(events)
    return np.stack(drawn, axis=1)


def of_the_corpus(folder: Path, steps: int) -> Melodies:
    """The beginnings of the test tunes."""
    tunes = [melody.events[:steps] for melody in store.load(folder).split("test") if len(melody) >= steps]
    return np.stack(tunes).astype(np.int64)


def repeated(events: list[int]) -> bool:
    """Say whether the last event repeats too often what came before (Jaques et al. 2016; more than four in a row)."""
    *before, last = events
    count, apart = 0, False
    for event in reversed(before):
        if event == last:
            count += 1
        elif event < FIRST_PITCH:
            apart = True
        else:
            break
    return count > 1 if last == NOTE_OFF else count > (6 if apart else 4)


def figures(melodies: Melodies) -> dict[str, float]:
    """Return shares in percent."""
    told = [
        (event, repeated([*melody[:step], event])) for melody in melodies.tolist() for step, event in enumerate(melody)
    ]
    notes = [(event, excess) for event, excess in told if event >= FIRST_PITCH]
    lowest = 48
    return {
        "steps repeated": 100 * float(np.mean([excess for _, excess in told])),
        "notes repeated": 100 * float(np.mean([excess for _, excess in notes])),
        "notes in key": 100 * float(np.mean([(event - FIRST_PITCH + lowest) % 12 in WHITE for event, _ in notes])),
        "holds": 100 * float((melodies == HOLD).mean()),
        "note offs": 100 * float((melodies == NOTE_OFF).mean()),
        "distinct pitches": float(np.mean([len(set(m) - {HOLD, NOTE_OFF}) for m in melodies.tolist()])),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", default=["note-rnn", "note-rnn-large"])
    parser.add_argument("--corpus", type=Path, default=Path("corpora/default"))
    parser.add_argument("--melodies", type=int, default=200)
    parser.add_argument("--steps", type=int, default=32)
    options = parser.parse_args()
    rows = {name: figures(sampled(name, options.melodies, options.steps)) for name in options.models}
    if (options.corpus / "corpus.json").exists():
        rows["tunes of the test split"] = figures(of_the_corpus(options.corpus, options.steps))
    print(machine())
    columns = list(next(iter(rows.values())))
    print(f"{'percent':<26}" + "".join(f"{column:>18}" for column in columns))
    for name, row in rows.items():
        print(f"{name:<26}" + "".join(f"{row[column]:18.1f}" for column in columns))


if __name__ == "__main__":
    main()
