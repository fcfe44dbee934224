"""ABC: symbols, fields, keys, and files of many tunes."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from live_composer.corpus.abc import read_abc
from live_composer.corpus.abc_key import Signature
from live_composer.corpus.score import TICKS_PER_BEAT
from live_composer.errors import BadFile
from live_composer.music.metre import Metre

if TYPE_CHECKING:
    from pathlib import Path

    from live_composer.corpus.score import Part

HEAD = "X:1\nT:test\nM:4/4\nL:1/4\nK:C\n"


@pytest.fixture
def read(tmp_path: Path):
    def _read(text: str, *, repeats: bool = False) -> Part:
        path = tmp_path / "tune.abc"
        path.write_text(text)
        return read_abc(path, repeats=repeats)[0].parts[0]

    return _read


def pitches(part: Part) -> list[int]:
    return [note.pitch for note in part.notes]


def beats(part: Part) -> list[Fraction]:
    return [Fraction(note.length, TICKS_PER_BEAT) for note in part.notes]


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        ("CDEF|GABc|", [60, 62, 64, 65, 67, 69, 71, 72]),
        ("C,,C,Cc|c'c''z2|", [36, 48, 60, 72, 84, 96]),
        ("^F_B=C^^D|__EFFF|", [66, 70, 60, 64, 62, 65, 65, 65]),
        # Accidentals hold to the bar line, in every octave.
        ("^Fff=f|fFz2|", [66, 78, 78, 77, 77, 65]),
        # A tied note keeps its accidental over the bar line.
        ("C2^F2-|F2F2|", [60, 66, 65]),
        # A tie between different pitches is a slur.
        ("C-DE-F|", [60, 62, 64, 65]),
        # Of a chord the highest; grace notes, words, decorations and chord symbols are nothing.
        ('[CEG]2"Am"{cd}A2|!trill!u~.c2 +fermata+d2|`G4|', [67, 69, 72, 74, 67]),
        ("C2D2&G4|E4|", [60, 62, 64]),
    ],
)
def test_pitches(read, music: str, expected: list[int]):  # noqa: ANN001
    assert pitches(read(HEAD + music)) == expected


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        ("C2DE|", ["2", "1", "1"]),
        ("C/D/E/2F/2 G3/2A/|", ["1/2", "1/2", "1/2", "1/2", "3/2", "1/2"]),
        ("C//D//E3//F2|", ["1/4", "1/4", "3/4", "2"]),
        ("C>DE<F|", ["3/2", "1/2", "1/2", "3/2"]),
        ("C>>DE<<F|", ["7/4", "1/4", "1/4", "7/4"]),
        ("(3CDE F2|", ["2/3", "2/3", "2/3", "2"]),
        ("(3:2:2C2D G2|", ["4/3", "2/3", "2"]),
        ("((3CDE) (FG)|", ["2/3", "2/3", "2/3", "1", "1"]),
        ("(5CDEFG E2|", ["2/5"] * 5 + ["2"]),
        ("(2CD E|", ["3/2", "3/2", "1"]),
        ("[C2E2][CE]2|", ["2", "2"]),
        ("C4-|C2D2|", ["6", "2"]),
        ("C4-|C4-|C4|", ["12"]),
        ("[L:1/8]C2D2 [L:1/4]E2|", ["1", "1", "2"]),
    ],
)
def test_lengths(read, music: str, expected: list[str]):  # noqa: ANN001
    assert beats(read(HEAD + music)) == [Fraction(text) for text in expected]


@pytest.mark.parametrize(
    ("metre", "unit"), [("2/4", "1/4"), ("6/8", "1/2"), ("C|", "1/2"), ("3/4", "1/2"), ("5/8", "1/4")]
)
def test_the_unit_length_without_a_field_depends_on_the_metre(read, metre: str, unit: str):  # noqa: ANN001
    assert beats(read(f"X:1\nM:{metre}\nK:C\nC"))[0] == Fraction(unit)


def test_a_metre_within_the_tune_does_not_change_the_unit_length(read):  # noqa: ANN001
    assert set(beats(read("X:1\nM:4/4\nK:C\nC8|[M:2/4]D4|\nM:2/4\nE4|"))) == {Fraction(4), Fraction(2)}


def test_rests_and_empty_bars(read):  # noqa: ANN001
    part = read(HEAD + "z2C2|Z2|x4|C4|")
    assert [note.onset / TICKS_PER_BEAT for note in part.notes] == [2, 16]


def test_a_triplet_in_compound_time_and_of_nine(read):  # noqa: ANN001
    assert beats(read("X:1\nM:6/8\nL:1/8\nK:C\n(2CD (5CDEFG|")) == [Fraction(3, 4)] * 2 + [Fraction(3, 10)] * 5


def test_repeats_and_endings(read):  # noqa: ANN001
    text = HEAD + "|:C4|[1D4:|[2E4|]\n|:F4|1 G4:|2 A4:|\n::B4::c4:|"
    assert pitches(read(text)) == [60, 64, 65, 69, 71, 72]
    assert pitches(read(text, repeats=True)) == [60, 62, 60, 64, 65, 67, 65, 69, 71, 71, 72, 72]


@pytest.mark.parametrize("line", ["|:", "||:", "|[|:", "[|:", "[|:::"])
def test_a_repeat_may_open_with_any_bar_line(read, line: str):  # noqa: ANN001
    assert pitches(read(HEAD + f"C4{line}D4:|E4|]", repeats=True)) == [60, 62, 62, 64]


def test_a_change_of_metre_and_key_in_the_tune(read):  # noqa: ANN001
    part = read(HEAD + "F4|\nM:3/4\nK:G\nF3|[M:2/4][K:Dm]B2|")
    assert [(tick // TICKS_PER_BEAT, str(metre)) for tick, metre in part.metres] == [(0, "4/4"), (4, "3/4"), (7, "2/4")]
    assert [str(key) for _, key in part.keys] == ["C major", "G major", "D minor"]
    assert pitches(part) == [65, 66, 70]


def test_the_first_voice_is_the_tune(read):  # noqa: ANN001
    header = "X:1\nM:4/4\nL:1/4\nV:S clef=treble\nV:B clef=bass\nK:D\n"
    assert pitches(read(header + "V:S\nFGAB|\nV:B\nD,4|\nV:S\nf4|")) == [66, 67, 69, 71, 78]
    assert pitches(read(header + "[V:B] D,4|\n[V:S] FGAB|\n[V:B] D,4|\n[V:S] f4|")) == [66, 67, 69, 71, 78]


@pytest.mark.parametrize(
    ("text", "key", "accidentals"),
    [
        ("G", "G major", "F#"),
        ("F#m", "F# minor", "F# C# G#"),
        ("Bb", "Bb major", "Bb Eb"),
        ("A Mixolydian", "A mixolydian", "F# C#"),
        ("Ador", "A dorian", "F#"),
        ("E MINOR", "E minor", "F#"),
        ("GM", "G major", "F#"),
        ("Bphr", "B phrygian", "F#"),
        ("Glyd", "G lydian", "F# C#"),
        ("Dmix ^g", "D mixolydian", "F# G#"),
        ("D clef=treble", "D major", "F# C#"),
        ("Hp", "A mixolydian", "F# C#"),
        ("HP", "A mixolydian", ""),
        ("Cb", "B major", "Bb Eb Ab Db Gb Cb Fb"),
        ("F clef=bass", "F major", "Bb"),
        ("Eb clef=alto middle=d", "Eb major", "Bb Eb Ab"),
        ("F#m=g", "F# minor", "F# C# G="),
        ("D exp _b _e ^f", "None", "Bb Eb F#"),
        ("none", "None", ""),
    ],
)
def test_keys(text: str, key: str, accidentals: str):
    signature = Signature().changed(text)
    written = {name[0]: {"#": 1, "b": -1, "=": 0}[name[1]] for name in accidentals.split()}
    assert (str(signature.key), signature.accidentals) == (key, written)


def test_a_clef_alone_changes_no_key():
    before = Signature().changed("Em")
    assert before.changed("clef=bass") == before
    assert before.changed("clef=bass octave=-1").octave == -1


def test_a_file_of_tunes_with_text_between_them(tmp_path: Path):
    path = tmp_path / "book.abc"
    path.write_bytes(
        b"% A book\n\nX:7\nT:First\nT:Other title\nM:6/8\nL:1/8\nK:D\n\nABc|def|\n\nSome words: ABC.\n\n"
        b"X: 8\nT:Caf\xe9\nM:none\nK:C % the key\nCDE % not FGA\n%%text FG\n"
        b"X:9\nT:Third\nZ:copyright: public domain\nK:C\nc\n"
    )
    first, second, third = read_abc(path)
    assert [(score.title, score.place) for score in (first, second, third)] == [
        ("First", "#7"), ("Café", "#8"), ("Third", "#9"),
    ]  # fmt: skip
    assert pitches(first.parts[0]) == [69, 71, 73, 74, 76, 78]
    assert first.parts[0].metres == [(0, Metre(6, 8))]
    assert pitches(second.parts[0]) == [60, 62, 64]
    assert second.parts[0].metres == [(0, None)]
    assert third.rights == "copyright: public domain"


def test_an_empty_line_ends_a_tune_whose_words_stand_below(tmp_path: Path):
    path = tmp_path / "book.abc"
    path.write_text(HEAD + "CDEF|\nW: Some words.\n% Sung\n\nA fabled bad gig.\n")
    assert pitches(read_abc(path)[0].parts[0]) == [60, 62, 64, 65]


def test_a_byte_of_windows_ends_no_line(tmp_path: Path):
    path = tmp_path / "book.abc"
    path.write_bytes(HEAD.encode() + b"CDEF|\r\nw: and so \x85 cabbage\rGABc|")
    assert pitches(read_abc(path)[0].parts[0]) == [60, 62, 64, 65, 67, 69, 71, 72]


@pytest.mark.parametrize("bracket", "[{")
def test_brackets_without_end_are_read_once(read, bracket: str):  # noqa: ANN001
    assert pitches(read(HEAD + bracket * 200_000 + "\nC4|")) == [60]


@pytest.mark.parametrize("content", [b"", b"no tune here", bytes(range(256))])
def test_what_is_no_abc_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "bad.abc"
    path.write_bytes(content)
    with pytest.raises(BadFile, match=r"bad\.abc"):
        read_abc(path)
