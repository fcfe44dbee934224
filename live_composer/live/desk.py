"""The desk: what a person or a knob asks for, done at once or refused with a reason."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from live_composer.errors import BadInput, LiveComposerError
from live_composer.live.ears import Ears
from live_composer.live.knobs import Knobs
from live_composer.live.listening import Listening
from live_composer.live.playing import Style
from live_composer.live.taps import Taps
from live_composer.live.watch import Watch
from live_composer.live.wishes import Wishes
from live_composer.music import chord as chords
from live_composer.music.units import seconds_per_beat
from live_composer.policy import checkpoint
from live_composer.port.protocol import Release, SetOffset, SetTempo
from live_composer.rules import book_file
from live_composer.wire.screen import COMMANDS, Command

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from live_composer.live.notices import Notices
    from live_composer.live.performance import Performance
    from live_composer.live.port_link import PortLink
    from live_composer.live.takes import Takes
    from live_composer.live.values import Values
    from live_composer.parameters.kinds import Value
    from live_composer.parameters.table import Parameter
    from live_composer.port.protocol import HeardMessage
    from live_composer.wire.screen import Set, TakeView


class Desk:
    """Steers one performance.

    Attributes:
        ears: what comes in by MIDI.
        listening: what the player's notes are for.
        knobs: controllers and presets.
    """

    def __init__(  # noqa: PLR0913 - all that there is to steer
        self,
        values: Values,
        performance: Performance,
        takes: Takes,
        port: PortLink,
        notices: Notices,
        *,
        transport: Callable[[str], None],
        plugins: Sequence[Path] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make a desk.

        Args:
            values: of all parameters.
            performance: what they steer.
            takes: what was kept.
            port: where it plays.
            notices: are told what knobs and presets cannot have.
            transport: does `play`, `pause`, `stop` and `quit`.
            plugins: folders of the musician's own rule files and books.
            clock: tells seconds, for taps.
        """
        self._values, self._performance, self._takes, self._port = values, performance, takes, port
        self._transport, self._plugins = transport, plugins
        self._taps = Taps(clock)
        self._watch = Watch(plugins, book_file.find(values.word("book"), plugins))
        self._silence: asyncio.TimerHandle | None = None
        self.listening = Listening(values, performance, transport, self.plan_anew)
        self.knobs = Knobs(
            values,
            self.change,
            lambda name: self.obey(Command(name)),
            lambda reason: notices.tell("knob", reason),
        )
        self.ears = Ears(values, self.listening, self.knobs, self.plan_anew)
        self._without: dict[str, Callable[[], str]] = {
            "panic": self._panic,
            "tap": self._tap,
            "undo": self._undo,
            "status": lambda: "",
            "solo": lambda: self._solo(""),
            "learn": lambda: self.knobs.learn(""),
        }
        self._with: dict[str, Callable[[Any], str]] = {
            "keep": self._keep,
            "name": self._name,
            "hear": self._hear,
            "like": lambda number: self._like(number, 1),
            "dislike": lambda number: self._like(number, -1),
            "add": self._add,
            "mute": self._mute,
            "solo": self._solo,
            "learn": lambda name: self.knobs.learn(_word(name, "learn", "a parameter's name")),
            "unlearn": lambda name: self.knobs.unlearn(_word(name, "unlearn", "a parameter's name")),
            "preset": self.knobs.load,
            "save-preset": self._save_preset,
        }

    def set(self, asked: Set) -> str:
        """Change a parameter; return what it is now, for a person.

        Raises:
            BadInput: there is no such parameter, or it has no such value.
        """
        self.change(asked.name, asked.value, text=asked.text)
        parameter = self._values.find(asked.name)
        return f"{parameter.name} is {parameter.show(self._values[parameter.name])}."

    def change(self, name: str, value: Value | None, *, text: bool = False) -> None:
        """Change a parameter.

        Raises:
            BadInput: there is no such parameter, or it has no such value.
        """
        parameter = self._values.find(name)
        if value is not None:
            self._check(parameter.name, parameter.kind.parse(str(value)) if text else value)
        if changed := self._values.set(name, value, text=text):
            self._apply(changed)

    def obey(self, command: Command) -> str:
        """Do a command; return what there is to say of it.

        Raises:
            BadInput: there is no such command, or it makes no sense now.
            CannotWrite: a take could not be written.
        """
        name, value = command.name, command.value
        if name in {"play", "pause", "stop", "quit"} and value is None:
            self._transport(name)
            return ""
        if name in self._without and value is None:
            return self._without[name]()
        if name in self._with:
            return self._with[name](value)
        fault = f"`{name}` takes no value {value!r}" if name in COMMANDS else f"`{name}` is no command"
        raise BadInput(f"{fault}; there are: {', '.join(COMMANDS)}.")

    def hear(self, message: HeardMessage) -> None:
        """Take in what somebody plays, or turns."""
        still = not self._performance.goes
        beat = message.seconds / seconds_per_beat(self._port.tempo) if still else message.beat
        self.ears.hear(message, beat)
        if self._silence:
            self._silence.cancel()
        if still and self.listening.state == "listening":
            beats = self.listening.silence_left(beat)
            later = beat + beats
            self._silence = asyncio.get_running_loop().call_later(
                beats * seconds_per_beat(self._port.tempo), lambda: self.listening.tick(later + _NEAR)
            )

    def plan_anew(self, *, at_bar: bool = False) -> None:
        """Have the values of now planned by."""
        vocabulary = self._performance.source.wishes.vocabulary
        wishes = Wishes.of(self._values, vocabulary, self._takes.motifs)
        room = _ROOM if self.listening.accompanied else 0.0
        wishes = replace(wishes, chord=self.ears.chord or wishes.chord, density=max(-4.0, wishes.density - room))
        self._performance.planning.change(wishes, at_bar=at_bar)

    def look_at_files(self) -> None:
        """Have rule files and the book planned by as they are now, if they were saved since this was last asked.

        Whether they can be used is for the planner to say.
        """
        with contextlib.suppress(LiveComposerError):
            book = book_file.find(self._values.word("book"), self._plugins)
            files, saved = self._watch.look(book)
            if saved:
                self._values.follow_book(book_file.weights(book))
            if files or saved:
                self.plan_anew()

    def _check(self, name: str, value: Value) -> None:
        """Refuse names of what there is not, before anything hears of them."""
        match name:
            case "tempo":
                if self._port.follows and self._port.clock.source != "link":
                    raise BadInput("The tempo is that of the clock which is followed.")
            case "chord":
                chords.parse(str(value))
            case "book":
                self._book(str(value))
            case "model":
                network = checkpoint.card(str(value)).network
                vocabulary = self._performance.source.wishes.vocabulary
                if (network.lowest, network.highest) != (vocabulary.lowest, vocabulary.highest):
                    raise BadInput(
                        f"`{value}` plays pitches {network.lowest} to {network.highest}, and the music that plays has "
                        f"{vocabulary.lowest} to {vocabulary.highest}; stop, and serve with it."
                    )
            case _:
                pass

    def _book(self, name: str) -> dict[str, float]:
        return book_file.weights(book_file.find(name, self._plugins))

    def _apply(self, parameter: Parameter) -> None:
        """Have a value that was changed heard."""
        match parameter.name:
            case "tempo":
                self._port.send(SetTempo(self._values.number("tempo")))
            case "latency":
                self._port.send(SetOffset(self._values.number("latency")))
            case "count-in" | "click":
                self._performance.count_in = self._values.whole("count-in")
                self._performance.click = self._values.whole("click")
            case "book":
                self._values.use_rules(self._book(self._values.word("book")))
                self._watch.look(book_file.find(self._values.word("book"), self._plugins))
                self.plan_anew(at_bar=True)
            case "listen":
                self.listening.reset()
            case _ if parameter.replans:
                self.plan_anew(at_bar=parameter.heard == "bar")
            case _ if parameter.group == "playing":
                self._performance.performer.style = Style.of(self._values)
            case _:
                pass

    def _panic(self) -> str:
        self._port.send(Release())
        return ""

    def _tap(self) -> str:
        if tempo := self._taps.tap():
            self.change("tempo", tempo)
        return ""

    def _undo(self) -> str:
        parameter = self._values.undo()
        self._apply(parameter)
        return f"{parameter.name} is {parameter.show(self._values[parameter.name])} again."

    def _add(self, rule: Any) -> str:
        name = _word(rule, "add", "a rule's name")
        self._values.add_rule(name)
        self.plan_anew()
        return f"{name} is in use; its slider is the last one."

    def _mute(self, rule: Any) -> str:
        self._values.mute(_word(rule, "mute", "a rule's name"))
        self.plan_anew()
        return ""

    def _solo(self, rule: Any) -> str:
        self._values.hear_alone(_word(rule, "solo", "a rule's name"))
        self.plan_anew()
        return ""

    def _keep(self, value: Any) -> str:
        given: Any = {"bars": self._values.whole("keep"), "name": ""}
        match given if value is None else isinstance(value, dict) and given | value:
            case {"bars": int() as bars, "name": str() as name, **rest} if bars > 0 and not rest:
                return _kept(self._takes.keep(self._performance.played, self._values, bars, name))
            case _:
                raise BadInput("`keep` takes {bars, name}: how many bars, and a name; both may be left out.")

    def _name(self, value: Any) -> str:
        match value:
            case {"name": str() as name, **rest} if name and set(rest) <= {"take"}:
                return _kept(self._takes.rename(rest.get("take"), name))
            case _:
                raise BadInput("`name` takes {take, name}: the number of a take, and its new name.")

    def _save_preset(self, value: Any) -> str:
        match value:
            case {"number": number, **rest} if set(rest) <= {"name"}:
                return self.knobs.save(number, str(rest.get("name", "")))
            case _:
                raise BadInput("`save-preset` takes {number, name}: a program's number, and a name.")

    def _hear(self, number: Any) -> str:
        take = self._takes.take(number)
        if self._performance.transport.state != "playing":
            raise BadInput("A take is heard again while the music plays; play first.")
        self._performance.planning.insert(take.events)
        return f"{take.name} is heard from the next bar on."

    def _like(self, number: Any, liked: int) -> str:
        """Like a take; without a number the last one, which is kept now if it is old."""
        played = self._performance.played
        bar = played.source.bars.at(played.heard)
        if number is None and not self._takes.kept_since(bar.begin - bar.metre.steps_per_bar):
            self._takes.keep(played, self._values, self._values.whole("keep"))
        view = self._takes.like(number, liked)
        if self._values.number("repetition"):
            self.plan_anew()
        return f"{view.name} is {'liked' if liked > 0 else 'disliked'}."


_ROOM = 1.5
"""By how many doublings of its odds a note is rarer while the player plays along."""
_NEAR = 1e-6


def _kept(view: TakeView) -> str:
    return f"{view.bars} {'bar is' if view.bars == 1 else 'bars are'} in {view.path}"


def _word(value: Any, command: str, what: str) -> str:
    if not isinstance(value, str):
        raise BadInput(f"`{command}` takes {what}, and no {value!r}.")
    return value
