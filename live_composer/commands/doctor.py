"""`live-composer doctor`: what this machine can do, measured, and what to do about the rest."""

from __future__ import annotations

import json

from live_composer.commands.plugins import folders
from live_composer.config import Doctor
from live_composer.live.doctor import Finding, examine

_MARKS = {"well": "ok", "mind": "--", "ill": "!!"}


def doctor(*, config: Doctor = Doctor()) -> int:
    """Measure this machine and say what follows; the exit code is 1 where something does not work."""
    found = examine(config.model, config.book, folders(config.plugins))
    if config.json:
        print(json.dumps([finding._asdict() for finding in found], indent=2))
    else:
        print("\n".join(line for finding in found for line in _lines(finding)))
    return int(any(finding.health == "ill" for finding in found))


def _lines(finding: Finding) -> list[str]:
    told = f"{_MARKS[finding.health]}  {finding.what}: {finding.told}"
    return [told, f"    {finding.advice}"] if finding.advice else [told]
