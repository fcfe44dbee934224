"""The colours of the screen by what they mean, dark and light."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rich.style import Style
from textual.theme import Theme


@dataclass(frozen=True)
class Colours:
    """One look.

    Attributes:
        name: of the theme.
        dark: whether it is for dark rooms.
        ground, raised: behind everything; behind what stands out, such as the line that has the cursor.
        text, dim, faint: what is read, what is read second, and lines.
        in_key, off_key, tonic: the rows of the piano roll.
        played, committed, open, own: notes.
        home: committed notes on the tonic.
        stray: committed notes outside the key.
        sounding: what sounds now, and the now-line.
        accent: sliders and the cursor.
        good, bad, warn: praise, blame and trouble, warning.
    """

    name: str
    dark: bool
    ground: str
    raised: str
    text: str
    dim: str
    faint: str
    in_key: str
    off_key: str
    tonic: str
    played: str
    committed: str
    open: str
    own: str
    home: str
    stray: str
    sounding: str
    accent: str
    good: str
    bad: str
    warn: str

    def style(self, colour: str, ground: str = "ground", *, bold: bool = False, reverse: bool = False) -> Style:
        """Return how to write in a colour on a ground, both by their names here."""
        return _style(getattr(self, colour), getattr(self, ground), bold, reverse)

    def theme(self) -> Theme:
        """Return it as a theme of Textual's."""
        return Theme(
            self.name,
            primary=self.accent,
            secondary=self.open,
            accent=self.home,
            foreground=self.text,
            background=self.ground,
            surface=self.ground,
            panel=self.raised,
            success=self.good,
            warning=self.warn,
            error=self.bad,
            dark=self.dark,
            variables={
                "block-cursor-background": self.raised,
                "block-cursor-foreground": self.text,
                "block-cursor-text-style": "none",
                "footer-background": self.ground,
                "footer-key-foreground": self.accent,
                "footer-description-foreground": self.dim,
                "input-selection-background": self.faint,
            },
        )


DARK = Colours(
    name="live-composer-dark", dark=True,
    ground="#15171c", raised="#242934", text="#d8dce3", dim="#8b94a3", faint="#3b424f",
    in_key="#1b1e25", off_key="#15171c", tonic="#20283a",
    played="#7d879a", committed="#7fb2f0", open="#6f93c2", own="#97cf8a", home="#f0cd74", stray="#ee8f7d",
    sounding="#ffffff", accent="#7fb2f0", good="#97cf8a", bad="#f08a80", warn="#e8b265",
)  # fmt: skip

LIGHT = Colours(
    name="live-composer-light", dark=False,
    ground="#fbfaf7", raised="#e8ecf3", text="#23272e", dim="#626a77", faint="#c6cbd4",
    in_key="#f4f3ee", off_key="#e7e6df", tonic="#e2eafa",
    played="#868e9b", committed="#2c6cc0", open="#5f8fca", own="#2f8a44", home="#a56f00", stray="#c2452f",
    sounding="#000000", accent="#2c6cc0", good="#2f7d3c", bad="#b83227", warn="#96620a",
)  # fmt: skip

LOOKS = {look.name: look for look in (DARK, LIGHT)}


@lru_cache(maxsize=512)
def _style(colour: str, ground: str, bold: bool, reverse: bool) -> Style:  # noqa: FBT001 - the cache's key
    return Style(color=colour, bgcolor=ground, bold=bold, reverse=reverse)
