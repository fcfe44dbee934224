"""Write the card of a model: what it is, what it learnt from, and how to make it again."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import live_composer
from live_composer.policy import checkpoint

if TYPE_CHECKING:
    from live_composer.corpus.store import Corpus
    from live_composer.learn.tuning import Job
    from live_composer.policy.shape import Shape


def card(  # noqa: PLR0913 - what a card says
    corpus: Corpus, shape: Shape, *, name: str, command: str, seed: int, metrics: dict[str, Any]
) -> checkpoint.Card:
    """Return the card of a model; its hash comes when it is saved."""
    report = corpus.report
    amounts = ", ".join(f"{source.name} ({source.melodies} melodies)" for source in report.sources)
    licences = " ".join(dict.fromkeys(f"{source.name}: {source.licence.rstrip('.')}." for source in report.sources))
    train = report.splits["train"]
    return checkpoint.Card(
        name=name,
        network=checkpoint.network_of(shape),
        sha256="",
        data=(
            f"{train.melodies} melodies, {train.steps} steps of {amounts or corpus.folder.name}; "
            f"built by `{report.command}`, melodies.npz sha256 {report.sha256}"
        ),
        licence=f"The weights are MIT. {licences}".strip(),
        command=command,
        seed=seed,
        commit=commit(),
        metrics=metrics,
    )


def commit() -> str:
    """Return the commit of the checkout that runs, `-changed` if files were; elsewhere the version."""
    checkout = Path(live_composer.__file__).parent.parent
    version = f"version {live_composer.__version__}"
    if not (checkout / "pyproject.toml").is_file():
        return version
    try:
        found = subprocess.run(
            ["git", "-C", str(checkout), "describe", "--always", "--abbrev=40", "--dirty=-changed", "--exclude=*"],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return version
    return found.stdout.strip() or version


def tuned_card(job: Job, name: str, metrics: dict[str, Any]) -> checkpoint.Card:
    """Return the card of a tuned model; its hash comes when it is saved."""
    task = job.task
    prior = task.prior.card
    return checkpoint.Card(
        name=name,
        network=prior.network,
        sha256="",
        data=f"Tuned from {prior.name}, which learnt from: {prior.data}",
        licence=prior.licence,
        command=job.command,
        seed=job.seed,
        commit=commit(),
        rules={rule: weight for rule, weight in task.book.weights.items() if rule not in task.book.quarantined},
        metrics=metrics,
        tuning=checkpoint.Tuning(
            algorithm=job.algorithm,
            book=task.book.name,
            key=str(task.context.key),
            metre=", ".join(str(other.context.metre) for other in job.tasks),
            steps=task.steps,
            c=task.c,
            prior_weight=task.prior_weight,
            prior=prior.name,
            prior_sha256=prior.sha256,
            recipe=dataclasses.asdict(job.recipe),
        ),
    )
