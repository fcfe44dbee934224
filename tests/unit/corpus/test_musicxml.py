"""MusicXML: notes, parts, repeats, archives, and files that mean harm."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from score_writers import attributes, measure, score, xml_note

from live_composer.corpus.musicxml import read_musicxml
from live_composer.corpus.score import TICKS_PER_BEAT
from live_composer.errors import BadFile

if TYPE_CHECKING:
    from pathlib import Path

    from live_composer.corpus.score import Part, Score

LYRIC = "<lyric><text>la</text></lyric>"
WHOLE = xml_note(60, 16)


def read(folder: Path, text: str | bytes, name: str = "a.musicxml", *, repeats: bool = False) -> Score:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (only,) = read_musicxml(path, repeats=repeats)
    return only


def heard(part: Part) -> list[tuple[float, float, int]]:
    return [(note.onset / TICKS_PER_BEAT, note.length / TICKS_PER_BEAT, note.pitch) for note in part.notes]


def zipped(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return buffer.getvalue()


def test_notes_rests_chords_ties_and_graces(tmp_path: Path):
    grace = "<note><grace/><pitch><step>B</step><octave>4</octave></pitch></note>"
    cue = "<note><cue/><pitch><step>B</step><octave>4</octave></pitch><duration>2</duration></note>"
    chord = xml_note(67, 4).replace("<note>", "<note><chord/>")
    first = measure(
        xml_note(61, 4) + xml_note(None, 2) + cue + xml_note(64, 4) + chord + grace + xml_note(60, 4, tied=True),
        attributes(fifths=-3),
    )
    part = read(tmp_path, score(first + measure(xml_note(60, 16)))).parts[0]
    assert heard(part) == [(0, 1, 61), (2, 1, 64), (2, 1, 67), (3, 5, 60)]
    assert [str(key) for _, key in part.keys] == ["Eb major"]


def test_the_sung_part_alone_is_read(tmp_path: Path):
    sung = measure(xml_note(72, 16, LYRIC), attributes())
    found = read(tmp_path, score(measure(WHOLE, attributes()), sung, names=("Piano", "Voice  of\nlove")))
    assert [(part.name, heard(part)) for part in found.parts] == [("Voice of love", [(0, 4, 72)])]


def test_all_parts_and_staves_where_nobody_sings(tmp_path: Path):
    right = xml_note(72, 16, "<staff>1</staff>")
    left = "<backup><duration>16</duration></backup>" + xml_note(48, 16, "<staff>2</staff>")
    piano = measure(right + left, attributes() + "<staves>2</staves>")
    found = read(tmp_path, score(piano, measure(WHOLE, attributes())))
    assert [heard(part) for part in found.parts] == [[(0, 4, 72)], [(0, 4, 48)], [(0, 4, 60)]]


def test_forward_leaves_a_rest(tmp_path: Path):
    bar = xml_note(60, 4) + "<forward><duration>8</duration></forward>" + xml_note(62, 4)
    assert heard(read(tmp_path, score(measure(bar, attributes()))).parts[0]) == [(0, 1, 60), (3, 1, 62)]


def test_a_transposing_instrument_is_read_at_concert_pitch(tmp_path: Path):
    clarinet = (
        "<transpose><diatonic>-1</diatonic><chromatic>-2</chromatic><octave-change>-1</octave-change></transpose>"
    )
    part = read(tmp_path, score(measure(WHOLE, attributes(fifths=2) + clarinet))).parts[0]
    assert heard(part) == [(0, 4, 46)]
    assert [str(key) for _, key in part.keys] == ["C major"]


def test_repeats_and_endings(tmp_path: Path):
    def line(location: str, content: str) -> str:
        return f'<barline location="{location}">{content}</barline>'

    bars = [
        measure(line("left", '<repeat direction="forward"/>') + WHOLE, attributes()),
        measure(
            line("left", '<ending number="1" type="start"/>') + xml_note(62, 16)
            + line("right", '<ending number="1" type="stop"/><repeat direction="backward"/>')
        ),
        measure(
            line("left", '<ending number="2" type="start"/>') + xml_note(64, 16)
            + line("right", '<ending number="2" type="discontinue"/>')
        ),
        measure(xml_note(65, 16)),
    ]  # fmt: skip
    text = score("".join(bars))
    pitches = {
        repeats: [note.pitch for note in read(tmp_path, text, repeats=repeats).parts[0].notes]
        for repeats in (False, True)
    }
    assert pitches == {False: [60, 64, 65], True: [60, 62, 60, 64, 65]}


def test_metres_of_sums_and_none(tmp_path: Path):
    free = "<time><senza-misura/></time>"
    text = score(measure(xml_note(60, 20), attributes("3+2/4")) + measure(WHOLE, free))
    assert [metre and str(metre) for _, metre in read(tmp_path, text).parts[0].metres] == ["5/4", None]


def test_title_and_rights(tmp_path: Path):
    head = "<work><work-title>Six\nsongs</work-title></work><identification><rights>CC0</rights></identification>"
    found = read(tmp_path, score(measure(WHOLE, attributes()), head=head))
    assert (found.title, found.rights) == ("Six songs", "CC0")
    assert read(tmp_path, score(measure(WHOLE, attributes())), "untitled.xml").title == "untitled"


def test_an_archive_with_and_without_a_container(tmp_path: Path):
    text = score(measure(WHOLE, attributes()))
    container = '<container><rootfiles><rootfile full-path="b.xml"/></rootfiles></container>'
    named = zipped(**{"a_xml": "<nothing/>", "b_xml": text, "META-INF__container_xml": container})
    for data in (named, zipped(b_xml=text)):
        assert heard(read(tmp_path, data, "a.mxl").parts[0]) == [(0, 4, 60)]


def test_utf_16_is_read(tmp_path: Path):
    text = score(measure(WHOLE, attributes())).replace(
        '<?xml version="1.0"?>', '<?xml version="1.0" encoding="UTF-16"?>'
    )
    assert heard(read(tmp_path, text.encode("utf-16")).parts[0]) == [(0, 4, 60)]


ENTITY = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "{}">]><score-partwise>&b;</score-partwise>'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"<a", "no MusicXML"),
        (b"<html/>", "root is <html>"),
        (b"<score-timewise/>", "as partwise"),
        (ENTITY.format("x").encode(), "entities"),
        (ENTITY.encode("utf-16"), "entities"),
        (zipped(a_xml=ENTITY), "entities"),
        (zipped(readme="x"), "without a score"),
        (zipped(a_xml="<a/>")[:40], r"broken \.mxl"),
        (zipped(a_xml=" " * (65 << 20)), "unpacks to more than"),
        (score(measure(xml_note(60, 4).replace("<duration>4", "<duration>x"))).encode(), "measure 1"),
        (score(measure("<note><pitch><step>H</step></pitch><duration>1</duration></note>")).encode(), "measure 1"),
        (score(measure(xml_note(60, 10**30))).encode(), "measure 1"),
    ],
    ids=lambda value: value if isinstance(value, str) else "file",  # bytes of an archive hold the time of day
)  # fmt: skip
def test_what_cannot_be_read_is_named(tmp_path: Path, data: bytes, words: str):
    with pytest.raises(BadFile, match=words) as caught:
        read(tmp_path, data, "bad.mxl")
    assert "bad.mxl" in str(caught.value)
