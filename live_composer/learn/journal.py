"""The journal of a run: its measurements as a table, as a picture and, if wanted, for TensorBoard."""

# matplotlib and TensorBoard leave many of their arguments without a type.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Protocol

from live_composer import files
from live_composer.errors import MissingExtra

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from live_composer.learn.progress import Row


class Measured(Protocol):
    """A row of a journal."""

    @property
    def done(self) -> int:
        """How far learning was: what curves are drawn against."""
        ...

    @property
    def figures(self) -> dict[str, float]:
        """Everything that was measured, by name, in the order of the table."""
        ...


def write_table(path: Path, rows: Sequence[Measured]) -> None:
    """Write all rows as CSV, whole or not at all; there is one row at least.

    Raises:
        CannotWrite: it could not be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    table = [row.figures for row in rows]
    writer.writerow(table[0])
    writer.writerows(figures.values() for figures in table)
    files.write_text(path, text.getvalue())


def write_curves(path: Path, rows: Sequence[Row], baselines: dict[str, float]) -> None:
    """Draw losses against updates, beside the baselines.

    Args:
        path: a PNG file.
        rows: the measurements.
        baselines: nats a step, by name.

    Raises:
        CannotWrite: it could not be written.
        MissingExtra: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtra("Drawing curves", "learn") from error
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.add_subplot()
    updates = [row.update for row in rows]
    axes.plot(updates, [row.train for row in rows], label="train (with dropout)", color="tab:blue", alpha=0.6)
    axes.plot(updates, [row.validation for row in rows], label="validation", color="tab:orange")
    for shade, (name, nats) in zip(("0.4", "0.6", "0.8"), baselines.items(), strict=False):
        axes.axhline(nats, label=f"{name} (validation)", color=shade, linestyle="--")
    axes.set(xlabel="updates", ylabel="nats a step")
    axes.legend()
    with files.whole_file(path) as temporary:
        figure.savefig(temporary, dpi=120)


def write_events(folder: Path, rows: Sequence[Measured]) -> None:
    """Write the rows for TensorBoard; those of an earlier part of the run are replaced.

    Raises:
        MissingExtra: TensorBoard is not installed.
    """
    try:
        from torch.utils.tensorboard.writer import SummaryWriter
    except ImportError as error:
        raise MissingExtra("--tensorboard", "tensorboard") from error
    for old in folder.glob("events.out.tfevents.*"):
        old.unlink()
    with SummaryWriter(str(folder)) as writer:
        for row in rows:
            for name, figure in row.figures.items():
                writer.add_scalar(name, figure, row.done)
