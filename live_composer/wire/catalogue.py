"""What there is to choose from: models, rule books, presets, ports, as a daemon tells it to its screens."""

from __future__ import annotations

from live_composer.wire.base import Message, Part, Ticket, Value


class ModelView(Part, frozen=True):
    """A model that can be played: its card, as lines of a name and a text."""

    name: str
    card: dict[str, str] = {}


class BookView(Part, frozen=True):
    """A rule book: what it is for, and each rule's help."""

    name: str
    help: str = ""
    rules: dict[str, str] = {}


class PresetView(Part, frozen=True):
    """A preset: the program number (1 to 128) that loads it, its name, and what it sets."""

    number: int
    name: str
    values: dict[str, Value] = {}


class Catalogue(Message, frozen=True):
    """What there is to choose from.

    Attributes:
        ticket: that of the asker.
        models, books, presets: see there.
        outputs, inputs: names of MIDI ports.
        rules: every rule that is installed, with its help; a book may have others than these.
    """

    ticket: Ticket = 0
    models: list[ModelView] = []
    books: list[BookView] = []
    presets: list[PresetView] = []
    outputs: list[str] = []
    inputs: list[str] = []
    rules: dict[str, str] = {}
