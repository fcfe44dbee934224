"""The music of an ABC tune: symbols within bars, read one by one into bars of notes.

Accidentals hold to the end of the bar, for the letter in every octave (the standard's default). A tie between notes of
different pitch is a slur, as old tunebooks write it. Of a chord the highest note is kept; grace notes are skipped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from live_composer.corpus.abc_key import ACCIDENTALS, Signature
from live_composer.corpus.score import TICKS_PER_BEAT, Bar, ScoreNote
from live_composer.errors import BadInput
from live_composer.music.key import LETTERS
from live_composer.music.metre import Metre

if TYPE_CHECKING:
    from collections.abc import Callable

_WHOLE = 4 * TICKS_PER_BEAT
_MIDDLE_C = 60
_LONGEST = 1 << 10
_LAST_ENDING = 8
_SHORT_METRE = 0.75
_COMPOUND = 3

_NOTE = r"(?P<accidental>\^{1,2}|_{1,2}|=)?(?P<letter>[A-Ga-g])(?P<octave>[,']*)"
_LENGTH = r"(?P<number>\d*)(?P<slashes>/*)(?P<over>\d*)"
_SYMBOL = re.compile(
    rf"""
      (?P<note>{_NOTE}{_LENGTH}(?P<tie>\s*-)?)
    | (?P<skip>"[^"]*"|![^!\s|]*!|\+[a-z.]+\+|\{{[^{{}}]*\}}|[\s`~.$*;\\)]|[uvHLMOPRSTJKwy])
    | (?P<rest>[zx](?P<rest_number>\d*)(?P<rest_slashes>/*)(?P<rest_over>\d*))
    | (?P<empty_bars>[ZX](?P<how_many>\d*))
    | (?P<inline>\[(?P<field>[A-Za-z]):(?P<value>[^][]*)\])
    | (?P<bar_line>(?P<bar>:*\|[|:\]]*(?:\[(?=\d))?|::+|\[\|[|:\]]*|\[(?=\d))(?P<ending>[\d,.-]*))
    | (?P<tuplet>\((?P<written>\d)(?::(?P<time>\d?)(?::(?P<count>\d?))?)?)
    | (?P<chord>\[(?P<inside>[^][]*)\](?P<chord_number>\d*)(?P<chord_slashes>/*)(?P<chord_over>\d*)(?P<chord_tie>\s*-)?)
    | (?P<broken>>+|<+)
    | (?P<overlay>&)
    """,
    re.VERBOSE,
)
_CHORD_NOTE = re.compile(f"{_NOTE}{_LENGTH}")


class Music:
    """Reads the fields and lines of one tune, in order; `finish` gives the bars of its first voice."""

    def __init__(self) -> None:
        self._bars: list[Bar] = []
        self._signature = Signature()
        self._metre: Metre | None = None
        self._unit: int | None = None
        self._first_voice: str | None = None
        self._voice: str | None = None
        self._in_header = True
        self._endings: frozenset[int] = frozenset()
        self._bar = self._new_bar()
        self._in_bar: dict[str, int] = {}
        self._tied: tuple[str, str, int] | None = None
        self._broken = 0
        self._tuplet = (1, 1, 0)
        self._overlaid = False
        self._actions: dict[str, Callable[[re.Match[str]], None]] = {
            "note": self._note, "rest": self._rest, "empty_bars": self._empty_bars, "inline": self._inline,
            "bar_line": self._bar_line, "tuplet": self._begin_tuplet, "chord": self._chord, "broken": self._break,
            "overlay": self._overlay,
        }  # fmt: skip

    def field(self, name: str, value: str) -> None:
        """Take a field that bears on the notes: M, L, K or V; others are skipped.

        In the header, which the first K ends, V only declares a voice; after it, V says whose music follows.
        """
        if name == "V":
            self._first_voice = self._first_voice or value.partition(" ")[0]
            self._voice = self._first_voice if self._in_header else value.partition(" ")[0]
        elif not self._sounds:
            return
        elif name == "M":
            self._metre = _metre(value)
        elif name == "L":
            self._unit = _unit(value) or self._unit
        elif name == "K":
            self._in_header = False
            self._signature = self._signature.changed(value)
        if not self._bar.length:
            self._bar.metre, self._bar.key = self._metre, self._signature.key

    def line(self, text: str) -> None:
        """Take a line of music."""
        self._unit = self._unit_ticks  # A metre that comes later does not change it.
        position = 0
        while position < len(text):
            match = _SYMBOL.match(text, position)
            if match is None:
                position += 1
                continue
            position = match.end()
            action = self._actions.get(match.lastgroup or "")
            if action and (self._sounds or match.lastgroup == "inline"):
                action(match)

    def finish(self) -> list[Bar]:
        """Return the bars read."""
        self._end_bar()
        return self._bars

    @property
    def _sounds(self) -> bool:
        """Whether what is read belongs to the first voice."""
        return self._voice == self._first_voice

    @property
    def _unit_ticks(self) -> int:
        if self._unit is not None:
            return self._unit
        # The standard: a sixteenth where the metre is below 3/4, else an eighth.
        short = self._metre is not None and self._metre.beats / self._metre.unit < _SHORT_METRE
        return _WHOLE // 16 if short else _WHOLE // 8

    def _inline(self, match: re.Match[str]) -> None:
        self.field(match["field"], match["value"].strip())

    def _note(self, match: re.Match[str]) -> None:
        length = self._stretch(_scale(self._unit_ticks, match["number"], match["slashes"], match["over"]))
        self._sound(self._pitch(match), length, match, tied=bool(match["tie"]))

    def _chord(self, match: re.Match[str]) -> None:
        notes = [(self._pitch(note), note) for note in _CHORD_NOTE.finditer(match["inside"])]
        if not notes:
            return
        pitch, highest = max(notes, key=lambda note: note[0])
        length = _scale(self._unit_ticks, highest["number"], highest["slashes"], highest["over"])
        length = _scale(length, match["chord_number"], match["chord_slashes"], match["chord_over"])
        tied = bool(match["chord_tie"]) or "-" in match["inside"]
        self._sound(pitch, self._stretch(length), highest, tied=tied)

    def _sound(self, pitch: int, length: int, match: re.Match[str], *, tied: bool) -> None:
        if not self._overlaid and length:
            self._bar.notes.append(ScoreNote(self._bar.length, length, pitch, tied))
        self._advance(length)
        self._tied = (match["letter"], match["octave"], pitch) if tied else None

    def _rest(self, match: re.Match[str]) -> None:
        length = _scale(self._unit_ticks, match["rest_number"], match["rest_slashes"], match["rest_over"])
        self._advance(self._stretch(length))

    def _empty_bars(self, match: re.Match[str]) -> None:
        whole = _WHOLE * self._metre.beats // self._metre.unit if self._metre else _WHOLE
        self._advance(whole * min(int(match["how_many"] or 1), _LONGEST))

    def _advance(self, length: int) -> None:
        if not self._overlaid:
            self._bar.length += length

    def _pitch(self, match: re.Match[str]) -> int:
        letter, marks = match["letter"], match["octave"]
        tied, self._tied = self._tied, None
        upper = letter.upper()
        if match["accidental"]:
            self._in_bar[upper] = ACCIDENTALS[match["accidental"]]
        elif tied and tied[:2] == (letter, marks):
            return tied[2]
        altered = self._in_bar.get(upper, self._signature.accidentals.get(upper, 0))
        octave = (letter != upper) + marks.count("'") - marks.count(",") + self._signature.octave
        return min(max(_MIDDLE_C + LETTERS[upper] + altered + 12 * octave, 0), 127)

    def _stretch(self, length: int) -> int:
        """Apply a broken rhythm and a tuplet to a note or rest."""
        if self._broken > 0:
            length >>= self._broken
        elif self._broken < 0:
            length = 2 * length - (length >> -self._broken)
        self._broken = 0
        written, time, left = self._tuplet
        if left:
            self._tuplet = (written, time, left - 1)
            length = length * time // written
        return length

    def _break(self, match: re.Match[str]) -> None:
        """Lengthen the note before `>` and halve the one after it; `<` the other way round."""
        halvings = min(len(match["broken"]), 3)
        self._broken = halvings if match["broken"][0] == ">" else -halvings
        if self._overlaid or not self._bar.notes:
            return
        last = self._bar.notes[-1]
        if last.onset + last.length != self._bar.length:
            return
        short = last.length >> halvings
        length = 2 * last.length - short if self._broken > 0 else short
        self._bar.notes[-1] = last._replace(length=length)
        self._bar.length += length - last.length

    def _begin_tuplet(self, match: re.Match[str]) -> None:
        written = int(match["written"])
        if written < 2:  # noqa: PLR2004 - (1 and (0 mean nothing
            return
        compound = self._metre is not None and self._metre.beats % _COMPOUND == 0 and self._metre.beats > _COMPOUND
        usual = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}.get(written, 3 if compound else 2)
        self._tuplet = (written, int(match["time"] or usual), int(match["count"] or written))

    def _overlay(self, _match: re.Match[str]) -> None:
        self._overlaid = True

    def _bar_line(self, match: re.Match[str]) -> None:
        line = match["bar"]
        closes, opens = line.startswith(":"), line.endswith(":")
        section = closes or opens or "||" in line or "]" in line or line.startswith("[|")
        if self._bar.length:
            self._bar.closes, self._bar.ends = closes, section
            self._end_bar()
        elif self._bars and section:
            # The line of a repeat may be written twice, at the end of a line and at the start of the next.
            self._bars[-1].closes |= closes
            self._bars[-1].ends = True
        if section or match["ending"]:
            self._endings = _endings(match["ending"])
            self._bar.endings = self._endings
        self._bar.opens |= opens

    def _end_bar(self) -> None:
        if self._bar.length:
            self._bars.append(self._bar)
        self._bar = self._new_bar()
        self._in_bar = {}
        self._overlaid = False
        self._broken = 0
        self._tuplet = (1, 1, 0)

    def _new_bar(self) -> Bar:
        return Bar(self._metre, self._signature.key, endings=self._endings)


def _scale(unit: int, number: str, slashes: str, over: str) -> int:
    """Return a length: `3`, `/2`, `3/2`, `/` (half), `//` (a quarter)."""
    divisor = (int(over) if over else 1 << min(len(slashes), 6)) if slashes else 1
    return unit * min(int(number or 1), _LONGEST) // max(divisor, 1)


def _metre(text: str) -> Metre | None:
    try:
        return Metre.parse(text.partition(" ")[0])
    except BadInput:
        return None


def _unit(text: str) -> int | None:
    match = re.match(r"(\d+)(?:/(\d+))?", text)
    if not match or not int(match[1]) or not int(match[2] or 1):
        return None
    return min(_WHOLE * int(match[1]) // int(match[2] or 1), _WHOLE)


def _endings(text: str) -> frozenset[int]:
    """Read `1`, `1,3` or `1-3`."""
    numbers: set[int] = set()
    for item in re.split(r"[,.]", text):
        first, dash, last = item.partition("-")
        if first.isdecimal() and int(first) <= _LAST_ENDING:
            end = int(last) if dash and last.isdecimal() else int(first)
            numbers.update(range(int(first), min(end, _LAST_ENDING) + 1))
    return frozenset(numbers)
