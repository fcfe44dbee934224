"""The journal of a run: its measurements as a table, as a picture and, if wanted, for TensorBoard."""

# matplotlib and TensorBoard leave many of their arguments without a type.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import contextlib
import csv
import io
from typing import TYPE_CHECKING, Any

from live_composer import files
from live_composer.errors import MissingExtra

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    from live_composer.learn.progress import Measured, Row, TuneRow


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
    updates = [row.update for row in rows]
    with _figure(path, 1) as (axes,):
        axes.plot(updates, [row.train for row in rows], label="train (with dropout)", color="tab:blue", alpha=0.6)
        axes.plot(updates, [row.validation for row in rows], label="validation", color="tab:orange")
        for shade, (name, nats) in zip(("0.4", "0.6", "0.8"), baselines.items(), strict=False):
            axes.axhline(nats, label=f"{name} (validation)", color=shade, linestyle="--")
        axes.set(xlabel="updates", ylabel="nats a step")
        axes.legend()


def write_tuning_curves(path: Path, rows: Sequence[TuneRow]) -> None:
    """Draw what a tuning strives for, what each rule pays, and the figures of health, against steps.

    Raises:
        CannotWrite: it could not be written.
        MissingExtra: matplotlib is not installed.
    """
    steps = [row.steps for row in rows]
    sums = {"J": [row.J for row in rows], "log p": [row.log_p for row in rows], "KL": [row.kl for row in rows]}
    with _figure(path, 3) as panels:
        panels[0].plot(steps, [row.reward for row in rows], label="reward", color="black")
        for name, figures in sums.items():
            panels[0].plot(steps, figures, label=name)
        panels[0].set(ylabel="nats a melody")
        for name in rows[0].rules:
            panels[1].plot(steps, [row.rules[name] for row in rows], label=name)
        panels[1].set(ylabel="reward a melody")
        for name in rows[0].health:
            panels[2].plot(steps, [row.health[name] for row in rows], label=name)
        panels[2].set(xlabel="steps", ylabel="shares; entropy in bits")
        for axes in panels:
            axes.legend(fontsize="small", ncols=2)


@contextlib.contextmanager
def _figure(path: Path, panels: int) -> Generator[list[Any]]:
    """Give panels, one below the other, to draw on; then write them to a PNG file."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtra("Drawing curves", "learn") from error
    figure = Figure(figsize=(8, 1 + 4 * panels), layout="constrained")
    yield [figure.add_subplot(panels, 1, number + 1) for number in range(panels)]
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
