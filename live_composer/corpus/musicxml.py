"""MusicXML scores (.musicxml, .xml, and compressed .mxl): the sung parts, or all parts where none is sung.

A part of several staves becomes a part each. Skipped: grace and cue notes, unpitched notes, D.C. and D.S.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from live_composer import files
from live_composer.corpus.score import TICKS_PER_BEAT, Bar, Part, Score, ScoreNote, lay_out
from live_composer.errors import BadFile, BadInput
from live_composer.music.key import LETTERS, Key, key_of_signature
from live_composer.music.metre import Metre

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from xml.etree.ElementTree import Element

_LARGEST = 64 << 20
_LONGEST = 1 << 32
_SCORES = (".musicxml", ".xml")
_CONTAINER = "META-INF/container.xml"
_MODES = {"major", "minor", "dorian", "phrygian", "lydian", "mixolydian", "locrian"}
_LAST_ENDING = 8


def read_musicxml(path: Path, *, repeats: bool = False) -> list[Score]:
    """Read a MusicXML score.

    Args:
        path: the file, plain or compressed.
        repeats: play repeats; otherwise each section is played once, with its last ending.

    Raises:
        BadFile: the file is missing, too large, broken, or no score by parts.
    """
    data = files.read_bytes(path, "MusicXML file", _LARGEST)
    if data.startswith(b"PK"):
        data = _unzip(path, data)
    root = _parse(path, data)
    if root.tag != "score-partwise":
        raise BadFile(f"{path} is no MusicXML score by parts (its root is <{root.tag}>); export it as partwise.")
    try:
        parts = list(_parts(root, repeats=repeats))
    except (ValueError, OverflowError, KeyError) as error:
        raise BadFile(f"{path} is a broken score: {error}.") from error
    title = root.findtext("movement-title") or root.findtext("work/work-title") or path.stem
    rights = root.findtext("identification/rights") or ""
    return [Score(" ".join(title.split()), "", parts, " ".join(rights.split()))]


def _parse(path: Path, data: bytes) -> Element:
    # Entities are for attacks: no score needs them. Without its zeros, UTF-16 reads like ASCII.
    if b"<!ENTITY" in data.replace(b"\0", b""):
        raise BadFile(f"{path} defines XML entities, which no score needs; it is not read.")
    try:
        return ET.fromstring(data)  # noqa: S314 - entities are refused above
    except (ET.ParseError, ValueError, LookupError) as error:
        raise BadFile(f"{path} is no MusicXML: {error}.") from error


def _unzip(path: Path, data: bytes) -> bytes:
    """Return the score within an .mxl archive: the one its container names, else the first."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.namelist()
            scores = [name for name in members if name.endswith(_SCORES) and not name.startswith("META-INF/")]
            if _CONTAINER in members:
                container = _parse(path, _inflate(path, archive, _CONTAINER))
                named = [item.get("full-path") for item in container.iter() if item.tag.endswith("rootfile")]
                scores.sort(key=lambda name: name not in named)
            if not scores:
                raise BadFile(f"{path} is a ZIP archive without a score.")  # noqa: TRY301
            return _inflate(path, archive, scores[0])
    except BadFile:
        raise
    # zipfile raises whatever the broken byte leads it to.
    except Exception as error:
        raise BadFile(f"{path} is a broken .mxl archive: {error}.") from error


def _inflate(path: Path, archive: zipfile.ZipFile, name: str) -> bytes:
    """Read one member, whatever size it claims to have, up to the limit."""
    with archive.open(name) as member:
        data = member.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise BadFile(f"{path} unpacks to more than {_LARGEST:,} bytes; it is not read.")
    return data


def _parts(root: Element, *, repeats: bool) -> Iterator[Part]:
    names = {item.get("id"): item.findtext("part-name") or "" for item in root.iterfind("part-list/score-part")}
    elements = root.findall("part")
    sung = [element for element in elements if element.find("measure/note/lyric") is not None]
    for element in sung or elements:
        for bars in _Staves(element).bars:
            name = " ".join(names.get(element.get("id"), "").split())
            yield lay_out(bars, name, repeats=repeats)


