"""Playing: how notes on the grid become notes as a player strikes them. Pure functions of a style and a place.

Chance is drawn from the seed and the step alone, so the same music is played the same way, whatever is planned anew.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from live_composer.music.metre import BAR_LINE, BEAT, HALF_BAR, OFF_BEAT
from live_composer.music.units import STEPS_PER_BEAT, beats, seconds_per_beat
from live_composer.music.vocabulary import within_midi
from live_composer.rules.context import PHRASE

if TYPE_CHECKING:
    from live_composer.live.bars import BarSpan
    from live_composer.live.values import Values
    from live_composer.music.key import Key

Voice: TypeAlias = Literal["off", "third", "sixth"]

_ACCENTS = {BAR_LINE: 24.0, HALF_BAR: 10.0, BEAT: 0.0, OFF_BEAT: -24.0}
"""How much louder a note is by its place in the bar, at full dynamics."""
_PHRASE, _CONTOUR = 16.0, 12.0
"""The same from a phrase's edges to its height, and an octave above what was played lately."""
_HEIGHT = 5 / 8
"""Where in a phrase its height is."""
_FREE = 0.15
"""How much of the way to its neighbours on the grid a note may stray, so that none overtakes another."""
_OVER = 0.3
"""The same for how far a note may sound into the next."""
_SECOND_SOFTER = 14
SHORTEST = 0.01
"""Beats that a note sounds at least."""
_INTERVALS: dict[Voice, tuple[int, ...]] = {"off": (), "third": (3, 4, 5, 2), "sixth": (9, 8, 7, 10)}
"""Semitones below, the best first."""


@dataclass(frozen=True, slots=True)
class Style:
    """How it is played; the attributes are parameters, see the table.

    Attributes:
        swing: 0.5 is straight; the share of a pair that its first note takes.
        gate: the share of its length that a note sounds.
        legato: seconds into the next note.
        program: 1 to 128; 0 to leave it alone.
    """

    velocity: int = 88
    dynamics: float = 0.5
    swing: float = 0.5
    swing_unit: Literal["8th", "16th"] = "8th"
    humanise_time: float = 0.0
    humanise_velocity: float = 0.0
    gate: float = 1.0
    legato: float = 0.0
    octave: int = 0
    transpose: int = 0
    channel: int = 1
    program: int = 0
    voice: Voice = "off"

    @classmethod
    def of(cls, values: Values) -> Style:
        """Return what the values of all parameters say."""
        return cls(
            velocity=values.whole("velocity"),
            dynamics=values.number("dynamics"),
            swing=values.number("swing") / 100,
            swing_unit=cast("Literal['8th', '16th']", values.word("swing-unit")),
            humanise_time=values.number("humanise-time") / 1000,
            humanise_velocity=values.number("humanise-velocity"),
            gate=values.number("gate") / 100,
            legato=values.number("legato") / 1000,
            octave=values.whole("octave"),
            transpose=values.whole("transpose"),
            channel=values.whole("channel"),
            program=values.whole("program"),
            voice=cast("Voice", values.word("voice")),
        )


def pitch(style: Style, home: int, shift: int) -> int:
    """Return the MIDI pitch that sounds, folded into MIDI's range by octaves.

    Args:
        style: octave and transposition.
        home: the pitch in the key's home.
        shift: semitones from there to the key.
    """
    return within_midi(home + shift + 12 * style.octave + style.transpose)


def swung(style: Style, step: float, metre_swings: bool = True) -> float:  # noqa: FBT001, FBT002 - a fact, no switch
    """Return the beat at which a step sounds; it grows with the step, and pairs begin on the grid.

    Args:
        style: how far the second of a pair is late.
        step: in sixteenths.
        metre_swings: False in compound metres, whose beats have no halves to swing.
    """
    unit = 2 if style.swing_unit == "8th" else 1
    if unit == 2 and not metre_swings:  # noqa: PLR2004 - eighths
        return step / STEPS_PER_BEAT
    pair = 2 * unit
    pairs, place = divmod(step, pair)
    half = pair / 2
    early, late = min(place, half), max(0.0, place - half)
    return (pairs * pair + 2 * (early * style.swing + late * (1 - style.swing))) / STEPS_PER_BEAT


