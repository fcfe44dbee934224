"""A few traditional tunes, for trying rules on real melodies without a corpus."""

from __future__ import annotations

from live_composer.music.melody import Melody, Note, from_notes
from live_composer.music.metre import COMMON_TIME, Metre

# (MIDI pitch, sixteenths), one bar a line.
_FRERE_JACQUES = (
    (60, 4), (62, 4), (64, 4), (60, 4),
    (60, 4), (62, 4), (64, 4), (60, 4),
    (64, 4), (65, 4), (67, 8),
    (64, 4), (65, 4), (67, 8),
    (67, 3), (69, 1), (67, 2), (65, 2), (64, 4), (60, 4),
    (67, 3), (69, 1), (67, 2), (65, 2), (64, 4), (60, 4),
    (60, 4), (55, 4), (60, 8),
    (60, 4), (55, 4), (60, 8),
)  # fmt: skip
_AH_VOUS_DIRAI_JE = (
    (60, 4), (60, 4), (67, 4), (67, 4),
    (69, 4), (69, 4), (67, 8),
    (65, 4), (65, 4), (64, 4), (64, 4),
    (62, 4), (62, 4), (60, 8),
)  # fmt: skip
_GREENSLEEVES = (
    (69, 8), (72, 4),
    (74, 6), (76, 2), (74, 4),
    (71, 8), (67, 4),
    (69, 6), (71, 2), (69, 4),
    (68, 8), (64, 4),
    (69, 6), (71, 2), (69, 4),
    (71, 8), (67, 4),
    (64, 12),
)  # fmt: skip


def _melody(tune: tuple[tuple[int, int], ...], metre: Metre) -> Melody:
    notes: list[Note] = []
    at = 0
    for pitch, length in tune:
        notes.append(Note(at, length, pitch))
        at += length
    return Melody(from_notes(notes), metre)


TUNES = {
    "Frère Jacques": _melody(_FRERE_JACQUES, COMMON_TIME),
    "Ah! vous dirai-je, maman": _melody(_AH_VOUS_DIRAI_JE, COMMON_TIME),
    "Greensleeves": _melody(_GREENSLEEVES, Metre(3, 4)),
}
