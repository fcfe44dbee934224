"""`live-composer compose`: a melody, drawn from a model, written to a MIDI file."""

from __future__ import annotations

import json
import shutil
import sys
from typing import TYPE_CHECKING

from live_composer.config import Compose
from live_composer.errors import BadInput
from live_composer.live import take_file
from live_composer.music import audio, midi_file, piano_roll
from live_composer.music.key import Key
from live_composer.music.melody import Melody, heard_key
from live_composer.music.metre import COMMON_TIME, Metre
from live_composer.music.vocabulary import HOLD
from live_composer.plan.ear import Ear
from live_composer.plan.look_ahead import LookAhead
from live_composer.plan.planner import Planner
from live_composer.plan.terms import Terms
from live_composer.policy import checkpoint
from live_composer.wire.messages import Plan, PlanFailed, PlanRequest

if TYPE_CHECKING:
    from pathlib import Path


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
        key, metre = key or heard_key(prime), metre or prime.metre
        home = midi_file.read_melody(config.prime, vocabulary, -key.shift)
        # The continuation begins on a bar line.
        before = [*home.events.tolist(), *[HOLD] * (-len(home) % metre.steps_per_bar)]
    key, metre = key or Key(), metre or COMMON_TIME
    drawn = (
        LookAhead(Ear(model.policy()))
        .plan(
            before,
            len(before),
            config.bars * metre.steps_per_bar,
            Terms(metre=metre, key=key, temperature=config.temperature, seed=config.seed),
        )
        .events
    )
    melody = Melody.of([*before, *drawn], metre, vocabulary)
    midi_file.write_melody(config.output, melody, config.tempo, key.shift)
    if config.audio:
        audio.render(config.output, config.audio, config.soundfont)
    if config.json:
        report = {
            "output": str(config.output),
            "audio": str(config.audio) if config.audio else None,
            "model": model.card.name,
            "key": str(key),
            "metre": str(metre),
            "seed": config.seed,
            "events": melody.events.tolist(),
        }
        print(json.dumps(report))
        return
    print(f"{config.output}: {melody.bars:g} bars in {key}, {metre}, by {model.card.name}, seed {config.seed}")
    if sys.stdout.isatty():
        print("\n".join(piano_roll.draw(melody, shutil.get_terminal_size().columns, key.shift)))


def _again(config: Compose, path: Path) -> None:
    """Make a take again, from what it says of its making."""
    take = take_file.read(path)
    planner = Planner("cpu")

    def answer(request: PlanRequest) -> Plan:
        plan = planner.answer(request)
        if isinstance(plan, PlanFailed):
            raise BadInput(f"{path} cannot be made again: {plan.reason}")
        return plan

    events, differ = take_file.plan_again(take, answer)
    take_file.write(config.output, take, take_file.perform_again(take, events))
    if config.audio:
        audio.render(config.output, config.audio, config.soundfont)
    if config.json:
        print(json.dumps({"output": str(config.output), "model": take.model, "events": events, "differ": differ}))
        return
    same = f"{differ} steps differ: its model or rules are not what they were" if differ else "note for note"
    print(f"{config.output}: {take.name}, {take.bars} bars in {take.key}, again, {same}")
