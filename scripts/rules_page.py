"""Write docs/rule-books.md: every rule of the shipped books, in the words of its own file."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from live_composer.config import Compose
from live_composer.rules import book_file, discovery

if TYPE_CHECKING:
    from live_composer.rules import Rule
    from live_composer.rules.book import RuleBook

HEAD = """# The two rule books

This page is written from the rules themselves; what is said here of numbers of the corpus was counted on the default
corpus ([Your own tunes](corpus.md)). How rules work, and how to write one: [Rules](rules.md).
"""
ABOUT = {
    "paper": """To the digit what the authors' published code says: for comparing with the paper. They were made for
melodies of two bars in C major, and they show it: each step of a held note counts as one more repetition, motifs know
nothing of bars, and a loop of eight notes pays best of all.""",
    "house": """The same ideas without those artefacts. Four things hold for all of it:

* Any key and mode, metre, length and range of pitches. Time is counted from bar lines, in phrases of `phrase` bars (4
  unless the book says otherwise) that follow one another without end.
* Praise is given where music is well made at a place that comes anyway, such as a bar line, a phrase's end or a bar's
  return, and hardly for single notes: playing more notes earns nothing.
* Values are modest: from -1 to 1 with few exceptions. With c = .5, as in tuning, 1 is worth 2 nats of likelihood.
* Real tunes are judged better than tunes whose bars, pitches or steps are shuffled, and than noise;
  `benchmarks/rules.py` measures it, rule by rule.""",
}

BESIDE = """## Beside the books

`compose` hears this rule beside those of any book, with the weight that `--close` says: what is written into a file has
an end, and what is played live has none.
"""
COMPOSE = Compose()

SOURCES = """## Sources

- Caplin, W. E. (1998). *Classical Form*. Oxford University Press.
- Fux, J. J. (1725). *Gradus ad Parnassum*.
- von Hippel, P., Huron, D. (2000). Why do skips precede reversals? *Music Perception* 18 (1).
- Huron, D. (2006). *Sweet Anticipation*. MIT Press.
- Jaques, N., Gu, S., Turner, R. E., Eck, D. (2016). Tuning recurrent neural networks with reinforcement learning.
  arXiv 1611.02796.
- Koch, H. C. (1787). *Versuch einer Anleitung zur Composition*, part 2.
- Krumhansl, C. L., Kessler, E. J. (1982). Tracing the dynamic changes in perceived tonal organization in a spatial
  representation of musical keys. *Psychological Review* 89 (4).
- Lerdahl, F., Jackendoff, R. (1983). *A Generative Theory of Tonal Music*. MIT Press.
- Longuet-Higgins, H. C., Lee, C. S. (1984). The rhythmic interpretation of monophonic music. *Music Perception* 1 (4).
- Margulis, E. H. (2014). *On Repeat*. Oxford University Press.
- Meyer, L. B. (1973). *Explaining Music*. University of California Press.
- Narmour, E. (1990). *The Analysis and Cognition of Basic Melodic Structures*. University of Chicago Press.
- Prince, J. B., Schmuckler, M. A. (2014). The tonal-metric hierarchy: a corpus analysis. *Music Perception* 31 (3).
- Schoenberg, A. (1967). *Fundamentals of Musical Composition*. Faber and Faber.
"""


def page() -> str:
    """Return the page."""
    plugins = discovery.discover()
    books = [book_file.load(book_file.find(name), plugins) for name in ABOUT]
    beside = [
        _of_rule(rule, COMPOSE.close)
        for name, rule in plugins.rules.items()
        if all(name not in book.weights for book in books)
    ]
    return "\n".join([HEAD, *(_of_book(book) for book in books), BESIDE, *beside, SOURCES])


def main() -> None:
    """Write the page."""
    (Path(__file__).parents[1] / "docs" / "rule-books.md").write_text(page())


def _of_book(book: RuleBook) -> str:
    rules = "\n".join(_of_rule(rule, book.weights[rule.name]) for rule in book.rules)
    return f"## {book.name}\n\n{book.help}\n\n{ABOUT[book.name]}\n\n{rules}"


def _of_rule(rule: Rule, weight: float) -> str:
    text, _, arguments = (inspect.getdoc(rule.note or rule.batch_form) or "").partition("\n\nArgs:\n")
    lines = [f"### {rule.name}, weight {weight:g}\n", text, ""]
    for name, default in rule.parameters.items():
        # A parameter's help begins at its name and ends before the next name of the same depth.
        told = re.search(rf"^    {name}: (.*?)(?=^    \w+:|\Z)", arguments, re.DOTALL | re.MULTILINE)
        words = " ".join(told.group(1).split()) if told else ""
        lines.append(f"- `{name} = {json.dumps(default)}`: {words}")
    return "\n".join([*lines, ""] if rule.parameters else lines)


if __name__ == "__main__":
    main()
