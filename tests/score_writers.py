"""Small scores for tests, written here: the same melody as ABC and as MusicXML, and MIDI files of several tracks."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import mido

from live_composer.music.melody import Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from live_composer.music.melody import Melody

_ABC = ("C", "^C", "D", "^D", "E", "F", "^F", "G", "^G", "A", "^A", "B")
_STEPS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")

TUNE = """\
X: 1
T: Scale and back
M: 4/4
L: 1/8
K: C
CDEF GABc | cBAG FEDC | CEGc cGEC | DFAd dAFD | EGBe eBGE | c2c2 G2G2 | E2E2 C2C2 | C8 |]
"""


def pieces(melody: Melody) -> Iterator[list[tuple[int | None, int, bool]]]:
    """Give each bar, the last one filled up, as (pitch or None for a rest, steps, tied on to the next) pieces."""
    whole = melody.metre.steps_per_bar
    length = -(-len(melody) // whole) * whole
    spans: list[tuple[int, int, int | None]] = []
    at = 0
    for note in melody.notes():
        if note.onset > at:
            spans.append((at, note.onset, None))
        spans.append((note.onset, note.onset + note.length, note.pitch))
        at = note.onset + note.length
    if at < length:
        spans.append((at, length, None))
    for bar in range(0, length, whole):
        inside = [(max(start, bar), min(end, bar + whole), end, pitch) for start, end, pitch in spans]
        yield [(pitch, stop - start, stop < end) for start, stop, end, pitch in inside if stop > start]


def abc(melody: Melody) -> str:
    """Write a melody as ABC, every accidental written out."""

    def symbol(pitch: int | None, steps: int, *, tied: bool) -> str:
        if pitch is None:
            return f"z{steps}"
        octave = pitch // 12 - 5
        name = _ABC[pitch % 12] if len(_ABC[pitch % 12]) > 1 else f"={_ABC[pitch % 12]}"
        return name + ("'" * octave if octave > 0 else "," * -octave) + str(steps) + ("-" if tied else "")

    bars = ("".join(symbol(pitch, steps, tied=tied) for pitch, steps, tied in bar) for bar in pieces(melody))
    return f"X:1\nT:test\nM:{melody.metre}\nL:1/16\nK:C\n{'|'.join(bars)}|]\n"


def measure(content: str, attributes: str = "", number: int = 1) -> str:
    """Write a measure of MusicXML."""
    written = f"<attributes>{attributes}</attributes>" if attributes else ""
    return f'<measure number="{number}">{written}{content}</measure>'


def xml_note(pitch: int | None, duration: int, extra: str = "", *, tied: bool = False) -> str:
    """Write a note or rest of MusicXML."""
    if pitch is None:
        return f"<note><rest/><duration>{duration}</duration>{extra}</note>"
    step = _STEPS[pitch % 12]
    alter = "<alter>1</alter>" if "#" in step else ""
    sound = f"<pitch><step>{step[0]}</step>{alter}<octave>{pitch // 12 - 1}</octave></pitch>"
    tie = '<tie type="start"/>' if tied else ""
    return f"<note>{sound}<duration>{duration}</duration>{tie}{extra}</note>"


def attributes(time: str = "4/4", divisions: int = 4, fifths: int = 0) -> str:
    """Write the attributes that a part begins with."""
    beats, unit = time.split("/")
    key = f"<key><fifths>{fifths}</fifths></key>"
    return f"<divisions>{divisions}</divisions>{key}<time><beats>{beats}</beats><beat-type>{unit}</beat-type></time>"


def score(*parts: str, head: str = "", names: Sequence[str] = ()) -> str:
    """Write a MusicXML score of the measures of its parts."""
    listed = "".join(
        f'<score-part id="P{n}"><part-name>{name}</part-name></score-part>' for n, name in enumerate(names)
    )
    written = "".join(f'<part id="P{number}">{part}</part>' for number, part in enumerate(parts))
    return f'<?xml version="1.0"?><score-partwise>{head}<part-list>{listed}</part-list>{written}</score-partwise>'


def musicxml(melody: Melody) -> str:
    """Write a melody as MusicXML."""
    bars = ("".join(xml_note(pitch, steps, tied=tied) for pitch, steps, tied in bar) for bar in pieces(melody))
    return score(
        "".join(
            measure(content, "" if number else attributes(str(melody.metre)), number)
            for number, content in enumerate(bars)
        )
    )


def midi(
    *tracks: Sequence[Note], names: Sequence[str] = (), head: Sequence[mido.MetaMessage] = (), channel: int = 0
) -> bytes:
    """Write tracks of notes (onset and length in steps) as a MIDI file."""
    file = mido.MidiFile(ticks_per_beat=480)
    for number, notes in enumerate(tracks):
        name = names[number] if number < len(names) else f"track {number}"
        messages: list[mido.Message] = [mido.MetaMessage("track_name", name=name), *(head if number == 0 else ())]
        events = [(round(note.onset * 120), 1, note.pitch) for note in notes]
        events += [(round((note.onset + note.length) * 120), 0, note.pitch) for note in notes]
        tick = 0
        for at, sounds, pitch in sorted(events):
            kind = "note_on" if sounds else "note_off"
            messages.append(mido.Message(kind, note=pitch, velocity=80 * sounds, time=at - tick, channel=channel))
            tick = at
        file.tracks.append(mido.MidiTrack(messages))
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def tune(bars: int = 8, start: int = 60, offset: int = 0) -> list[Note]:
    """Return a melody in eighths over a scale of C major, never the same for two offsets."""
    scale = (0, 2, 4, 5, 7, 9, 11, 12)
    steps = (2, 1, -3, 4, -1, 2, -2, 1, 3, -5, 1 + offset % 3)
    degree, notes = offset, list[Note]()
    for step in range(bars * 8):
        degree = (degree + steps[(step * (offset + 1) + step // 5) % len(steps)]) % 8
        notes.append(Note(2 * step, 2, start + scale[degree]))
    return notes
