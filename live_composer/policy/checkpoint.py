"""Checkpoints: `NAME.json`, the card that says what the weights are, beside `NAME.safetensors`, the weights."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import safetensors
import safetensors.numpy

from live_composer import files, paths
from live_composer.errors import BadInput, BadModel, LiveComposerError, nearest
from live_composer.music.vocabulary import Vocabulary
from live_composer.policy.numpy_rnn import NumpyRnn
from live_composer.policy.shape import Shape
from live_composer.policy.summed import summed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from live_composer.policy.policy import Floats, Policy

FORMAT = 1
BASE = "base."
"""What the names of the second network's weights begin with."""
_NAME = re.compile(r"\w[\w.+-]{0,99}")
_LARGEST_WEIGHTS = 256 << 20
_LARGEST_CARD = 1 << 20


class Network(msgspec.Struct, frozen=True):
    """The shape of the network, as the card writes it."""

    hidden: int
    layers: int
    metre: bool
    lowest: int
    highest: int
    phrase: int = 0

    @property
    def shape(self) -> Shape:
        """The same as a policy wants it."""
        return Shape(self.hidden, self.layers, self.metre, Vocabulary(self.lowest, self.highest), self.phrase)


class Tuning(msgspec.Struct, frozen=True):
    """How a model was tuned.

    Attributes:
        algorithm: psi, q, g or pg.
        book: the rule book, whose rules and weights the card has.
        key: of the melodies it was tuned on.
        metre: of them; several are named one after the other, `4/4, 3/4`.
        steps: of each, in the first metre.
        c: a reward was worth 1/c nats.
        prior_weight: how much the prior counted.
        prior: the model that was tuned.
        prior_sha256: of its weights.
        recipe: the rest of what decided how.
    """

    algorithm: str
    book: str
    key: str
    metre: str
    steps: int
    c: float
    prior_weight: float
    prior: str
    prior_sha256: str
    recipe: dict[str, Any] = {}


class Card(msgspec.Struct, frozen=True, omit_defaults=False):
    """The truth about a model.

    Attributes:
        name: the model's name.
        network: the shape that the weights must have.
        sha256: of the weights file; weights that differ are refused.
        data: what it learnt from.
        licence: the licence of the weights, and what is known of the data's.
        command: what was typed to make it.
        seed: the seed of everything random.
        commit: the project's commit that made it.
        rules: rule names with weights, for a tuned model.
        metrics: what was measured on held-out data (losses in nats a step).
        base: the shape of a second network, whose logits are added to the first's (the prior that a G-network stands
            on); its weights are in the same file, their names after `base.`.
        tuning: how it was tuned, for a tuned model.
        format: the version of this schema.
    """

    name: str
    network: Network
    sha256: str
    data: str
    licence: str
    command: str
    seed: int
    commit: str
    rules: dict[str, float] = {}
    metrics: dict[str, Any] = {}
    base: Network | None = None
    tuning: Tuning | None = None
    format: int = FORMAT


class Checkpoint(msgspec.Struct, frozen=True):
    """A card and the weights that it speaks of."""

    card: Card
    weights: dict[str, Any]

    @property
    def shape(self) -> Shape:
        """The network's shape; where there are two, that of the one that was tuned."""
        return self.card.network.shape

    @property
    def networks(self) -> list[tuple[Shape, dict[str, Floats]]]:
        """The shape and weights of each network; the model's logits are the sum of theirs."""
        own = {name: array for name, array in self.weights.items() if not name.startswith(BASE)}
        base = {name.removeprefix(BASE): array for name, array in self.weights.items() if name.startswith(BASE)}
        return [(self.shape, own), *([(self.card.base.shape, base)] if self.card.base else [])]

    def policy(self) -> Policy:
        """Return the numpy engine with these weights."""
        return summed([NumpyRnn(shape, weights) for shape, weights in self.networks])


def find(name: str, folders: Sequence[Path] | None = None) -> Path:
    """Return the card of a model, by its name in the models folders or by a path (with or without ending).

    Args:
        name: or path.
        folders: where alone to look; then a path is no name.

    Raises:
        BadModel: there is none; the nearest names are offered.
    """
    candidates = _anywhere(name) if folders is None else _in(folders, name) if is_name(name) else []
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise BadModel(f"There is no model `{name}`; {nearest(name, available(folders))}")


def is_name(text: str) -> bool:
    """Say whether a text can be the name of a model or a book, and no path that leads elsewhere."""
    return _NAME.fullmatch(text) is not None


def card(name: str, folders: Sequence[Path] | None = None) -> Card:
    """Read the card of a model, by what `find` takes, and leave its weights alone.

    Raises:
        BadModel: there is no such model, or its card is damaged.
    """
    return _read_card(find(name, folders))


