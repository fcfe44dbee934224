"""Engines are chosen by what is there, and play the same notes."""

from __future__ import annotations

import importlib.util
import shutil

import pytest

from live_composer.errors import BadInput, MissingExtra
from live_composer.plan import engine
from live_composer.plan.look_ahead import LookAhead
from live_composer.plan.terms import Terms
from live_composer.policy import checkpoint


def test_a_cpu_plays_by_numpy():
    assert engine.choose("cpu") == "numpy"


@pytest.mark.skipif(shutil.which("nvidia-smi") is not None, reason="there is an NVIDIA GPU")
def test_without_a_gpu_numpy_plays():
    assert engine.choose("auto") == "numpy"


@pytest.mark.skipif(shutil.which("nvidia-smi") is not None, reason="there is an NVIDIA GPU")
def test_a_gpu_that_is_not_there_is_named():
    with pytest.raises((BadInput, MissingExtra), match=r"no cuda device|needs the extra `learn`"):
        engine.choose("cuda")


@pytest.mark.learn
@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
def test_torch_plays_what_numpy_plays(random_model: str):
    loaded = checkpoint.load(random_model)
    plans = [
        LookAhead(engine.ear(loaded, name)).plan([], 0, 64, Terms(seed=4)).events for name in ("numpy", "torch cpu")
    ]
    assert plans[0] == plans[1]
