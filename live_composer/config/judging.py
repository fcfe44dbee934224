"""The options of the commands about rules."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cyclopts import Parameter

from live_composer.config.kinds import Book, Count, Json, Metre, Plugins


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class RulesList:
    """List rules and rule books."""

    plugins: Plugins = ()
    json: Json = False


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class RulesCheck:
    """Prove that the rules of a file keep their contract."""

    json: Json = False


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class RulesExplain:
    """Show which rule paid or blamed which note of a MIDI file."""

    book: Book = "house"
    key: str | None = None
    """The key to judge it in: D, Bb, F#m, `E dorian`, ...; without it, the key is guessed from the notes."""
    plugins: Plugins = ()
    moments: Count = 8
    """How many of the strongest moments to list."""
    json: Json = False


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class RulesScore:
    """Print every rule's value at every step of melodies, as JSON."""

    book: Book = "house"
    events: Path = Path("-")
    """A JSON file: a list of melodies, each a list of events. `-` is the standard input."""
    key: str | None = None
    """The key that the events are written in; without it, the book's."""
    metre: Metre = "4/4"
    length: Count | None = None
    """The step at which the melodies end; without it, the book's (`house` has none: it plays on)."""
    plugins: Plugins = ()


@Parameter(name="*", show=False)
@dataclass(frozen=True, kw_only=True)
class RulesNew:
    """Write a starting file for a rule of your own."""
