"""The folder of a run: how far it came, kept so that learning goes on after any end as if there had been none.

state.safetensors   weights, running mean, optimiser; in its header the progress and the settings (JSON)
journal.csv         a row for each measurement
curves.png          the journal as a picture
NAME.json, NAME.safetensors   the best model so far; NAME is the folder's own
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import msgspec
import safetensors
import safetensors.torch

from live_composer import files
from live_composer.errors import BadFile, BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor

_Progress = TypeVar("_Progress", bound=msgspec.Struct)


class Learner(Protocol):
    """What a run keeps between two processes."""

    def tensors(self) -> dict[str, Tensor]:
        """Return everything that learning goes on from, by name."""
        ...

    def restore(self, kept: Mapping[str, Tensor]) -> None:
        """Go on from what `tensors` returned.

        Raises:
            KeyError, RuntimeError: something is missing or of another shape.
        """
        ...


class Run(Generic[_Progress]):
    """A run's folder.

    Args:
        folder: where it is.
        settings: what decides the result; a run goes on with its own settings alone.
        progress: the type of what tells how far it came; without arguments it tells of a run that has not begun.

    Raises:
        BadInput: the folder is called like one of a model's files, and its model could not be found by name.
    """

    def __init__(self, folder: Path, settings: dict[str, Any], progress: type[_Progress]) -> None:
        if folder.name.endswith((".json", ".safetensors")):
            raise BadInput(f"{folder} is to be a folder, and its name the model's; leave out the ending.")
        self.folder = folder
        self._settings = settings
        self._progress = progress

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

    def save(self, progress: _Progress, learner: Learner) -> None:
        """Keep everything that learning goes on from.

        Raises:
            CannotWrite: it could not be written.
        """
        header = {"progress": msgspec.json.encode(progress).decode(), "settings": _canonical(self._settings)}
        files.write_bytes(self._state, safetensors.torch.save(learner.tensors(), header))

    def restore(self, learner: Learner) -> _Progress:
        """Go on where the run stopped; a folder without a run is a run that has not begun.

        Raises:
            BadInput: the run there has other settings.
            BadFile: what is there is damaged.
        """
        if not self._state.exists():
            return self._progress()
        try:
            data = files.read_bytes(self._state, "run's state")
            header = _header(data)
            self._compare(msgspec.json.decode(header["settings"]))
            progress = msgspec.json.decode(header["progress"], type=self._progress)
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
