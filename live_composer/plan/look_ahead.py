"""Look ahead: let a policy hear the melody so far, and draw what it plays next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from live_composer.music import metre as metres
from live_composer.music.melody import sounding_after
from live_composer.music.vocabulary import HOLD, START
from live_composer.policy import sampling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from live_composer.music.key import Key
    from live_composer.music.metre import Metre
    from live_composer.policy.policy import Floats, Policy


class LookAhead:
    """Draws continuations from a policy. It remembers nothing between two plans."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def plan(  # noqa: PLR0913 - a planning request carries everything
        self,
        events: Sequence[int],
        first_step: int,
        horizon: int,
        *,
        metre: Metre = metres.COMMON_TIME,
        key: Key | None = None,
        temperature: float = 1.0,
        seed: int = 0,
    ) -> list[int]:
        """Draw the next `horizon` events.

        The event of a step depends on the seed, the number of the step and the events given and drawn before it, and
        on nothing else: a shorter horizon gives the beginning of a longer one. Music begins with a note.

        Args:
            events: the melody so far, or its end, in the key's home.
            first_step: the step of the first event to draw; multiples of a bar's steps begin bars.
            horizon: how many events to draw.
            metre: places the steps in the bar.
            key: keeps the pitches within its mode; None keeps all.
            temperature: above 1 is bolder, below 1 more careful.
            seed: of everything random.
        """
        vocabulary = self._policy.shape.vocabulary
        in_key = np.True_ if key is None else sampling.key_mask(key.home, vocabulary)
        sounding = np.array([sounding_after(np.asarray(events, dtype=np.int8))])
        state, event = self._listen(events, first_step, metre)
        drawn: list[int] = []
        for step in range(first_step, first_step + horizon):
            logits, state = self._policy.step(state, event, *_where(metre, step))
            mask = sampling.canonical_mask(sounding, vocabulary) & in_key
            # Two tunes of three begin with a pick-up, after most of a bar of silence; who presses play wants to hear.
            mask[:, HOLD] &= bool(events) or step > first_step
            log_p = sampling.log_probabilities(logits, temperature, mask)
            event = sampling.draw(log_p, np.random.default_rng((seed, step)).random(1))
            sounding = sampling.now_sounding(sounding, event)
            drawn.append(int(event[0]))
        return drawn

    def _listen(self, events: Sequence[int], first_step: int, metre: Metre) -> tuple[Floats, sampling.Draws]:
        """Return the policy's state before the last event, and that event."""
        state = self._policy.start(1)
        last = START
        for step, event in enumerate(events, first_step - len(events)):
            _, state = self._policy.step(state, np.array([last]), *_where(metre, step))
            last = event
        return state, np.array([last])


def _where(metre: Metre, step: int) -> tuple[sampling.Draws, sampling.Draws]:
    """Return the place in the bar and the bar of a step, each (1,)."""
    return np.array([metres.place(metre, step)]), np.array([step // metre.steps_per_bar])
