"""What pages are made of: figures in words, pictures, and real tunes cut to the length of melodies."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from live_composer.corpus import store
from live_composer.corpus.store import Tune
from live_composer.errors import BadFile, BadInput
from live_composer.evaluate import svg, tunes, verdict
from live_composer.evaluate.sheet import Line, Sheet, told, without_intervals
from live_composer.measures.estimates import Estimate
from live_composer.music.melody import Melody
from live_composer.music.metre import Metre
from live_composer.music.vocabulary import DEFAULT

if TYPE_CHECKING:
    from pathlib import Path

    from live_composer.corpus.store import Corpus, Split
    from live_composer.measures.table import Unit

NAMESPACE = {"s": "http://www.w3.org/2000/svg"}


@pytest.mark.parametrize(
    ("estimate", "unit", "words"),
    [
        (Estimate(0.757, 0.755, 0.758), "share", "75.7 ±0.2 %"),
        (Estimate(0.0, 0.0, 0.0004), "share", "0.00 ±0.04 %"),
        (Estimate(0.9995, 0.999, 1.0), "share", "99.95 ±0.05 %"),
        (Estimate(0.25), "share", "25.0 %"),
        (Estimate(-0.1, -0.104, -0.096), "number", "-0.100 ±0.004"),
        (Estimate(481.26, 480.76, 481.76), "number", "481.3 ±0.5"),
        (Estimate(None), "share", "none"),
        (None, "number", "none"),
    ],
)
def test_figures_in_words(estimate: Estimate | None, unit: Unit, words: str):
    assert told(estimate, unit) == words


def test_a_terminal_gets_no_intervals():
    sheet = Sheet("Table 1", ["a"], [Line("motif", ["75.7 ±0.2 %", "-0.100 ±0.004", ""])])
    assert without_intervals(sheet).lines[0].cells == ["75.7 %", "-0.100", ""]


def test_a_piano_roll_has_a_bar_for_each_note():
    drawn = ET.fromstring(svg.roll(Melody.of([14, 1, 16, 0, 1, 18, 1, 1]), "a < b"))
    bars = drawn.findall("s:rect", NAMESPACE)
    assert [bar.findtext("s:title", namespaces=NAMESPACE) for bar in bars] == ["C4", "D4", "E4"]
    lefts, widths = ([float(bar.attrib[key]) for bar in bars] for key in ("x", "width"))
    assert lefts[1] - lefts[0] == pytest.approx(2 * (lefts[2] - lefts[1]) / 3)
    assert widths[2] > widths[0] > widths[1]
    assert drawn.findtext("s:text", namespaces=NAMESPACE) == "a < b"


def test_a_silent_melody_can_be_drawn():
    assert ET.fromstring(svg.roll(Melody.of([1] * 16), "silence")).findall("s:rect", NAMESPACE) == []


def test_curves_rise_where_numbers_do():
    drawn = ET.fromstring(svg.curves("reward", {"up": [0.0, 1.0, 5.0], "flat": [2.0, 2.0, 2.0]}))
    up, flat = (
        [[float(value) for value in point.split(",")] for point in line.attrib["points"].split()]
        for line in drawn.findall("s:polyline", NAMESPACE)
    )
    assert up[0][1] > up[1][1] > up[2][1], "SVG counts downwards"
    assert len({y for _, y in flat}) == 1
    assert [x for x, _ in up] == [x for x, _ in flat]


def tune(metre: str, steps: int, split: Split) -> Tune:
    return Tune("", "", "", metre, "C major", steps, split, 0)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    plain, waltz, half = Metre(4, 4), Metre(3, 4), Metre(2, 4)
    events = [np.arange(steps, dtype=np.int8) % 30 + 2 for steps in (40, 33, 32, 36)]
    metres: list[tuple[Metre, Split]] = [(plain, "train"), (half, "test"), (waltz, "train"), (plain, "validation")]
    melodies = [Melody(event, metre) for event, (metre, _) in zip(events, metres, strict=True)]
    known = [tune(str(metre), len(event), split) for event, (metre, split) in zip(events, metres, strict=True)]
    return store.save(tmp_path / "corpus", melodies, known, DEFAULT, command="made up")


def test_tunes_are_cut_at_bar_lines(corpus: Corpus):
    pieces = tunes.cut(corpus, Metre(4, 4), 16)
    assert pieces.learnt.tolist() == [corpus.melodies[0].events[at : at + 16].tolist() for at in (0, 16)]
    # 2/4 is read as 4/4, and the waltz is left out.
    assert len(pieces.beginnings) == 3
    assert len(pieces.held_out) == 2
    with pytest.raises(BadInput, match="too few tunes in 6/8"):
        tunes.cut(corpus, Metre(6, 8), 12)


def test_the_default_corpus_is_known_where_it_was_measured():
    known = tunes.reference("4/4", 32)
    assert known is not None
    assert known.pieces > 2000
    assert known.table["out_of_key_notes"].value == pytest.approx(0.006, abs=0.003)
    assert tunes.reference("4/4", 37) is None


def test_what_is_no_verdict_is_refused():
    with pytest.raises(BadFile, match="is not what `live-composer evaluate` writes"):
        verdict.decode(b"{}", "evaluation.json", verdict.Verdict)