def available(folders: Sequence[Path] | None = None) -> list[str]:
    """Return the names of all models that can be asked for by name, or of those in some folders."""
    places = paths.model_folders() if folders is None else folders
    return sorted({card.stem for folder in places for card in folder.glob("*.json") if is_name(card.stem)})


def load(name: str, folders: Sequence[Path] | None = None) -> Checkpoint:
    """Load a model, by what `find` takes.

    Raises:
        BadModel: it is unknown, or card and weights are damaged or do not belong together.
    """
    path = find(name, folders)
    card = _read_card(path)
    weights_path = path.with_suffix(".safetensors")
    data = _read(weights_path, "weights file", _LARGEST_WEIGHTS)
    if hashlib.sha256(data).hexdigest() != card.sha256:
        raise BadModel(
            f"{weights_path} is not the file its card {path.name} speaks of (other SHA-256); get both anew, together."
        )
    try:
        weights = safetensors.numpy.load(data)
    except (safetensors.SafetensorError, ValueError, TypeError, KeyError) as error:
        raise BadModel(f"{weights_path} is no safetensors file: {error}.") from error
    checkpoint = Checkpoint(card, weights)
    try:
        expected = _parameters(card)
    except BadInput as error:
        raise BadModel(f"{path} speaks of no network that could be: {error}") from error
    _check_weights(weights_path, expected, weights)
    return checkpoint


def save(path: Path, card: Card, weights: dict[str, Floats]) -> Card:
    """Write `path`.safetensors and then its card, each whole or not at all; return the card with its hash.

    A card on disk always speaks of the weights beside it: a crash between the two leaves a mismatch that `load` names.

    Raises:
        CannotWrite: either could not be written.
    """
    arrays = {name: np.ascontiguousarray(weights[name], dtype=np.float32) for name in sorted(weights)}
    data = safetensors.numpy.save(arrays)
    card = msgspec.structs.replace(card, sha256=hashlib.sha256(data).hexdigest())
    # A name may hold a dot, such as c0.5, which is no ending to be replaced.
    files.write_bytes(path.with_name(f"{path.name}.safetensors"), data)
    files.write_bytes(path.with_name(f"{path.name}.json"), files.as_json(card))
    return card


def network_of(shape: Shape) -> Network:
    """Return a shape as a card writes it."""
    vocabulary = shape.vocabulary
    return Network(shape.hidden, shape.layers, shape.metre, vocabulary.lowest, vocabulary.highest, shape.phrase)


def _anywhere(name: str) -> list[Path]:
    """Return where a model may be that is asked for by path or name."""
    given = files.given(name)
    by_path = given.parent / (given.name.removesuffix(".json").removesuffix(".safetensors") + ".json")
    return [by_path, *(_in(paths.model_folders(), name) if given.name == name else [])]


def _in(folders: Sequence[Path], name: str) -> list[Path]:
    return [folder / f"{name}.json" for folder in folders]


def _read(path: Path, what: str, limit: int) -> bytes:
    try:
        return files.read_bytes(path, what, limit)
    except LiveComposerError as error:
        raise BadModel(str(error)) from error


def _read_card(path: Path) -> Card:
    try:
        card = msgspec.json.decode(_read(path, "model card", _LARGEST_CARD), type=Card)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadModel(f"{path} is no model card: {error}.") from error
    if card.format != FORMAT:
        raise BadModel(
            f"{path} is of format {card.format}, and this version reads {FORMAT}; "
            + ("upgrade live-composer." if card.format > FORMAT else "train the model again.")
        )
    return card


def _parameters(card: Card) -> dict[str, tuple[int, ...]]:
    """Return the name and shape of every weight that a card speaks of.

    Raises:
        BadInput: one of its networks is impossible, or two do not speak one vocabulary.
    """
    expected = card.network.shape.parameters()
    if card.base is not None:
        base = card.base.shape
        if base.vocabulary != card.network.shape.vocabulary:
            raise BadInput("its two networks do not speak one vocabulary.")
        expected |= {BASE + name: size for name, size in base.parameters().items()}
    return expected


def _check_weights(path: Path, expected: dict[str, tuple[int, ...]], weights: dict[str, Any]) -> None:
    for name in sorted(expected.keys() | weights.keys()):
        found = tuple(weights[name].shape) if name in weights else "missing"
        wanted = expected.get(name, "none")
        if found != wanted:
            raise BadModel(f"{path} does not fit its card: `{name}` is {found}, the card's network has {wanted}.")
    for name, array in weights.items():
        if array.dtype != np.float32 or not np.isfinite(array).all():
            raise BadModel(f"{path} is damaged: `{name}` holds values that are not finite float32 numbers.")
