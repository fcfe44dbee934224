"""Hearing: what becomes of a message that came in. The clock gets its own, nonsense is dropped, and so is our own echo.

A bus that is played to and listened to brings every note back, and a synth that passes on what it hears brings it once
more: without this, one note became 47 messages in a second. An echo is known by its bytes, for a while.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from live_composer.port.midi_bytes import NOTE_OFF, NOTE_ON, SYSTEM_EXCLUSIVE, is_whole, note_off
from live_composer.port.protocol import HeardMessage

if TYPE_CHECKING:
    from live_composer.port.clock import Clock

ECHO_SECONDS = 0.5
"""How long after it was sent a message that comes in is its echo: longer than any bus or DAW takes."""
REMEMBERED = 4096
"""Messages of which the echo is known; more are not sent within ECHO_SECONDS."""


class Hearing:
    """Sorts what comes in. Used by one thread at a time, the one that plays.

    Attributes:
        keys: (channel, pitch) of the keys that others hold down.
        echoes: messages of our own that came back.
    """

    def __init__(self, clock: Clock) -> None:
        self.keys: set[tuple[int, int]] = set()
        self.echoes = 0
        self._clock = clock
        self._said: dict[bytes, float] = {}
        self._said_in_order: deque[tuple[float, bytes]] = deque()
        self._echoed_until = 0.0
        self._heard: deque[HeardMessage] = deque()

    def said(self, data: bytes, seconds: float) -> None:
        """Take note of a message of our own, to know it when it comes back."""
        self._forget(seconds)
        key = _key(data)
        self._said[key] = seconds
        self._said_in_order.append((seconds, key))

    def hear(self, data: bytes, seconds: float) -> None:
        """Take in a message that came in at `seconds` of the player's time."""
        if not is_whole(data):
            return
        if data[0] >= SYSTEM_EXCLUSIVE:
            self._clock.hear(data, seconds)
        elif self._is_new(data := _plain(data), seconds):
            self._heard.append(HeardMessage(self._clock.beat(seconds), seconds, data))

    def release(self, seconds: float) -> None:
        """Let go of all keys, because nobody will tell any more when they are."""
        for channel, pitch in sorted(self.keys):
            self._heard.append(HeardMessage(self._clock.beat(seconds), seconds, note_off(channel, pitch)))
        self.keys.clear()

    def heard(self) -> list[HeardMessage]:
        """Return what was heard since the last time; another thread may ask."""
        return [self._heard.popleft() for _ in range(len(self._heard))]

    def _is_new(self, data: bytes, seconds: float) -> bool:
        """Tell whether somebody else plays this, and keep account of their keys."""
        self._forget(seconds)
        kind, key = data[0] & 0xF0, (data[0] & 0x0F, data[1])
        if kind == NOTE_OFF:
            return self._is_released(key, data, seconds)
        if data in self._said:
            self.echoes += 1
            self._echoed_until = seconds + ECHO_SECONDS
            return False
        if kind == NOTE_ON:
            self.keys.add(key)
        return True

    def _is_released(self, key: tuple[int, int], data: bytes, seconds: float) -> bool:
        """Tell whether a note-off is of a key that somebody holds down.

        We may play that pitch too. Where our notes come back, the first note-off after ours is ours.
        """
        if key not in self.keys:
            self.echoes += 1
            return False
        if seconds < self._echoed_until and self._said.pop(_key(data), None) is not None:
            self.echoes += 1
            return False
        self.keys.discard(key)
        return True

    def _forget(self, seconds: float) -> None:
        said = self._said_in_order
        while said and (len(said) > REMEMBERED or seconds - said[0][0] > ECHO_SECONDS):
            when, key = said.popleft()
            if self._said.get(key) == when:
                del self._said[key]


def _plain(data: bytes) -> bytes:
    """Return a note-on of velocity 0 as the note-off it is."""
    return note_off(data[0] & 0x0F, data[1]) if data[0] & 0xF0 == NOTE_ON and not data[2] else data


def _key(data: bytes) -> bytes:
    """Return what an echo is known by: a note-off may come back with another velocity."""
    data = _plain(data)
    return data[:2] if data[0] & 0xF0 == NOTE_OFF else data
