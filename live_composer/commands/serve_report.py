"""What `serve` prints as it plays: text and a piano roll, or JSON lines, on a thread that no music waits for."""

from __future__ import annotations

import dataclasses
import json
import queue
import shutil
import sys
import threading
from typing import TYPE_CHECKING, Protocol, Self

from live_composer.live.events import Bar, Event, Opened, Stopped, Trouble
from live_composer.music import piano_roll
from live_composer.music.melody import Melody
from live_composer.music.metre import Metre

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from rich.live import Live

    from live_composer.live.daemon import Setup
    from live_composer.music.melody import Note

_LAST_WORDS_SECONDS = 2.0


class Report(Protocol):
    """Prints events."""

    def show(self, event: Event) -> None:
        """Print an event."""
        ...

    def close(self) -> None:
        """Leave the terminal as it should be."""
        ...


class JsonReport:
    """Prints each event as an object on a line of its own."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    def show(self, event: Event) -> None:
        """Print an event."""
        fields = {"event": type(event).__name__.lower(), **dataclasses.asdict(event)}
        if isinstance(event, Opened):
            fields |= _of(self._setup)
        sys.stdout.write(json.dumps(fields) + "\n")
        sys.stdout.flush()

    def close(self) -> None:
        """Leave all as it is."""


class TextReport:
    """Prints a header, the piano roll if it is wanted, troubles to stderr, and figures at the end."""

    def __init__(self, setup: Setup, *, roll: bool) -> None:
        self._setup = setup
        self._roll = _Roll(setup) if roll else None

    def show(self, event: Event) -> None:
        """Print an event."""
        match event:
            case Opened():
                _print(*_header(self._setup, event))
            case Bar() if self._roll:
                self._roll.add(event)
            case Trouble(what, reason):
                sys.stderr.write(f"live-composer: {reason or f'The {what} is well again.'}\n")
            case Stopped():
                self.close()
                _print(*_figures(event))
            case _:
                pass

    def close(self) -> None:
        """End the piano roll."""
        if self._roll:
            self._roll.end()


class _Roll:
    """The piano roll, as many bars side by side as fit: in a terminal it grows bar by bar."""

    def __init__(self, setup: Setup) -> None:
        self._vocabulary = setup.vocabulary
        self._use(Metre.parse(setup.values.word("metre")))
        self._bars: list[Bar] = []
        self._terminal: Live | None = None

    def add(self, bar: Bar) -> None:
        """Draw one more bar."""
        if self._bars and bar.number != self._bars[-1].number + 1:
            self.end()  # The music was stopped, and began again.
        if (steps := len(bar.events)) != self._metre.steps_per_bar:
            self.end()
            self._use(Metre(steps, 16) if steps % 2 else Metre(steps // 2, 8))  # Any metre of that length will do.
        self._bars.append(bar)
        if sys.stdout.isatty():
            self._draw_in_terminal()
        if len(self._bars) == self._together:
            self.end()

    def end(self) -> None:
        """Leave what is drawn as it stands; the next bar begins a system of its own."""
        if self._terminal:
            self._terminal.stop()
        elif self._bars:
            _print(*self._lines())
        self._bars, self._terminal = [], None

    def _use(self, metre: Metre) -> None:
        self._metre = metre
        self._together = piano_roll.bars_that_fit(shutil.get_terminal_size().columns, metre)

    def _draw_in_terminal(self) -> None:
        from rich.live import Live
        from rich.text import Text

        if self._terminal is None:
            self._terminal = Live(auto_refresh=False)
            self._terminal.start()
        self._terminal.update(Text("\n".join(self._lines()), no_wrap=True), refresh=True)

    def _lines(self) -> list[str]:
        return [*piano_roll.system(self._notes(), self._bars[0].number - 1, len(self._bars), self._metre), ""]

    def _notes(self) -> list[Note]:
        """Return the notes of the bars that are drawn, as they sound."""
        begin, per_bar = (self._bars[0].number - 1) * self._metre.steps_per_bar, self._metre.steps_per_bar
        melody = Melody.of([event for bar in self._bars for event in bar.events], self._metre, self._vocabulary)
        return [
            note._replace(onset=begin + note.onset, pitch=note.pitch + self._bars[note.onset // per_bar].shift)
            for note in melody.notes()
        ]


class Reporter:
    """A thread that shows events one after the other; a terminal that stands still only delays what it shows.

    Attributes:
        on_reader_gone: called on that thread when nobody reads what is printed any more.
    """

    def __init__(self, report: Report) -> None:
        self.on_reader_gone: Callable[[], object] = lambda: None
        self._report = report
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._reader_gone: BrokenPipeError | None = None
        self._thread = threading.Thread(target=self._show, name="reporter", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._events.put(None)
        self._thread.join(_LAST_WORDS_SECONDS)
        if self._reader_gone and error is None:
            raise self._reader_gone

    def tell(self, event: Event) -> None:
        """Have an event shown, soon."""
        self._events.put(event)

    def _show(self) -> None:
        try:
            while (event := self._events.get()) is not None:
                self._report.show(event)
            self._report.close()
        except BrokenPipeError as error:
            self._reader_gone = error
            self.on_reader_gone()


def _of(setup: Setup) -> dict[str, object]:
    """Return what a header says of a setup."""
    names = ("model", "key", "metre", "tempo", "seed", "temperature", "channel")
    return {**{name: setup.values[name] for name in names}, "recording": str(setup.record) if setup.record else None}


def _header(setup: Setup, opened: Opened) -> list[str]:
    values = setup.values
    where = f"Playing to {opened.port}"
    if opened.backend not in {opened.port, "file"}:
        where += f" ({opened.backend})"
    if opened.virtual:
        where += ", a virtual port: connect it to a synth or a DAW track"
    what = [values["model"], values["key"], values["metre"], f"{values['tempo']:g} BPM", f"channel {values['channel']}"]
    what += [f"seed {values['seed']}", *([f"recorded in {setup.record}"] if setup.record else [])]
    what += [f"listening to {setup.listen}"] if setup.listen else []
    made = opened.virtual and setup.target
    unknown = [f"No port fits `{setup.target}`; `live-composer ports` lists those that there are."] if made else []
    return [where, *unknown, ", ".join(map(str, what)), *(["Ctrl-C stops."] if setup.bars is None else []), ""]


def _figures(stopped: Stopped) -> list[str]:
    bars, notes = _count(stopped.bars, "bar"), _count(stopped.notes, "note")
    late = f"{stopped.late_p50_ms:.1f} ms late at the median, {stopped.late_p99_ms:.1f} at p99"
    lines = [
        f"{bars}, {notes}; {late}, {stopped.late_max_ms:.1f} at most; {_count(stopped.missed_plans, 'missed plan')}"
    ]
    lost = [
        _count(stopped.dropped, "note") + " dropped" if stopped.dropped else "",
        _count(stopped.planners_replaced, "planner") + " replaced" if stopped.planners_replaced else "",
        _count(stopped.ports_replaced, "port process", "port processes") + " replaced"
        if stopped.ports_replaced
        else "",
    ]
    lines += [", ".join(filter(None, lost))] if any(lost) else []
    return [*lines, *([f"The recording is in {stopped.recording}"] if stopped.recording else [])]


def _count(number: int, singular: str, plural: str = "") -> str:
    return f"{number or 'no'} {singular if number == 1 else plural or singular + 's'}"


def _print(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()
