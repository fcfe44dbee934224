"""What may come next: the prior and the tuned policy mixed at the dial, and kept within what the musician asks for.

A melodies that differ    V events
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from live_composer.errors import BadInput
from live_composer.music.vocabulary import FIRST_PITCH, HOLD
from live_composer.policy import sampling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from live_composer.music.vocabulary import Vocabulary
    from live_composer.plan.ear import Ear
    from live_composer.plan.terms import Terms
    from live_composer.policy.draws import Networks
    from live_composer.policy.policy import Floats, Integers


class Odds(NamedTuple):
    """Log probabilities of each event, (A, V): under the prior, the tuned policy, and the mix that is drawn from."""

    prior: NDArray[np.float64]
    tuned: NDArray[np.float64]
    mixed: NDArray[np.float64]


class Proposal:
    """Tells what may come next after many melodies at once.

    At the dial d the mix is log-linear, proportional to prior^(1 - d) * tuned^d: at 0 it is the prior, at 1 the tuned
    policy, and between them it is what tuning with rewards d times as large would come near to.

    Attributes:
        terms: what is asked.
        vocabulary: what events mean.
        ears: of the prior and, if it is another, of the tuned policy.
        allowed: (V,) what may be played, wherever the melody stands.
        tilt: (V,) what is added to all logits.
    """

    def __init__(self, prior: Ear, tuned: Ear, terms: Terms) -> None:
        """Take the ears of policies of one vocabulary.

        Raises:
            BadInput: the vocabularies differ, or no pitch is left to play.
        """
        self.vocabulary = prior.policy.shape.vocabulary
        if self.vocabulary != tuned.policy.shape.vocabulary:
            raise BadInput("The prior and the model know different pitches; a model goes with the prior it came from.")
        self.terms = terms
        self.ears = [prior] if tuned is prior else [prior, tuned]
        self.allowed = _allowed(terms, self.vocabulary)
        self.tilt = np.zeros(self.vocabulary.size, dtype=np.float32)
        self.tilt[FIRST_PITCH:] = terms.density * math.log(2) * terms.temperature

    @property
    def networks(self) -> tuple[Networks, ...]:
        """The networks on a device; none where policies are asked here."""
        networks = tuple(ear.networks for ear in self.ears if ear.networks)
        return networks if len(networks) == len(self.ears) else ()

    def listen(self, events: Sequence[int], first_step: int) -> list[Floats]:
        """Return the states after all events but the last, for one melody that goes on at `first_step`."""
        return [ear.listen(events, first_step, self.terms.metre) for ear in self.ears]

    def odds(
        self, states: list[Floats], last: Integers, sounding: NDArray[np.bool_], step: int, *, begins: bool
    ) -> tuple[Odds, list[Floats]]:
        """Tell what may come at `step`.

        Args:
            states: before the last event.
            last: (A,) the last event of each melody, START before the first.
            sounding: (A,) whether a note sounds.
            step: counted from the first bar line.
            begins: whether the music begins here. Two tunes of three begin with a pick-up, after most of a bar of
                silence; who presses play wants to hear a note.

        Returns:
            The odds, and the states after the last event.
        """
        logits, states = self._ask(states, last, step)
        mask = sampling.canonical_mask(sounding, self.vocabulary) & self.allowed
        mask[:, HOLD] &= not begins
        dial = np.float32(self.terms.dial)
        two = len(logits) > 1 and 0 < dial < 1
        mixed = [(1 - dial) * logits[0] + dial * logits[1]] if two else []
        log_p = [
            sampling.log_probabilities(each + self.tilt, self.terms.temperature, mask) for each in (*logits, *mixed)
        ]
        return Odds(log_p[0], log_p[len(logits) - 1], log_p[-1] if dial else log_p[0]), states

    def _ask(self, states: list[Floats], last: Integers, step: int) -> tuple[list[Floats], list[Floats]]:
        """Let each policy hear the last events; return the logits of what comes at `step`, and the states."""
        answers = [ear.step(state, last, step, self.terms.metre) for ear, state in zip(self.ears, states, strict=True)]
        return [logits for logits, _ in answers], [state for _, state in answers]


def _allowed(terms: Terms, vocabulary: Vocabulary) -> sampling.Mask:
    """Return (V,): what key, chord and register allow, wherever the melody stands."""
    allowed = sampling.register_mask(terms.lowest, terms.highest, vocabulary)
    if terms.key is not None:
        allowed &= sampling.key_mask(terms.key.home, vocabulary, terms.chord)
    if not allowed[FIRST_PITCH:].any():
        raise BadInput(f"No pitch of the model and the key lies between {terms.lowest} and {terms.highest} in MIDI.")
    return allowed
