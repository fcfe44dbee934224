"""Pitches of the key, in any mode, with room for passing notes and chords."""

from __future__ import annotations

from live_composer.rules import Context, Note, Rewards, Tokens, note_rule
from live_composer.rules.arrays import by_event, strengths


@note_rule
def house_key(note: Note, *, outside: float = -1.0, passing: float = -0.5) -> float:
    """Keep to the scale; off the beat a note from outside weighs less, and a known chord brings its own notes.

    Listeners rate the notes of the scale as the ones that fit a key (Krumhansl and Kessler 1982), and foreign ones pass
    most easily where no accent falls. In minor the raised seventh leads to the tonic and belongs.

    Args:
        note: the note to judge.
        outside: what a foreign note costs on a beat.
        passing: what it costs off the beat.
    """
    if note.pitch is None or note.pitch % 12 in _at_home(note.context):
        return 0.0
    return outside if note.on_beat else passing


@house_key.batch
def house_key(melodies: Tokens, context: Context, *, outside: float = -1.0, passing: float = -0.5) -> Rewards:
    at_home = _at_home(context)
    foreign = by_event(context, lambda pitch: float(pitch % 12 not in at_home))[melodies]
    return foreign * [outside if strength else passing for strength in strengths(melodies, context).tolist()]


def _at_home(context: Context) -> frozenset[int]:
    leading = {(context.key.tonic - 1) % 12} if context.key.mode == "minor" else set[int]()
    return context.key.pitch_classes | context.chord | leading
