"""The stage: the music is started, paused, stopped and moved, and recorded if that is wanted."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Literal

from live_composer.errors import LiveComposerError, LostProcess
from live_composer.music.units import first_step

if TYPE_CHECKING:
    from collections.abc import Callable

    from live_composer.live.performance import Performance
    from live_composer.live.port_link import PortLink
    from live_composer.live.recording import Recording

_FIGURES_SECONDS = 0.5


class Stage:
    """Has one performance play, in a task of its own.

    Attributes:
        error: what ended the music, if anything did.
    """

    def __init__(
        self, performance: Performance, port: PortLink, recording: Recording | None, on_over: Callable[[], None]
    ) -> None:
        """Call `on_over` when the music is over, by itself or by an error."""
        self.error: BaseException | None = None
        self._performance, self._port, self._recording, self._on_over = performance, port, recording, on_over
        self._playing: asyncio.Task[None] | None = None

    def play(self) -> None:
        """Play, or play on.

        Raises:
            BadInput: it plays already.
        """
        self._performance.transport.move("play")
        if self._port.follows:
            self._go_back(self._port.beat(), self._performance.source.settled)
        self._begin()

    def halt(self, action: Literal["pause", "stop"]) -> None:
        """Pause, or stop and go back to the start.

        Raises:
            BadInput: it makes no sense now.
        """
        heard = first_step(self._port.beat())
        bar, score = self._performance.source.bars.at(max(0, heard - 1)), self._performance.performer.score
        self._performance.halt(action)
        if self._recording:
            self._recording.halt(bar, score, back=0 if action == "stop" and heard > 0 else None)
        if action == "stop":
            score.cut(0)
        self._cancel()

    def clock_moved(self, beat: float, left: float) -> None:
        """Follow a clock that was started, stopped, or put at `beat`; the last that was heard of it was `left`."""
        playing = self._performance.transport.state in {"playing", "counting in"}
        if playing and not self._performance.is_armed(beat):
            self._cancel()
            heard, score = first_step(left), self._performance.performer.score
            score.cut(heard)
            self._go_back(beat, heard)
            self._performance.jump(beat)
            self._begin()

    def bar_played(self) -> None:
        """Have the bar recorded that was just settled."""
        if self._recording:
            source, performer = self._performance.source, self._performance.performer
            bar = source.bars.at(source.settled - 1)
            heard = first_step(self._port.beat())
            self._recording.bar(bar, performer.tempos(bar), performer.key, performer.score, heard)

    async def finish(self) -> None:
        """Stop playing, and wait for the port's last figures."""
        if self._performance.transport.state != "stopped":
            self.halt("stop")
            with contextlib.suppress(LostProcess):
                await self._port.news(_FIGURES_SECONDS)

    def _go_back(self, beat: float, heard: int) -> None:
        """Have the recording go on where the music was heard up to a step and the clock that is followed went back."""
        if self._recording and self._performance.goes_back(beat):
            bars, back, score = self._performance.source.bars, first_step(beat), self._performance.performer.score
            self._recording.halt(bars.at(max(0, heard - 1)), score, back=back, line=bars.at(back).begin)

    def _begin(self) -> None:
        self._playing = asyncio.create_task(self._performance.play())
        self._playing.add_done_callback(self._played)

    def _cancel(self) -> None:
        if self._playing:
            self._playing.cancel()

    def _played(self, playing: asyncio.Task[None]) -> None:
        if playing.cancelled():
            return
        error = playing.exception()
        if isinstance(error, LiveComposerError) and self._performance.bars_played:
            self.halt("stop")  # It has played before: whoever began it again is told why, and may change something.
            return
        self.error = error
        self._on_over()
