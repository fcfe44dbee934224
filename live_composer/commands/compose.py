"""`live-composer compose`: a melody, drawn from a model, written to a MIDI file."""

from __future__ import annotations

import json
import shutil
import sys
from typing import TYPE_CHECKING

from live_composer.commands.plugins import folders, limited, pairs, quiet, say
from live_composer.config import Compose
from live_composer.errors import BadInput
from live_composer.live import take_file
from live_composer.live.values import Values
from live_composer.live.wishes import Wishes
from live_composer.live.written import written
from live_composer.music import audio, midi_file, piano_roll
from live_composer.music.key import Key
from live_composer.music.melody import Melody
from live_composer.music.metre import COMMON_TIME, Metre
from live_composer.music.vocabulary import HOLD
from live_composer.plan.planner import Planner
from live_composer.policy import checkpoint
from live_composer.rules import book_file
from live_composer.wire.messages import Plan, PlanFailed, PlanRequest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from live_composer.parameters.kinds import Value

_ABOUT_NOTES = {"notes", "taste", "rules"}
_OPTIONS = {"key", "metre", "model", "seed", "temperature"}
"""Parameters that have options of their own."""
_CLOSE = "close"
"""The rule of how a melody ends: it joins any book, for what is written has an end, and live playing none."""


def compose(*, config: Compose = Compose()) -> None:
    """Write a melody to a MIDI file; the same seed gives the same file."""
    if config.again:
        _again(config, config.again)
        return
    key = Key.parse(config.key) if config.key else None
    metre = Metre.parse(config.metre) if config.metre else None
    model = checkpoint.load(config.model)
    vocabulary = model.shape.vocabulary
    before: list[int] = []
    if config.prime:
        prime = midi_file.read_melody(config.prime, vocabulary)
        key, metre = key or midi_file.read_key(config.prime, prime), metre or prime.metre
        home = midi_file.read_melody(config.prime, vocabulary, -key.shift)
        # The continuation begins on a bar line.
        before = [*home.events.tolist(), *[HOLD] * (-len(home) % metre.steps_per_bar)]
    key, metre = key or Key(), metre or COMMON_TIME
    wishes = Wishes.of(_values(config, key, metre), vocabulary)
    drawn = written(wishes, before, config.bars, _planner(config, "This"))
    melody = Melody.of([*before, *drawn], metre, vocabulary)
    midi_file.write_melody(config.output, melody, config.tempo, key)
    if config.audio:
        audio.render(config.output, config.audio, config.soundfont)
    if config.json:
        report = {
            "output": str(config.output),
            "audio": str(config.audio) if config.audio else None,
            "model": model.card.name,
            "book": wishes.book,
            "key": str(key),
            "metre": str(metre),
            "seed": config.seed,
            "events": melody.events.tolist(),
        }
        print(json.dumps(report))
        return
    by = f"by {model.card.name} and {wishes.book}, seed {config.seed}"
    print(f"{config.output}: {melody.bars:g} bars in {key}, {metre}, {by}")
    if sys.stdout.isatty():
        print("\n".join(piano_roll.draw(melody, shutil.get_terminal_size().columns, key.shift)))


def _values(config: Compose, key: Key, metre: Metre) -> Values:
    """Return what is asked of the notes: the same parameters as of music that plays, where they are about notes."""
    others = pairs(config.set)
    book = others.get("book", config.book)
    given: dict[str, Value] = {"book": book, "key": str(key), "metre": str(metre)}
    given |= {name: getattr(config, name) for name in ("model", "seed", "temperature")}
    weights = book_file.weights(book_file.find(book, folders(config.plugins)))
    values = Values(given, {_CLOSE: config.close} | weights)
    for name, text in others.items():
        parameter = values.find(name)
        if parameter.group not in _ABOUT_NOTES or parameter.name in _OPTIONS:
            raise BadInput(f"`--set {name}` says nothing to compose; it takes parameters of notes, taste and rules.")
        values.set(name, text, text=True)
    return values


def _planner(config: Compose, what: str) -> Callable[[PlanRequest], Plan]:
    """Return who plans; what goes wrong is told of `what` is written. Rules that cannot be used are told once."""
    planner, told = Planner("cpu", folders(config.plugins)), set[str]()

    def answer(request: PlanRequest) -> Plan:
        with quiet(), limited():
            plan = planner.answer(request)
        if isinstance(plan, PlanFailed):
            raise BadInput(f"{what} cannot be made: {plan.reason}")
        lines = [*(f"The rule {rule} is off: {reason}." for rule, reason in plan.off.items()), *plan.notices]
        say(line for line in lines if line not in told)
        told.update(lines)
        return plan

    return answer


def _again(config: Compose, path: Path) -> None:
    """Make a take again, from what it says of its making."""
    take = take_file.read(path)
    events, differ = take_file.plan_again(take, _planner(config, str(path)))
    take_file.write(config.output, take, take_file.perform_again(take, events))
    if config.audio:
        audio.render(config.output, config.audio, config.soundfont)
    if config.json:
        print(json.dumps({"output": str(config.output), "model": take.model, "events": events, "differ": differ}))
        return
    same = f"{differ} steps differ: its model or rules are not what they were" if differ else "note for note"
    print(f"{config.output}: {take.name}, {take.bars} bars in {take.key}, again, {same}")
