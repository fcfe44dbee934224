"""`live-composer rules score`: every rule's value at every step of melodies, as JSON."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from live_composer import files
from live_composer.commands.plugins import open_book, quiet
from live_composer.config import RulesScore
from live_composer.errors import BadFile, BadInput
from live_composer.music.key import Key
from live_composer.music.melody import Melody
from live_composer.music.metre import Metre

if TYPE_CHECKING:
    from pathlib import Path

    from live_composer.rules.book import RuleBook
    from live_composer.rules.context import Context

_LARGEST = 1 << 28


def score(*, config: RulesScore = RulesScore()) -> None:
    """Print every rule's value at every step of melodies, as JSON."""
    melodies = _read(config.events)
    book = open_book(config.book, config.plugins)
    context = book.context(
        key=Key.parse(config.key) if config.key else book.key,
        metre=Metre.parse(config.metre),
        length=config.length or book.length,
    )
    with quiet():
        scored = [_score(book, melody, context) for melody in melodies]
    report = {
        "book": book.name,
        "key": str(context.key),
        "metre": str(context.metre),
        "length": context.length,
        "weights": book.weights,
        "off": book.quarantined,
        "melodies": scored,
    }
    print(json.dumps(report))


def _score(book: RuleBook, melody: Melody, context: Context) -> dict[str, Any]:
    # Adding 0 makes a plain 0 of -0.
    values = book.score(melody.events[None].astype(np.int64), context)[:, 0] + 0.0
    weights = np.array([book.weights[rule.name] for rule in book.rules])
    return {
        "values": {rule.name: row.tolist() for rule, row in zip(book.rules, values, strict=True)},
        "reward": (weights @ values).tolist(),
    }


def _read(path: Path) -> list[Melody]:
    """Read a JSON list of lists of events.

    Raises:
        BadFile: it is none, or holds what is no event; melody and step are told.
    """
    if str(path) != "-":
        data, name = files.read_bytes(path, "list of melodies", _LARGEST), str(path)
    elif sys.stdin.isatty():
        raise BadInput("There are no melodies; give --events FILE, or pipe JSON into this command.")
    else:
        data, name = sys.stdin.buffer.read(), "The standard input"
    try:
        melodies = msgspec.json.decode(data, type=list[list[int]])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadFile(f"{name} is no JSON list of lists of events: {error}.") from error
    return [_melody(events, f"{name}, melody {number}") for number, events in enumerate(melodies)]


def _melody(events: list[int], where: str) -> Melody:
    if not events:
        raise BadFile(f"{where} has no events.")
    try:
        return Melody.of(events)
    except BadInput as error:
        raise BadFile(f"{where}: {error}") from error
    except OverflowError as error:
        raise BadFile(f"{where} holds a number that is far from any event.") from error
