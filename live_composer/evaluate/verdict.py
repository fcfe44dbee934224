"""What an evaluation found, as a machine reads it: the page, the pictures and the terminal are made from this alone."""

from __future__ import annotations

from typing import Any

import msgspec

from live_composer.errors import BadFile
from live_composer.evaluate.limit import Limit
from live_composer.measures.estimates import Estimate

FORMAT = 1


class Judged(msgspec.Struct, frozen=True):
    """One model.

    Attributes:
        name: the model's name.
        command: what made it, as its card says.
        table: the rows of the paper's Table 1 and those beside them, by key.
        health: the figures of health, by key.
        rules: what each rule of the book pays a melody, weighted by the book.
        reward: their sum, a melody.
        log_p: the log likelihood of a melody under the prior, in nats.
        log_p_step: the same a step.
        log_p_note: the same a note that starts.
        kl: how far the policy went from the prior, in nats a melody.
        j: reward / c - kl, in nats a melody: what KL control maximises.
        by_step: means over melodies at each step, of `reward`, `log_p` and `kl`.
        examples: the first melodies drawn, unselected.
    """

    name: str
    command: str
    table: dict[str, Estimate]
    health: dict[str, Estimate]
    rules: dict[str, Estimate]
    reward: Estimate
    log_p: Estimate
    log_p_step: Estimate
    log_p_note: Estimate
    kl: Estimate
    j: Estimate
    by_step: dict[str, list[float]]
    examples: list[list[int]]


class Tunes(msgspec.Struct, frozen=True):
    """How real tunes begin, measured in the same way.

    Attributes:
        corpus: what it is, and the command that builds it.
        sha256: of its melodies.
        metre: of the tunes.
        steps: how much of each tune.
        pieces: how many tunes.
        table: as of a model.
        health: as of a model; `tune` is how far tunes held out are from those learnt from.
    """

    corpus: str
    sha256: str
    metre: str
    steps: int
    pieces: int
    table: dict[str, Estimate]
    health: dict[str, Estimate]


class Verdict(msgspec.Struct, frozen=True):
    """A whole evaluation.

    Attributes:
        book: the rule book's name.
        weights: of its rules.
        off: rules that could not be used, with the reason.
        prior: the prior's name.
        c: nats are rewards divided by it.
        key: of the melodies.
        metre: of the melodies.
        steps: the length of a melody.
        lowest: the lowest MIDI pitch of the vocabulary.
        highest: the highest.
        melodies: how many were drawn from each model.
        pool: of how many the figures of a whole pool were taken.
        seed: of everything random.
        command: what was typed.
        models: what was found of each.
        tunes: real tunes beside them.
        limit: the distance to the limit.
        optimum: the rows of Table 1 of the best policy there can be, as far as the walkers of the limit found it. They
            are not independent, so no interval is told.
        format: the version of this schema.
    """

    book: str
    weights: dict[str, float]
    off: dict[str, str]
    prior: str
    c: float
    key: str
    metre: str
    steps: int
    lowest: int
    highest: int
    melodies: int
    pool: int
    seed: int
    command: str
    models: list[Judged]
    tunes: Tunes | None = None
    limit: Limit | None = None
    optimum: dict[str, Estimate] = {}
    format: int = FORMAT


def decode(data: bytes, name: str, kind: type[Any]) -> Any:
    """Read JSON of one of our kinds.

    Raises:
        BadFile: it is none.
    """
    try:
        found = msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadFile(f"{name} is not what `live-composer evaluate` writes: {error}.") from error
    if getattr(found, "format", FORMAT) != FORMAT:
        raise BadFile(f"{name} is of format {found.format}, and this version reads {FORMAT}; evaluate again.")
    return found
