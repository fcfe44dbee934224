"""Every error a person may meet, as one tree.

    LiveComposerError
    ├── BadInput           a file, a flag or a value that cannot be used
    │   ├── BadFile        a file that is missing, broken or of another kind
    │   └── BadModel       a checkpoint that is unknown, damaged or does not fit
    ├── CannotWrite        a full disk, a folder without permission
    ├── NoPort             a MIDI port that is missing, ambiguous or taken
    ├── AlreadyRunning     another process of ours plays to the same port
    ├── MissingExtra       a feature whose packages are not installed
    └── LostProcess        the port process, the planner or a daemon is not there

Each message is one sentence or two: what is wrong, where, and what to do. The command line prints it without a
traceback and exits with `exit_code`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


INTERRUPTED = 130
"""The exit code after Ctrl-C."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the end of a sentence about an unknown name: the known one that is most like it, or all of them."""
    import difflib

    names = list(known)
    near = difflib.get_close_matches(name, names)
    return f"did you mean `{near[0]}`?" if near else f"there are: {', '.join(names) or 'none'}."


def pip_install(extra: str) -> str:
    """Return the command that adds an extra to this installation: from the folder that it came from, if it did."""
    import contextlib
    import json
    from importlib.metadata import PackageNotFoundError, distribution
    from urllib.parse import unquote, urlsplit

    origin: dict[str, Any] = {}
    with contextlib.suppress(PackageNotFoundError):  # Nothing is installed where the sources alone are run.
        origin = json.loads(distribution("live-composer").read_text("direct_url.json") or "{}")
    if "dir_info" not in origin:
        return f"pip install 'live-composer[{extra}]'"
    editable = "-e " if origin["dir_info"].get("editable") else ""
    return f"pip install {editable}'{unquote(urlsplit(str(origin['url'])).path)}[{extra}]'"


class LiveComposerError(Exception):
    """The root: anything that is told to the user in one sentence."""

    exit_code = 1


class BadInput(LiveComposerError):  # noqa: N818 - names as a person would say them
    """A flag, a value or a file that cannot be used."""

    exit_code = 2


class BadFile(BadInput):
    """A file that is missing, broken or of another kind than was asked for."""


class BadModel(BadInput):
    """A checkpoint that is unknown, damaged, or does not fit what it should play."""


class CannotWrite(LiveComposerError):  # noqa: N818
    """A file that could not be written whole; nothing of it is left behind."""

    exit_code = 3


class NoPort(LiveComposerError):  # noqa: N818
    """A MIDI port that is missing, ambiguous or taken."""

    exit_code = 4


class MissingExtra(LiveComposerError):  # noqa: N818
    """A feature whose packages are not installed."""

    exit_code = 5

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs the extra `{extra}`: {pip_install(extra)}")


class LostProcess(LiveComposerError):  # noqa: N818
    """The port process, the planner or a daemon is not there, or went away."""

    exit_code = 6


class AlreadyRunning(LiveComposerError):  # noqa: N818
    """Another process of ours plays to the same port."""

    exit_code = 7