class _Staves:
    """Reads one <part> into bars, for each of its staves."""

    def __init__(self, part: Element) -> None:
        self._divisions = 1
        self._metre: Metre | None = None
        self._written: Key | None = None
        self._shift = 0
        self._endings: frozenset[int] = frozenset()
        staves = max((int(item.text or 1) for item in part.iterfind("measure/attributes/staves")), default=1)
        self.bars: list[list[Bar]] = [[] for _ in range(min(max(staves, 1), 4))]
        for measure in part.iterfind("measure"):
            try:
                self._measure(measure)
            except (ValueError, KeyError) as error:
                raise ValueError(f"measure {measure.get('number')}: {error}") from error

    def _measure(self, measure: Element) -> None:
        self._cursor = self._onset = self._end = 0
        self._bars = [Bar(self._metre, self._key(), endings=self._endings) for _ in self.bars]
        closing = False
        for element in measure:
            if element.tag == "note":
                self._note(element)
            elif element.tag in {"backup", "forward"}:
                ticks = self._ticks(element)
                self._cursor = max(0, self._cursor + (ticks if element.tag == "forward" else -ticks))
                self._end = max(self._end, self._cursor)
            elif element.tag == "attributes":
                self._attributes(element)
            elif element.tag == "barline":
                closing |= self._bar_line(element)
        for staff, bar in zip(self.bars, self._bars, strict=True):
            bar.length = self._end
            bar.notes.sort(key=lambda note: (note.onset, note.pitch))
            staff.append(bar)
        if closing:
            self._endings = frozenset()

    def _note(self, element: Element) -> None:
        if element.find("grace") is not None:
            return
        length = self._ticks(element)
        if element.find("chord") is None:
            self._onset = self._cursor
            self._cursor += length
            self._end = max(self._end, self._cursor)
        pitch = element.find("pitch")
        if pitch is None or not length or element.find("cue") is not None:
            return
        tied = any(tie.get("type") == "start" for tie in element.iterfind("tie"))
        staff = min(int(element.findtext("staff") or 1), len(self._bars)) - 1
        self._bars[staff].notes.append(ScoreNote(self._onset, length, self._midi(pitch), tied))

    def _midi(self, pitch: Element) -> int:
        step, octave = LETTERS[(pitch.findtext("step") or "").strip()], int(pitch.findtext("octave") or 4)
        altered = round(float(pitch.findtext("alter") or 0))
        return min(max(12 * (octave + 1) + step + altered + self._shift, 0), 127)

    def _attributes(self, element: Element) -> None:
        self._divisions = max(1, int(element.findtext("divisions") or self._divisions))
        time, fifths = element.find("time"), element.findtext("key/fifths")
        if time is not None:
            self._metre = _metre(time)
        if fifths is not None:
            mode = (element.findtext("key/mode") or "").strip().lower()
            self._written = key_of_signature(int(fifths), mode if mode in _MODES else "major")
        transpose = element.find("transpose")
        if transpose is not None:
            octaves = int(transpose.findtext("octave-change") or 0)
            self._shift = int(float(transpose.findtext("chromatic") or 0)) + 12 * octaves
        if not self._end:
            for bar in self._bars:
                bar.metre, bar.key = self._metre, self._key()

    def _key(self) -> Key | None:
        """Return the key that sounds; a transposing instrument's is written elsewhere, as its notes are."""
        return self._written.moved(self._shift) if self._written else None

    def _bar_line(self, element: Element) -> bool:
        """Mark repeats and endings; say whether an ending stops here."""
        repeat, ending = element.find("repeat"), element.find("ending")
        direction = repeat.get("direction") if repeat is not None else None
        double = element.findtext("bar-style") in {"light-light", "light-heavy", "heavy-heavy"}
        begins = ending is not None and ending.get("type") == "start"
        if ending is not None and begins:
            self._endings = _endings(ending.get("number", ""))
        for bar in self._bars:
            bar.opens |= direction == "forward"
            bar.closes |= direction == "backward"
            bar.ends |= bar.closes or (double and element.get("location") != "left")
            bar.endings = self._endings
        return ending is not None and not begins

    def _ticks(self, element: Element) -> int:
        duration = float(element.findtext("duration") or 0)
        if not 0 <= duration < _LONGEST:
            raise ValueError(f"a duration of {duration}")
        return round(duration * TICKS_PER_BEAT / self._divisions)


def _metre(time: Element) -> Metre | None:
    beats, unit = time.findtext("beats"), time.findtext("beat-type")
    try:
        return Metre(sum(int(count) for count in beats.split("+")), int(unit)) if beats and unit else None
    except (BadInput, ValueError):
        return None


def _endings(text: str) -> frozenset[int]:
    numbers = (int(item) for item in text.replace(",", " ").split() if item.isdecimal())
    return frozenset(number for number in numbers if number <= _LAST_ENDING)
