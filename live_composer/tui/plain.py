"""What a daemon plays, one line a bar: for screen readers, logs and terminals that show only lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from live_composer.music.metre import Metre
from live_composer.music.vocabulary import pitch_name
from live_composer.wire import channel
from live_composer.wire.messages import Hello
from live_composer.wire.screen import Failed, Frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_WATCHED = ("tempo", "metre", "key", "model", "book")


async def follow(where: Path, say: Callable[[str], None]) -> None:
    """Say what happens, a line at a time, until the daemon ends.

    Raises:
        LostProcess: nobody listens there.
        BadInput: it speaks another protocol.
    """
    daemon, teller = await channel.connect(where, Hello("screen")), Teller()
    try:
        async for message in daemon:
            match message:
                case Frame():
                    for line in teller.lines(message):
                        say(line)
                case Failed(reason=reason):
                    say(f"! {reason}")
                case _:
                    pass
    finally:
        await daemon.close()
    say("The daemon has ended.")


class Teller:
    """Tells what is new in each frame."""

    def __init__(self) -> None:
        self._before: Frame | None = None
        self._troubles: dict[str, str] = {}

    def lines(self, frame: Frame) -> Iterator[str]:
        """Return what is to be said of the newest frame."""
        before, self._before = self._before, frame
        if before is None or frame.transport != before.transport:
            yield f"{frame.transport}: {frame.port.name}, {frame.clock.tempo:g} BPM"
        if changed := [name for name in _WATCHED if before is None or frame.values[name] != before.values[name]]:
            yield ", ".join(f"{name} {frame.values[name]}" for name in changed)
        yield from self._news(frame)
        if before is not None and frame.bar > before.bar:
            yield bar(frame, frame.bar - 1)
        known = {take.number for take in before.takes} if before else set[int]()
        for take in frame.takes:
            if take.number not in known:
                yield f"take {take.number}: {take.name or 'unnamed'}, {take.bars} bars, {take.path}"

    def _news(self, frame: Frame) -> Iterator[str]:
        troubles = {notice.what: notice.reason for notice in frame.notices}
        for what, reason in troubles.items():
            if self._troubles.get(what) != reason:
                yield f"! {what}: {reason}"
        for what in self._troubles.keys() - troubles.keys():
            yield f"{what}: well again"
        self._troubles = troubles


def bar(frame: Frame, number: int) -> str:
    """Return a bar in a line: its number, and its notes with their lengths in sixteenths."""
    per_bar = Metre.parse(str(frame.values["metre"])).steps_per_bar
    first = frame.bar_line + (number - frame.bar) * per_bar
    notes = [note for note in frame.notes if first <= note.step < first + per_bar]
    words = [f"{pitch_name(note.pitch)}:{note.length}" for note in sorted(notes, key=lambda note: note.step)]
    return f"bar {number}: {' '.join(words) or 'no new note'}"
