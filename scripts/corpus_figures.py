"""Write live_composer/evaluate/default_corpus.json: what real tunes are like, beside which melodies are held.

    live-composer corpus build default -o corpora/default
    python scripts/corpus_figures.py corpora/default

Only figures are kept, no tune.
"""

from __future__ import annotations

import sys
from pathlib import Path

from live_composer import files
from live_composer.corpus import store
from live_composer.evaluate import tunes
from live_composer.music.metre import Metre
from live_composer.rules import Context

BARS = {Metre(4, 4): (2, 4, 8, 16), Metre(3, 4): (8,), Metre(6, 8): (8,)}


def main() -> None:
    """Write the figures."""
    corpus = store.load(Path(sys.argv[1] if len(sys.argv) > 1 else "corpora/default"))
    known = [
        tunes.measure(corpus, tunes.cut(corpus, metre, steps), Context(metre=metre, vocabulary=corpus.vocabulary))
        for metre, bars in BARS.items()
        for steps in (count * metre.steps_per_bar for count in bars)
    ]
    tunes.REFERENCE.write_bytes(files.as_json(known, 1))


if __name__ == "__main__":
    main()
