"""ABC tunebooks: files of tunes, each with a header of fields and a body of music (abcnotation.com, standard 2.1).

Read: titles, metres, unit lengths, keys with modes and extra accidentals (in the header, between lines and inline),
voices (the first is the tune), repeats with first and second endings. What stands within the bars is the business of
`abc_music`. Skipped: words, parts, decorations, chord symbols, macros, D.C. and D.S.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from live_composer import files
from live_composer.corpus.abc_music import Music
from live_composer.corpus.score import Score, lay_out
from live_composer.errors import BadFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LARGEST = 32 << 20
_FIELD = re.compile(r"([A-Za-z+]):(?![|:])\s*(.*)")
_COMMENT = re.compile(r"(?<!\\)%.*")
_END_OF_LINE = re.compile(r"\r\n?|\n")


def read_abc(path: Path, *, repeats: bool = False) -> list[Score]:
    """Read every tune of an ABC file.

    Args:
        path: the file, in UTF-8 or Latin-1.
        repeats: play repeats; otherwise each section is played once, with its last ending.

    Raises:
        BadFile: the file is missing, too large, or holds no tune.
    """
    text = _decode(files.read_bytes(path, "ABC file", _LARGEST))
    scores = [_read_tune(lines, repeats=repeats) for lines in _tunes(text)]
    if not scores:
        raise BadFile(f"{path} is no ABC file: there is no tune (no line that begins with X:).")
    return scores


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _tunes(text: str) -> Iterator[list[str]]:
    """Give the lines of each tune: from its X: to the next, or to an empty line; one before the music is a slip."""
    tune: list[str] | None = None
    has_music = False
    for line in _END_OF_LINE.split(text):
        begins = line.startswith("X:")
        if tune and (begins or (not line.strip() and has_music)):
            yield tune
            tune = None
        if begins:
            tune, has_music = [line], False
        elif tune is not None:
            tune.append(line)
            has_music = has_music or _is_music(line.strip())
    if tune:
        yield tune


def _is_music(line: str) -> bool:
    """Say whether a line is neither a field nor a comment, nor empty."""
    return bool(line) and not line.startswith("%") and not _FIELD.match(line)


def _read_tune(lines: list[str], *, repeats: bool) -> Score:
    number, rights, titles = "", "", list[str]()
    music = Music()
    in_header = True
    for raw in lines:
        line = _COMMENT.sub("", raw).rstrip()
        field = _FIELD.match(line)
        if field is None:
            if not in_header:
                music.line(line)
            continue
        name, value = field[1], field[2].strip()
        if name == "X":
            number = value
        elif name == "T":
            titles.append(value)
        elif name in "CNSZ" and "copyright" in value.lower():
            rights = value
        else:
            music.field(name, value)
            in_header = in_header and name != "K"
    part = lay_out(music.finish(), repeats=repeats)
    return Score(titles[0] if titles else "", f"#{number}" if number else "", [part], rights)
