"""Write docs/results.md: what the models that come along are worth, beside what the paper reports.

    python scripts/results_page.py              # the page, from docs/results.json
    python scripts/results_page.py --measure    # evaluates the models anew first (`make results`), some minutes
    python scripts/results_page.py --measure runs/psi-paper/psi-paper ...    # and others beside them

The shipped models that were tuned by a book stand together, after the untuned one that they came from.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec

from live_composer import files, paths
from live_composer.evaluate.page import sections
from live_composer.evaluate.verdict import Verdict, decode
from live_composer.policy import checkpoint

DOCS = Path(__file__).parents[1] / "docs"
JSON = DOCS / "results.json"
PAGE = DOCS / "results.md"
BOOKS = ("paper", "house")
PAPERS_ORDER = ("q", "psi", "g")

HEAD = """# Results

What the models that come along are worth, by the definitions of the paper (Jaques et al. 2016) and beside what it
reports; [Evaluating a model](evaluation.md) tells what each figure means. This page is written by `make results`, from
figures that lie beside it (`docs/results.json`); each section says by what command they were measured (2 cores x86-64,
no GPU, 2026-11).
"""

ABOUT = {
    "paper": """The rules are those of the paper, to the digit. Their optimum is no music that anyone would want: a loop
of eight different notes, played four times, earns over 300 nats by repeated motifs alone, and that is what a policy
comes to the nearer it gets to the limit. This section measures the optimiser, not taste.""",
    "house": """The rules are those for real playing, whose melodies go on without end, so no column of the paper stands
here. The figures of health count as much as the reward: they should stay near those of real tunes.""",
}


def page(verdicts: list[Verdict]) -> str:
    """Return the page."""
    parts = [HEAD]
    for verdict in verdicts:
        about = ABOUT.get(verdict.book, "")
        told = sections(verdict, beside_paper=verdict.book == "paper", level=3)
        parts.append(f"## The book {verdict.book}\n\n{about}\n\n{told}")
    return "\n".join(parts)


def measure(others: list[str]) -> list[Verdict]:
    """Evaluate the shipped models and others, book by book; the whole takes minutes."""
    found: list[Verdict] = []
    for book in BOOKS:
        names = [card.name for card in _tuned_by(book)]
        names += [name for name in others if _book_of(name) == book]
        if not names and book != "paper":
            continue
        tuning = checkpoint.load(names[0]).card.tuning if names else None
        prior, c = (tuning.prior, tuning.c) if tuning else ("note-rnn", 0.5)
        command = ["live-composer", "evaluate", prior, *names, "--book", book, "--prior", prior, "--c", f"{c:g}"]
        command += ["--examples", "0", "--json"]
        print(*command, file=sys.stderr)
        done = subprocess.run([sys.executable, "-m", *_module(command)], stdout=subprocess.PIPE, check=True)
        verdict: Verdict = decode(done.stdout, "the evaluation", Verdict)
        found.append(msgspec.structs.replace(verdict, command=" ".join(command)))
    return found


def read() -> list[Verdict]:
    """Return the figures that lie beside the page."""
    return decode(JSON.read_bytes(), str(JSON), list[Verdict])


def main() -> None:
    """Measure if asked to, and write the page."""
    if sys.argv[1:2] == ["--measure"]:
        JSON.write_bytes(files.as_json(measure(sys.argv[2:]), 1))
    PAGE.write_text(page(read()))


def _tuned_by(book: str) -> list[checkpoint.Card]:
    """Return the shipped models that were tuned by a book, in the paper's order."""
    cards = [checkpoint.load(str(path)).card for path in sorted(paths.shipped("models").glob("*.json"))]
    tuned = [card for card in cards if card.tuning and card.tuning.book == book]
    return sorted(tuned, key=lambda card: PAPERS_ORDER.index(card.name) if card.name in PAPERS_ORDER else len(tuned))


def _book_of(name: str) -> str:
    tuning = checkpoint.load(name).card.tuning
    return tuning.book if tuning else "paper"


def _module(command: list[str]) -> list[str]:
    return ["live_composer", *command[1:]]


if __name__ == "__main__":
    main()
