"""Checkpoints come back as they were saved; what is damaged, foreign or unknown is refused with advice."""

from __future__ import annotations

import hashlib
import json
import struct
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest
import safetensors.numpy
from hypothesis import HealthCheck, given, settings

from live_composer import paths
from live_composer.errors import BadModel, CannotWrite
from live_composer.music.vocabulary import Vocabulary
from live_composer.policy import checkpoint
from live_composer.policy.checkpoint import Card, network_of
from live_composer.policy.numpy_rnn import NumpyRnn
from live_composer.policy.shape import Shape
from live_composer.policy.summed import summed
from tests.unit.policy.networks import random_step, random_weights, seeds, shapes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHAPE = Shape(hidden=5, vocabulary=Vocabulary(60, 71))


def card_of(shape: Shape, name: str = "tune") -> Card:
    return Card(name, network_of(shape), "", "three tunes", "MIT", "live-composer pretrain", 7, "abc")


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A model on disk, by path without ending."""
    path = tmp_path / "tune"
    checkpoint.save(path, card_of(SHAPE), random_weights(SHAPE, 1))
    return path


def rewrite(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the weights and let the card speak of the changed file."""
    weights = safetensors.numpy.load_file(path.with_suffix(".safetensors"))
    change(weights)
    data = safetensors.numpy.save(weights)
    hash_anew(path, data)


def hash_anew(path: Path, data: bytes) -> None:
    path.with_suffix(".safetensors").write_bytes(data)
    edit(path, sha256=hashlib.sha256(data).hexdigest())


def edit(path: Path, **fields: Any) -> None:
    card = path.with_suffix(".json")
    card.write_text(json.dumps(json.loads(card.read_text()) | fields))


@given(shape=shapes, seed=seeds)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_model_comes_back_as_it_was_saved(tmp_path: Path, shape: Shape, seed: int):
    weights = random_weights(shape, seed)
    card = checkpoint.save(tmp_path / "tune", card_of(shape), weights)

    found = checkpoint.load(str(tmp_path / "tune"))

    assert found.card == card
    assert found.shape == shape
    assert found.weights.keys() == weights.keys()
    assert all(np.array_equal(found.weights[name], weights[name]) for name in weights)


def test_the_same_weights_give_the_same_file(tmp_path: Path):
    weights = random_weights(SHAPE, 1)

    first = checkpoint.save(tmp_path / "a", card_of(SHAPE), weights)
    second = checkpoint.save(tmp_path / "b", card_of(SHAPE), dict(reversed(weights.items())))

    assert first.sha256 == second.sha256


@pytest.mark.parametrize("ending", ["", ".json", ".safetensors"])
def test_a_model_is_found_by_path_with_or_without_ending(saved: Path, ending: str):
    assert checkpoint.load(f"{saved}{ending}").card.seed == 7


def test_a_model_is_found_by_name_among_the_users_own(saved: Path):
    folder = paths.user_data() / "models"
    checkpoint.save(folder / "mine", card_of(SHAPE, "mine"), random_weights(SHAPE, 2))

    assert checkpoint.find("mine") == folder / "mine.json"
    assert "mine" in checkpoint.available()


@pytest.mark.parametrize("ending", ["", ".json", ".safetensors"])
def test_a_name_may_hold_a_dot(tmp_path: Path, ending: str):
    for number, name in enumerate(("c0.5", "c0.25"), 1):
        checkpoint.save(tmp_path / name, card_of(SHAPE, name), random_weights(SHAPE, number))

    assert checkpoint.available([tmp_path]) == ["c0.25", "c0.5"]
    assert checkpoint.load(str(tmp_path / f"c0.5{ending}")).card.name == "c0.5"
    assert checkpoint.load("c0.25", [tmp_path]).card.name == "c0.25"


