"""Following Ableton Link: a beat that everybody on the network shares, and, where they agree to, starting and stopping.

The library is Ableton's, whose licence is the GPL from version 2 on: it is an extra, and loaded by nobody who does not
ask for it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from live_composer.errors import NoPort, pip_install
from live_composer.port.clock import Follower

if TYPE_CHECKING:
    from live_composer.port.clock import Turn
    from live_composer.port.protocol import ClockName

_JUMP_BEATS = 0.1
"""A beat that is off by more was moved, not corrected: a peer joined, or took the lead."""
_GAIN = 1 / 16
"""The session goes evenly, our looks at it do not: only this share of what a look differs by is believed."""


class LinkClock(Follower):
    """A session of Link. Beats are counted from the bar that it is in when we begin: until then, each bar is the first.

    Its tempo is everybody's: what we set, all follow. Without a peer it goes by itself.
    """

    name: ClockName = "link"
    poll_seconds = 0.01

    def __init__(self, tempo: float, quantum: float) -> None:
        """Join the session, or begin one.

        Args:
            tempo: of a session that we begin.
            quantum: beats a bar.

        Raises:
            NoPort: the library is not installed.
        """
        super().__init__(tempo)
        try:
            import link
        except ImportError as error:
            raise NoPort(f"Ableton Link needs the extra `link`: {pip_install('link')}") from error
        self._quantum = quantum
        self._link = link.Link(tempo)
        self._link.startStopSyncEnabled = True
        self._link.enabled = True
        self._base = 0.0
        """The beat of the session that is beat 0 of ours."""
        self._said_to_play = False
        self.status = "locked"
        self._turn(0.0, rolling=True)

    def set_tempo(self, tempo: float, now: float, beats: float = 0.0) -> None:  # noqa: ARG002 - Link knows no ramps
        """Change the tempo for everybody."""
        state = self._link.captureAppSessionState()
        state.setTempo(tempo, self._link.clock().micros())
        self._link.commitAppSessionState(state)

    def turns(self, now: float) -> list[Turn]:
        """Look where the session is."""
        self._look(now)
        return super().turns(now)

    def _look(self, now: float) -> None:
        self.peers = self._link.numPeers()
        micros = self._link.clock().micros()
        state = self._link.captureAppSessionState()
        beat, playing = state.beatAtTime(micros, self._quantum) - self._base, state.isPlaying()
        if playing and not self._said_to_play:
            beat += self._new_base(beat + self._base)
            self._turn(beat, rolling=True)
        elif self._said_to_play and not playing:
            self._turn(beat, rolling=False)
        elif self._going and not (self.joined or 0 <= beat < self._quantum):
            beat += self._new_base(beat + self._base)
            self._turn(beat, rolling=True)
        elif self._going:
            off = beat - self.beat(now)
            if abs(off) > _JUMP_BEATS:
                self._turn(beat, rolling=True)
            else:
                beat -= off * (1 - _GAIN)
        self._said_to_play, self.tempo = playing, state.tempo()
        if self._going:
            self._anchor_beat, self._anchor_seconds = beat, now

    def _new_base(self, beat: float) -> float:
        """Count from the bar that the session is in; return by how much our beats change."""
        before, self._base = self._base, math.floor(beat / self._quantum) * self._quantum
        return before - self._base
