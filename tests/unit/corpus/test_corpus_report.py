"""The report and its page of piano rolls."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

from score_writers import tune

from live_composer.corpus import report, store
from live_composer.corpus.store import Source, Tune
from live_composer.music.melody import Melody, from_notes
from live_composer.music.metre import Metre
from live_composer.music.vocabulary import DEFAULT

if TYPE_CHECKING:
    from pathlib import Path


def corpus(folder: Path, title: str = "A tune") -> store.Corpus:
    melody = Melody(from_notes(tune()), Metre(2, 4))
    source = Source(
        "songs", "Public domain.", files=3, tunes=2, melodies=1, steps=len(melody),
        dropped={"too short": 1}, broken={"x.mid": "x.mid is empty"}, broken_files=1,
    )  # fmt: skip
    known = Tune(title, "songs", "a.mid", "2/4", "D dorian", len(melody), "train", 0)
    return store.save(folder, [melody], [known], DEFAULT, sources=[source], command="build it", options={"seed": 1})


def test_the_report_says_what_was_kept_and_dropped_and_why(tmp_path: Path):
    report.write(corpus(tmp_path), seed=1)
    text = (tmp_path / "report.md").read_text()
    told = ["1 melodies, 128 sixteenths", "`build it`", "### songs", "Public domain.", "too short (1)", "- seed: 1"]
    for words in [*told, "x.mid is empty", "| 2/4 | 1 | 128 |", "holds: 50.0%", "white keys: 100.0%"]:
        assert words in text


def test_the_page_is_complete_in_itself_and_draws_every_note(tmp_path: Path):
    page = report.rolls(corpus(tmp_path, "<b>&"), seed=1)
    tags: list[str] = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
            tags.append(tag)

    Parser().feed(page)
    assert tags.count("rect") == len(tune())
    assert "&lt;b&gt;&amp;" in page
    assert "D dorian" in page
    assert not {"script", "link", "img"} & set(tags)
    assert "http" not in page


def test_measures(tmp_path: Path):
    assert report.measures(corpus(tmp_path)) == {"holds": 0.5, "note offs": 0.0, "notes on white keys": 1.0}