def test_an_unknown_name_gets_the_nearest(saved: Path):
    checkpoint.save(paths.user_data() / "models" / "folk-tunes", card_of(SHAPE), random_weights(SHAPE, 2))

    with pytest.raises(BadModel, match="no model `folk-tune`; did you mean `folk-tunes`"):
        checkpoint.load("folk-tune")


def test_a_name_like_no_other_gets_the_list():
    checkpoint.save(paths.user_data() / "models" / "folk-tunes", card_of(SHAPE), random_weights(SHAPE, 2))

    with pytest.raises(BadModel, match=r"there are:.*folk-tunes"):
        checkpoint.load("zzz")


def wrong_weights(path: Path) -> None:
    checkpoint.save(path.with_name("other"), card_of(SHAPE), random_weights(SHAPE, 2))
    path.with_name("other.safetensors").replace(path.with_suffix(".safetensors"))


def huge_header(path: Path) -> None:
    hash_anew(path, struct.pack("<Q", 1 << 60) + b"{}")


def overlapping_tensors(path: Path) -> None:
    tensor = {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}
    header = json.dumps({"output.bias": tensor, "output.weight": tensor}).encode()
    hash_anew(path, struct.pack("<Q", len(header)) + header + bytes(16))


def truncated(path: Path) -> None:
    hash_anew(path, path.with_suffix(".safetensors").read_bytes()[:-10])


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "weights of another model": (wrong_weights, "get both anew, together"),
    "weights missing": (lambda path: path.with_suffix(".safetensors").unlink(), "no weights file at"),
    "weights empty": (lambda path: path.with_suffix(".safetensors").write_bytes(b""), "is empty"),
    "weights truncated": (truncated, "no safetensors file"),
    "a header without end": (huge_header, "no safetensors file"),
    "tensors that overlap": (overlapping_tensors, "no safetensors file"),
    "no safetensors at all": (lambda path: hash_anew(path, b"GIF89a" * 9), "no safetensors file"),
    "a tensor missing": (lambda path: rewrite(path, lambda w: w.pop("output.bias")), "`output.bias` is missing"),
    "a tensor too many": (
        lambda path: rewrite(path, lambda w: w.update(more=np.zeros(2, np.float32))),
        "`more` is .2,., the card's network has none",
    ),
    "a tensor of another shape": (
        lambda path: rewrite(path, lambda w: w.update({"output.bias": np.zeros(3, np.float32)})),
        "`output.bias` is .3,.",
    ),
    "another network": (lambda path: edit(path, network=msgspec.to_builtins(network_of(Shape()))), "does not fit"),
    "another vocabulary": (
        lambda path: edit(path, network=msgspec.to_builtins(network_of(Shape(hidden=5)))),
        "`lstm.weight_ih_l0` is .20, 14., the card's network has .20, 38.",
    ),
    "an impossible network": (
        lambda path: edit(path, network=msgspec.to_builtins(network_of(SHAPE)) | {"hidden": 0}),
        "not one this program plays",
    ),
    "an impossible vocabulary": (
        lambda path: edit(path, network=msgspec.to_builtins(network_of(SHAPE)) | {"lowest": 99}),
        "99 to 71",
    ),
    "not finite": (
        lambda path: rewrite(path, lambda w: w["output.bias"].__setitem__(0, np.nan)),
        "`output.bias` holds values that are not finite",
    ),
    "double precision": (
        lambda path: rewrite(path, lambda w: w.update({"output.bias": w["output.bias"].astype(np.float64)})),
        "float32",
    ),
    "a card of tomorrow": (lambda path: edit(path, format=2), "is of format 2.*upgrade live-composer"),
    "a card of yesterday": (lambda path: edit(path, format=0), "is of format 0.*train the model again"),
    "a card without network": (lambda path: edit(path, network=None), "no model card"),
    "a card of another kind": (lambda path: path.with_suffix(".json").write_text("[1, 2]"), "no model card"),
    "a card in no language": (lambda path: path.with_suffix(".json").write_bytes(b"\xff\xfe{"), "no model card"),
    "an empty card": (lambda path: path.with_suffix(".json").write_bytes(b""), "is empty"),
    "a huge card": (lambda path: path.with_suffix(".json").write_bytes(b" " * (2 << 20)), "too large for a model card"),
}


