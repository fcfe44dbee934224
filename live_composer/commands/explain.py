"""`live-composer rules explain`: which rule paid or blamed which note."""

from __future__ import annotations

import json
import shutil
from pathlib import Path  # noqa: TC003 - the command line reads the annotation
from typing import TYPE_CHECKING, Any

from live_composer.commands.plugins import WIDTH, open_book, print_table, using
from live_composer.config import RulesExplain
from live_composer.music import midi_file
from live_composer.music.key import Key
from live_composer.music.vocabulary import Vocabulary
from live_composer.rules.explain import explain as explained

if TYPE_CHECKING:
    from live_composer.rules.explain import Explanation

_ANY_PITCH = Vocabulary(1, 126)


def explain(file: Path, /, *, config: RulesExplain = RulesExplain()) -> None:
    """Show which rule of a book paid or blamed which note of a MIDI file.

    Parameters
    ----------
    file
        The MIDI file; its first track with notes is judged, as it sounds.
    """
    melody = midi_file.read_melody(file, _ANY_PITCH)
    key = Key.parse(config.key) if config.key else midi_file.read_key(file, melody)
    book = open_book(config.book, config.plugins)
    with using(book):
        explanation = explained(melody, key, book)
    if config.json:
        print(json.dumps({"book": book.name, "key": str(key), **_report(explanation, config.moments)}))
        return
    told = f"in {key}" if config.key else f"in what seems to be {key} (--key tells it better)"
    print(f"{file}: {melody.bars:g} bars of {melody.metre} {told}, judged by the book {book.name}\n")
    print("\n".join(explanation.draw(shutil.get_terminal_size((WIDTH, 24)).columns)))
    print("\n▲ praised by 1 or more, △ by less; ▼ blamed by 1 or more, ▽ by less\n")
    _print_totals(explanation)
    print("\nthe strongest moments")
    for moment in explanation.moments(config.moments):
        print(f"  {moment.value:+7.2f}  {explanation.place(moment.step):<26}  {moment.rule}")


def _report(explanation: Explanation, moments: int) -> dict[str, Any]:
    melody = explanation.melody
    return {
        "metre": str(melody.metre),
        "events": melody.events.tolist(),
        "lowest": melody.vocabulary.lowest,
        "values": {name: row.tolist() for name, row in zip(explanation.rules, explanation.values, strict=True)},
        "reward": float(explanation.values.sum()),
        "moments": [
            {"step": moment.step, "place": explanation.place(moment.step), "rule": moment.rule, "value": moment.value}
            for moment in explanation.moments(moments)
        ],
    }


def _print_totals(explanation: Explanation) -> None:
    bars = max(explanation.melody.bars, 1)
    totals = explanation.values.sum(axis=1)
    praised, blamed = (explanation.values > 0).sum(axis=1), (explanation.values < 0).sum(axis=1)
    rows = [
        (name, f"{total:+.2f}", f"{total / bars:+.2f}", str(praise), str(blame))
        for name, total, praise, blame in zip(explanation.rules, totals, praised, blamed, strict=True)
    ]
    rows.append(("all together", f"{totals.sum():+.2f}", f"{totals.sum() / bars:+.2f}", "", ""))
    print_table(("rule", "+in all", "+a bar", "+steps praised", "+steps blamed"), rows)
