"""Finding a port by words: "IAC Bus 1" is meant for "IAC Driver Bus 1", and "FLUID" for "FLUID Synth (77):0 128:0"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from live_composer.errors import NoPort

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_NUMBER = re.compile(r" \d+(:\d+)?$")
"""What ALSA ("14:0") and Windows ("1") put after a name, another number each time."""


def find(words: str, names: Sequence[str]) -> str | None:
    """Return the name that `words` mean; None when there is none.

    What fits more exactly wins: the whole name; without its trailing number; without its client; each of these in any
    case; then the words as they stand inside the name, as whole words before parts of words; then all words anywhere.

    Raises:
        NoPort: several names fit equally well; the message lists them.
    """
    for fits in _DEGREES:
        found = list(dict.fromkeys(name for name in names if fits(words, name)))
        if len(found) > 1:
            raise NoPort(f"`{words}` fits {len(found)} MIDI ports: {', '.join(found)}; name one of them in full.")
        if found:
            return found[0]
    return None


def told(ports: Iterable[tuple[object, Sequence[str]]]) -> str:
    """Say which ports several systems have."""
    names = [name for _, names in ports for name in names]
    return f"there are: {', '.join(names)}" if names else "there is none at all"


def _exact(words: str, name: str) -> bool:
    return words == name


def _without_number(words: str, name: str) -> bool:
    return words == _NUMBER.sub("", name)


def _after_client(words: str, name: str) -> bool:
    port = name.partition(":")[2]
    return words in (port, _NUMBER.sub("", port))


def _any_case(fits: Callable[[str, str], bool]) -> Callable[[str, str], bool]:
    return lambda words, name: fits(words.casefold(), name.casefold())


def _inside_as_words(words: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", name) is not None


def _inside(words: str, name: str) -> bool:
    return words in name


def _all_words(words: str, name: str) -> bool:
    wanted = set(re.findall(r"\w+", words))
    return bool(wanted) and wanted <= set(re.findall(r"\w+", name))


_DEGREES: Sequence[Callable[[str, str], bool]] = (
    _exact,
    _without_number,
    _after_client,
    *map(_any_case, (_exact, _without_number, _after_client, _inside_as_words, _inside, _all_words)),
)