@pytest.mark.parametrize(("damage", "advice"), DAMAGES.values(), ids=DAMAGES)
def test_damage_is_refused_in_one_sentence(saved: Path, damage: Callable[[Path], object], advice: str):
    damage(saved)

    with pytest.raises(BadModel, match=advice) as refusal:
        checkpoint.load(str(saved))

    assert "\n" not in str(refusal.value)


def test_a_folder_that_cannot_be_made_leaves_nothing(tmp_path: Path):
    (tmp_path / "taken").write_text("a file")

    with pytest.raises(CannotWrite):
        checkpoint.save(tmp_path / "taken" / "tune", card_of(SHAPE), random_weights(SHAPE, 1))

    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_the_shipped_models_load_and_are_small():
    cards = sorted(paths.shipped("models").glob("*.json"), key=lambda card: card.stem)

    assert [card.stem for card in cards] == ["g", "house", "note-rnn", "note-rnn-large", "note-rnn-medium", "psi", "q"]
    for card in cards:
        found = checkpoint.load(str(card))
        assert found.card.name == card.stem
        assert ("tune" if found.card.tuning else "pretrain") in found.card.command
        assert "-changed" not in found.card.commit
    assert sum(path.stat().st_size for path in paths.shipped("models").iterdir()) < 12e6


def test_the_small_shipped_model_is_the_papers_network():
    assert checkpoint.load(str(paths.shipped("models") / "note-rnn")).shape == Shape()


@given(shape=shapes, base=shapes, seed=seeds)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_network_on_top_of_another_comes_back_with_it(tmp_path: Path, shape: Shape, base: Shape, seed: int):
    weights, under = random_weights(shape, seed), random_weights(base, seed + 1)
    card = msgspec.structs.replace(card_of(shape), base=network_of(base))
    checkpoint.save(tmp_path / "tune", card, weights | {f"base.{name}": array for name, array in under.items()})
    _, *heard = random_step(shape, 3, seed)

    found = checkpoint.load(str(tmp_path / "tune")).policy()

    expected = summed([NumpyRnn(shape, weights), NumpyRnn(base, under)])
    np.testing.assert_array_equal(found.step(found.start(3), *heard)[0], expected.step(expected.start(3), *heard)[0])


def test_a_base_of_another_vocabulary_is_refused(saved: Path):
    edit(saved, base=msgspec.to_builtins(network_of(Shape())))

    with pytest.raises(BadModel, match="do not speak one vocabulary"):
        checkpoint.load(str(saved))


def test_a_base_without_weights_is_refused(saved: Path):
    edit(saved, base=msgspec.to_builtins(network_of(SHAPE)))

    with pytest.raises(BadModel, match=r"`base\.lstm\.bias_hh_l0` is missing"):
        checkpoint.load(str(saved))


def test_a_card_from_before_phrases_still_loads(saved: Path):
    network = msgspec.to_builtins(network_of(SHAPE))
    del network["phrase"]
    card = saved.with_suffix(".json")
    old = {name: value for name, value in json.loads(card.read_text()).items() if name != "base"}
    card.write_text(json.dumps(old | {"network": network}))

    assert checkpoint.load(str(saved)).shape == SHAPE


def test_a_card_that_is_nested_without_end_is_refused(saved: Path):
    card = saved.with_suffix(".json")
    nested = "[" * 100_000 + "]" * 100_000
    card.write_text(card.read_text().replace('"metrics": {}', f'"metrics": {{"loss": {nested}}}'))
    assert nested in card.read_text()
    with pytest.raises(BadModel, match="is no model card"):
        checkpoint.card(str(saved))
