"""The course of a pretraining: when it measures, what it keeps, and when it stops."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import pytest

from live_composer.errors import BadInput
from live_composer.learn.display import Silence
from live_composer.learn.measure import measure
from live_composer.learn.pretrain import Job, Outcome, pretrain
from live_composer.policy import checkpoint
from live_composer.policy.note_rnn import NoteRnn
from tests.unit.learn.test_learner import ALONE, RECIPE
from tests.unit.learn.tunes import toy_corpus

if TYPE_CHECKING:
    from pathlib import Path

    from live_composer.corpus.store import Corpus

pytestmark = pytest.mark.learn

SHORT = dataclasses.replace(RECIPE, updates=60, check_every=20)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return toy_corpus(tmp_path_factory.mktemp("corpora") / "toys")


def learnt(job: Job) -> Outcome:
    outcome = pretrain(job, ALONE, Silence())
    assert outcome is not None
    return outcome


def test_it_measures_at_every_turn_and_at_the_end(corpus: Corpus, tmp_path: Path):
    progress = learnt(Job(corpus, SHORT, 1, tmp_path / "toy", "a test")).progress

    # A batch is learnt to its end, so a measurement may come some windows late.
    assert [row.update // 20 for row in progress.rows] == [1, 2, 3]
    assert progress.rows[-1].train < progress.rows[0].train
    assert sum(len(melody) for melody in corpus.split("train")) * progress.epoch <= progress.steps


def test_it_keeps_the_best_not_the_last(corpus: Corpus, tmp_path: Path):
    # So high a learning rate that it gets worse again.
    wild = dataclasses.replace(SHORT, learning_rate=9.0, warm_up=60, staircase=1.0, averaging=0.0, patience=99)
    outcome = learnt(Job(corpus, wild, 1, tmp_path / "toy", "a test"))
    kept = checkpoint.load(str(tmp_path / "toy" / "toy"))
    network = NoteRnn(kept.shape)
    network.load_state_dict({name: network.output.weight.new_tensor(array) for name, array in kept.weights.items()})

    nats = measure(network, corpus.split("validation")).every.nats

    losses = [row.validation for row in outcome.progress.rows]
    assert min(losses) < losses[-1], "the test means nothing if the last is the best"
    assert nats == pytest.approx(min(losses), abs=1e-4)
    assert outcome.card.metrics["validation"]["model"]["nats"] == pytest.approx(min(losses), abs=1e-4)


def test_it_stops_early_when_nothing_gets_better(corpus: Corpus, tmp_path: Path):
    idle = dataclasses.replace(SHORT, learning_rate=0.0, updates=10_000, patience=3)

    progress = learnt(Job(corpus, idle, 1, tmp_path / "toy", "a test")).progress

    assert len(progress.rows) == 1 + 3
    assert progress.updates < 200


def test_a_loss_that_is_no_number_ends_it(corpus: Corpus, tmp_path: Path):
    mad = dataclasses.replace(SHORT, input_scale=math.inf)

    with pytest.raises(BadInput, match="no number any more"):
        pretrain(Job(corpus, mad, 1, tmp_path / "toy", "a test"), ALONE, Silence())


def test_the_unscored_beginning_is_not_learnt_from(corpus: Corpus, tmp_path: Path):
    whole = learnt(Job(corpus, SHORT, 1, tmp_path / "whole", "a test")).progress
    less = learnt(Job(corpus, dataclasses.replace(SHORT, unscored=8), 1, tmp_path / "less", "a test")).progress

    assert less.steps < whole.steps
