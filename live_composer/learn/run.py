"""The folder of a run: how far it came, kept so that learning goes on after any end as if there had been none.

state.safetensors   weights, running mean, optimiser; in its header the progress and the settings (JSON)
journal.csv         a row for each measurement
curves.png          the journal as a picture
NAME.json, NAME.safetensors   the best model so far; NAME is the folder's own
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import safetensors
import safetensors.torch

from live_composer import files
from live_composer.errors import BadFile, BadInput

if TYPE_CHECKING:
    from pathlib import Path

    from live_composer.learn.learner import Learner


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


class Run:
    """A run's folder.

    Args:
        folder: where it is.
        settings: what decides the result; a run goes on with its own settings alone.
    """

    def __init__(self, folder: Path, settings: dict[str, Any]) -> None:
        self.folder = folder
        self._settings = settings

    @property
    def name(self) -> str:
        """The model's name."""
        return self.folder.resolve().name

    @property
    def model(self) -> Path:
        """The best model's path, without its ending."""
        return self.folder / self.name

    @property
    def _state(self) -> Path:
        return self.folder / "state.safetensors"

    def save(self, progress: Progress, learner: Learner) -> None:
        """Keep everything that learning goes on from.

        Raises:
            CannotWrite: it could not be written.
        """
        header = {"progress": msgspec.json.encode(progress).decode(), "settings": _canonical(self._settings)}
        files.write_bytes(self._state, safetensors.torch.save(learner.tensors(), header))

    def restore(self, learner: Learner) -> Progress:
        """Go on where the run stopped; a folder without a run is a run that has not begun.

        Raises:
            BadInput: the run there has other settings.
            BadFile: what is there is damaged.
        """
        if not self._state.exists():
            return Progress()
        try:
            data = files.read_bytes(self._state, "run's state")
            header = _header(data)
            progress = msgspec.json.decode(header["progress"], type=Progress)
            self._compare(msgspec.json.decode(header["settings"]))
            learner.restore(safetensors.torch.load(data))
        except (safetensors.SafetensorError, msgspec.DecodeError, BadFile, KeyError, RuntimeError) as error:
            raise BadFile(
                f"The run in {self.folder} cannot go on, {self._state.name} is damaged; begin anew with --no-resume."
            ) from error
        return progress

    def _compare(self, there: dict[str, Any]) -> None:
        asked = msgspec.json.decode(_canonical(self._settings))
        for key in sorted(there.keys() | asked.keys()):
            if there.get(key) != asked.get(key):
                raise BadInput(
                    f"{self.folder} holds a run with other settings ({key}: {there.get(key)} there, {asked.get(key)} "
                    "asked for); choose another folder with -o, or begin anew with --no-resume."
                )


def _header(data: bytes) -> dict[str, str]:
    """Return what a safetensors file says beside its tensors; safetensors itself reads that from paths alone."""
    length = int.from_bytes(data[:8], "little")
    return msgspec.json.decode(data[8 : 8 + length], type=dict[str, Any])["__metadata__"]


def _canonical(settings: dict[str, Any]) -> str:
    return msgspec.json.encode(settings, order="sorted").decode()
