"""The catalogue: which models, books, rules, presets and ports there are.

What could hang or break (enumerating MIDI ports, loading anybody's plug-ins) is done by another process of ours.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import tomllib
from typing import TYPE_CHECKING, Any

from live_composer import files
from live_composer.errors import LiveComposerError
from live_composer.policy import checkpoint
from live_composer.rules import book_file
from live_composer.wire.catalogue import BookView, Catalogue, ModelView, PresetView

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_PATIENCE_SECONDS = 20.0
_LARGEST = 1 << 20


async def catalogue(
    presets: Sequence[PresetView], plugins: Sequence[Path] = (), options: Sequence[str] = (), ticket: int = 0
) -> Catalogue:
    """Return what there is to choose from; what cannot be found out is left empty."""
    folders = [option for folder in plugins for option in ("--plugins", str(folder))]
    listed, ports = await asyncio.gather(_ask("rules", "list", "--json", *folders), _ask("ports", "--json"))
    known: list[dict[str, str]] = listed["rules"] if listed else []
    rules = {rule["name"]: rule["help"] for rule in known}
    systems: list[dict[str, Any]] = ports or []
    # What two systems show by one name is one port.
    found = list(dict.fromkeys(port for system in systems for port in system["ports"]))
    return Catalogue(
        ticket,
        models=[_model(name) for name in checkpoint.available()],
        books=[_book(name, path, rules) for name, path in sorted(book_file.books(plugins).items())],
        presets=list(presets),
        outputs=found,
        inputs=found,
        rules=rules,
        options=list(options),
    )


async def _ask(*command: str) -> Any:
    """Return what a command of ours tells as JSON, None where it does not in time."""
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "live_composer", *command],
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            told, _ = await process.communicate()
        return json.loads(told)
    except (TimeoutError, ValueError):
        return None
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()


def _model(name: str) -> ModelView:
    try:
        card = checkpoint.card(name)
    except LiveComposerError as error:
        return ModelView(name, {"trouble": str(error)})
    told = {
        "origin": card.data.partition(";")[0],
        "licence": card.licence,
        "network": f"{card.network.layers} x {card.network.hidden}",
    }
    told |= {"rules": ", ".join(f"{rule} {weight:g}" for rule, weight in card.rules.items())} if card.rules else {}
    metrics = {key: value for key, value in card.metrics.items() if isinstance(value, int | float)}
    return ModelView(name, told | {key: f"{value:.4g}" for key, value in metrics.items()})


def _book(name: str, path: Path, rules: dict[str, str]) -> BookView:
    try:
        weights = book_file.weights(path)
        table = tomllib.loads(files.read_bytes(path, "rule book", _LARGEST).decode())
    except LiveComposerError as error:
        return BookView(name, str(error))
    return BookView(name, str(table.get("help", "")), {rule: rules.get(rule, "") for rule in weights})
