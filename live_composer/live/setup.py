"""The setup: what a daemon shall play, and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from live_composer.config import Serve
from live_composer.live.values import Values
from live_composer.music.vocabulary import DEFAULT, Vocabulary
from live_composer.port.protocol import Open

if TYPE_CHECKING:
    from pathlib import Path

    from live_composer.config import Device
    from live_composer.live.host_link import HostAddress
    from live_composer.port.protocol import ClockName


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What to play, and where.

    Attributes:
        target: the port, as `port.protocol.Open` takes it.
        values: of all parameters.
        vocabulary: what the model's events mean.
        bars: how many; None for no end.
        record: where to write what was played.
        device: where to plan.
        plugins: folders of the musician's own rule files and books.
        clock: whose time it is, as `port.protocol.Open` has it; `manual` plays as fast as it can, in the same order.
        listen: the input, as `port.protocol.Open` takes it.
        send_clock: whether others follow our clock.
        osc: the UDP port to listen on for OSC; 0 for any, None for none.
        freewheel_seconds, quantum: as `port.protocol.Open` has them.
        playing: whether to play at once.
        host: who plans, while it is well; None: a planner here.
        options: of `serve`, for another daemon like this one on another port; what parameters tell is not among them.
    """

    target: str | None
    values: Values = field(default_factory=Values)
    vocabulary: Vocabulary = DEFAULT
    bars: int | None = None
    record: Path | None = None
    device: Device = "auto"
    plugins: tuple[Path, ...] = ()
    clock: ClockName = "internal"
    listen: str | None = None
    send_clock: bool = False
    osc: int | None = None
    freewheel_seconds: float = Serve.freewheel_seconds
    quantum: float = 4.0
    playing: bool = True
    host: HostAddress | None = None
    options: tuple[str, ...] = ()

    @property
    def request(self) -> Open:
        """What is asked of the port process."""
        return Open(
            self.target,
            clock=self.clock,
            tempo=self.values.number("tempo"),
            listen=self.listen,
            offset_ms=self.values.number("latency"),
            send_clock=self.send_clock,
            quantum=self.quantum,
            freewheel_seconds=self.freewheel_seconds,
        )
