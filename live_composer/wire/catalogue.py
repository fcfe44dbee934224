"""What there is to choose from: models, rule books, presets, ports, as a daemon tells it to its screens."""

from __future__ import annotations

from live_composer.wire.base import Message, Part, Ticket, Value


class ModelView(Part, frozen=True):
    """A model that can be played.

    Attributes:
        name: by which it is chosen.
        card: what its card tells, as lines of a name and a text.
    """

    name: str
    card: dict[str, str] = {}


class BookView(Part, frozen=True):
    """A rule book.

    Attributes:
        name: by which it is chosen.
        help: what it is for.
        rules: each rule's help, by its name.
    """

    name: str
    help: str = ""
    rules: dict[str, str] = {}


class PresetView(Part, frozen=True):
    """A preset.

    Attributes:
        number: of the program change that loads it, 1 to 128.
        name: that the musician gave it.
        values: what it sets.
    """

    number: int
    name: str
    values: dict[str, Value] = {}


class Catalogue(Message, frozen=True):
    """What there is to choose from.

    Attributes:
        ticket: that of the asker.
        models: that can be played.
        books: of rules.
        presets: that were saved.
        outputs, inputs: names of MIDI ports.
        rules: every rule that is installed, with its help; a book may have others than these.
        options: of `serve`, by which another daemon plays as this one does, but for its port and values.
    """

    ticket: Ticket = 0
    models: list[ModelView] = []
    books: list[BookView] = []
    presets: list[PresetView] = []
    outputs: list[str] = []
    inputs: list[str] = []
    rules: dict[str, str] = {}
    options: list[str] = []
