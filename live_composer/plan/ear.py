"""An ear: a policy that hears a melody out, and remembers for a while what it heard."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import numpy as np

from live_composer.music import metre as metres
from live_composer.music.vocabulary import START
from live_composer.rules.context import PHRASE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from live_composer.music.metre import Metre
    from live_composer.policy.draws import Networks
    from live_composer.policy.policy import Floats, Integers, Policy

_REMEMBERED = 512


class Ear:
    """Hears melodies for a policy. What it remembers saves time, and changes nothing.

    Attributes:
        policy: whose it is.
        networks: the same on a device, where stretches are drawn on one.
    """

    def __init__(self, policy: Policy, networks: Networks | None = None) -> None:
        self.policy, self.networks = policy, networks
        self._heard: OrderedDict[tuple[Metre, int, bytes], Floats] = OrderedDict()

    def listen(self, events: Sequence[int], first_step: int, metre: Metre) -> Floats:
        """Return the state after all events but the last, of one melody that goes on at `first_step`.

        Melodies were learnt from a bar line on, and a melody that goes on is soon asked for again: so listening begins
        where a phrase does, if that leaves enough to hear.
        """
        begin = first_step - len(events)
        early = -begin % (PHRASE * metre.steps_per_bar)
        events = events[early:] if 2 * early <= len(events) else events
        begin = first_step - len(events)
        heard, state = self._remembered(events, begin, metre)
        for at in range(heard, len(events)):
            if at and (begin + at) % metre.steps_per_bar == 0:
                self._remember(events[:at], begin, metre, state)
            _, state = self.step(state, np.array([events[at - 1] if at else START]), begin + at, metre)
        self._remember(events, begin, metre, state)
        return state

    def step(self, state: Floats, last: Integers, step: int, metre: Metre) -> tuple[Floats, Floats]:
        """Hear the last event of each melody; return the logits of what comes at `step`, and the state."""
        places = np.full(len(last), metres.place(metre, step))
        return self.policy.step(state, last, places, np.full(len(last), step // metre.steps_per_bar))

    def _remembered(self, events: Sequence[int], begin: int, metre: Metre) -> tuple[int, Floats]:
        """Return how many events were heard already, as many as there are, and the state after them."""
        at_bar_lines = range(len(events) - (begin + len(events)) % metre.steps_per_bar, 0, -metre.steps_per_bar)
        for heard in (len(events), *at_bar_lines):
            key = self._key(events[:heard], begin, metre)
            if key in self._heard:
                self._heard.move_to_end(key)
                return heard, self._heard[key]
        return 0, self.policy.start(1)

    def _remember(self, events: Sequence[int], begin: int, metre: Metre, state: Floats) -> None:
        self._heard[self._key(events, begin, metre)] = state
        if len(self._heard) > _REMEMBERED:
            self._heard.popitem(last=False)

    def _key(self, events: Sequence[int], begin: int, metre: Metre) -> tuple[Metre, int, bytes]:
        """Return what the state after `events` depends on."""
        told_again = max(1, self.policy.shape.phrase) * metre.steps_per_bar
        return metre, begin % told_again, bytes(events)
