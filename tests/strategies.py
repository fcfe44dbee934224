"""Music for hypothesis to draw."""

from __future__ import annotations

from hypothesis import strategies as st

from live_composer.music.melody import Melody, canonical
from live_composer.music.metre import Metre
from live_composer.music.vocabulary import FIRST_PITCH, HOLD, NOTE_OFF, Vocabulary

metres = st.builds(Metre, st.integers(1, 64), st.sampled_from([1, 2, 4, 8, 16]))


@st.composite
def vocabularies(draw: st.DrawFn) -> Vocabulary:
    """Any range of pitches that is allowed."""
    lowest = draw(st.integers(0, 116))
    return Vocabulary(lowest, draw(st.integers(lowest + 11, min(127, lowest + 125))))


@st.composite
def melodies(draw: st.DrawFn) -> Melody:
    """Any melody in canonical form, of any vocabulary and metre, with holds as frequent as in tunes."""
    vocabulary = draw(vocabularies())
    event = st.one_of(st.just(HOLD), st.just(NOTE_OFF), st.integers(FIRST_PITCH, vocabulary.size - 1))
    events = draw(st.lists(event, max_size=80))
    melody = Melody.of(events, draw(metres), vocabulary)
    return Melody(canonical(melody.events), melody.metre, vocabulary)
