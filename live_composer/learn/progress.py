"""How far learning came: the measurements of a run, and where it goes on."""

from __future__ import annotations

import msgspec


class Row(msgspec.Struct, frozen=True):
    """One measurement.

    Attributes:
        update: updates done.
        epoch: times that the corpus was begun.
        steps: steps learnt from.
        seconds: time spent learning, measurements not counted.
        learning_rate: of the last update.
        train: mean loss since the row before, in nats a step.
        validation: loss of the running mean on the validation split, in nats a step.
        accuracy: there.
    """

    update: int
    epoch: int
    steps: int
    seconds: float
    learning_rate: float
    train: float
    validation: float
    accuracy: float

    @property
    def done(self) -> int:
        """See `display.Measured`."""
        return self.update

    @property
    def told(self) -> str:
        """See `display.Measured`."""
        return f"train {self.train:.4f}  validation {self.validation:.4f}"

    @property
    def figures(self) -> dict[str, float]:
        """See `journal.Measured`."""
        return msgspec.structs.asdict(self)

    @property
    def curves(self) -> dict[str, float]:
        """See `display.Measured`."""
        return {}


class Progress(msgspec.Struct):
    """How far a run came.

    Attributes:
        epoch: times that the corpus was gone through.
        batch: batches done of this epoch.
        updates: updates of the weights.
        steps: steps learnt from.
        seconds: time spent learning.
        loss: summed since the last measurement, in nats.
        scored: steps summed over.
        rows: the measurements.
    """

    epoch: int = 0
    batch: int = 0
    updates: int = 0
    steps: int = 0
    seconds: float = 0.0
    loss: float = 0.0
    scored: int = 0
    rows: list[Row] = []

    @property
    def best(self) -> Row | None:
        """The best measurement so far (the first of equals)."""
        return min(self.rows, key=lambda row: row.validation, default=None)

    @property
    def waited(self) -> int:
        """Measurements since the best."""
        return len(self.rows) - 1 - self.rows.index(self.best) if self.best else 0