def swings(bar: BarSpan) -> bool:
    """Say whether a bar's beats have halves."""
    return bar.metre.steps_per_pulse == STEPS_PER_BEAT


def placed(style: Style, step: int, bar: BarSpan) -> float:
    """Return the beat at which a step sounds; pairs are counted from the bar line, whatever the bars before hold.

    Args:
        style: how it swings.
        step: in the bar or beyond it.
        bar: whose metre says whether it swings.
    """
    line = bar.end if step >= bar.end else bar.begin
    return beats(line) + swung(style, step - line, swings(bar))


def onset(style: Style, step: int, bar: BarSpan, seed: int, tempo: float) -> float:
    """Return the beat at which a note is struck, with swing and a little freedom; notes never overtake one another."""
    beat = placed(style, step, bar)
    if not style.humanise_time or not step:
        return beat
    ticks = _chance(seed, step, "time").gauss(0, 0.5)
    stray = max(-1.0, min(1.0, ticks)) * style.humanise_time / seconds_per_beat(tempo)
    return beat + max(-_FREE * _gap(style, step - 1, bar), min(_FREE * _gap(style, step, bar), stray))


def release(style: Style, struck: float, end: int, bar: BarSpan) -> float:
    """Return the beat at which a note ends whose step of ending is known.

    Args:
        style: gate.
        struck: the beat at which it was struck.
        end: the step at which the melody has it end.
        bar: in which it was struck.
    """
    return struck + max(SHORTEST, style.gate * (placed(style, end, bar) - struck))


def overlap(style: Style, step: int, bar: BarSpan, tempo: float) -> float:
    """Return how many beats the last note sounds into one that is struck at `step`."""
    return min(style.legato / seconds_per_beat(tempo), _OVER * _gap(style, step, bar))


def velocity(style: Style, step: int, bar: BarSpan, above: float, seed: int) -> int:
    """Return how hard a note is struck, 1 to 127.

    Args:
        style: the velocity to begin with, how much it varies, and how much of that is chance.
        step: where it is struck.
        bar: in which that is.
        above: semitones above the middle of the model's range.
        seed: of the music.
    """
    accent = _ACCENTS[bar.metre.strength(step - bar.begin)]
    shaped = accent + _PHRASE * (_arc(step, bar) - 0.5) + _CONTOUR * max(-1.0, min(1.0, above / 12))
    stray = _chance(seed, step, "velocity").gauss(0, 0.5) if style.humanise_velocity else 0.0
    exact = style.velocity + style.dynamics * shaped + style.humanise_velocity * max(-1.0, min(1.0, stray))
    return max(1, min(127, round(exact)))


def second(voice: Voice, sounding: int, key: Key) -> int | None:
    """Return the pitch of the second voice, a third or a sixth below in the key; None where there is none.

    Args:
        voice: which interval.
        sounding: the pitch of the melody in the key (before octave and transposition).
        key: the key.
    """
    below = [sounding - interval for interval in _INTERVALS[voice]]
    return next((tone for tone in below if tone >= 0 and tone % 12 in key.pitch_classes), next(iter(below), None))


def softer(strength: int) -> int:
    """Return how hard the second voice is struck beside a melody of this velocity."""
    return max(1, strength - _SECOND_SOFTER)


def _arc(step: int, bar: BarSpan) -> float:
    """Return 0 at a phrase's edges, 1 at its height."""
    place = ((bar.number - 1) % PHRASE + (step - bar.begin) / bar.metre.steps_per_bar) / PHRASE
    return place / _HEIGHT if place < _HEIGHT else (1 - place) / (1 - _HEIGHT)


def _gap(style: Style, step: int, bar: BarSpan) -> float:
    """Return the beats from a step to the next, as they swing."""
    return placed(style, step + 1, bar) - placed(style, step, bar)


def _chance(seed: int, step: int, what: str) -> random.Random:
    return random.Random(f"{seed} {step} {what}")  # noqa: S311 - music, no secret
