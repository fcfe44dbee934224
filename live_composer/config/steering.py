"""The options of the commands that show and steer a daemon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cyclopts import Parameter

from live_composer.config.kinds import Bars, Flag, Several, Switch, Which


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Attach:
    """Show and steer a daemon that plays."""

    port: Which = None
    plain: Flag = False
    """Print one line a bar instead of a screen; so it is where there is no terminal."""
    look: Literal["dark", "light"] = "dark"
    """The colours; NO_COLOR in the environment does without."""
    still: Switch = False
    """Less motion: the piano roll turns pages, and nothing slides."""
    keys: Several = ()
    """Keys of your own, such as `stop=f5`; give it again for more."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Steer:
    """Steer a daemon that plays."""

    port: Which = None


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Status:
    """Tell what a daemon does."""

    port: Which = None
    json: Flag = False
    """Report as JSON: all that a screen is shown."""
    """Report as JSON: all that a screen is shown."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Keep:
    """Keep the last bars as a take."""

    bars: Bars | None = None
    """How many bars; without it, as many as the parameter `keep` says."""
    name: str = ""
    """A name for the take and its file."""
    port: Which = None
