"""What ports there are: each system is asked by a process of its own, because asking can hang."""

from __future__ import annotations

import subprocess
import sys

import msgspec

from live_composer.port.system import UnavailableError
from live_composer.port.target import SYSTEMS

LISTING_SECONDS = 5.0
OPTION = "--list"


class Listing(msgspec.Struct, frozen=True):
    """The ports of a system, or why it cannot be used.

    Attributes:
        backend: `jack` or `rtmidi`: what stands before the colon in `--port jack:NAME`.
        system: such as `rtmidi ALSA`.
        ports: full names.
        unavailable: why there are none; empty when the system works.
    """

    backend: str
    system: str
    ports: list[str] = []
    unavailable: str = ""


def list_here(backend: str) -> Listing:
    """Ask a system in this process."""
    try:
        system = SYSTEMS[backend]("live-composer ports", [])
    except UnavailableError as error:
        return Listing(backend, backend, unavailable=str(error))
    listing = Listing(backend, system.name, system.ports())
    system.close()
    return listing


def list_all() -> list[Listing]:
    """Ask every system at once, each for at most LISTING_SECONDS."""
    children = {backend: _ask(backend) for backend in SYSTEMS}
    return [_answer(backend, child) for backend, child in children.items()]


def _ask(backend: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "live_composer.port", OPTION, backend]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def _answer(backend: str, child: subprocess.Popen[bytes]) -> Listing:
    try:
        output, _ = child.communicate(timeout=LISTING_SECONDS)
        return msgspec.json.decode(output, type=Listing)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        return Listing(backend, backend, unavailable=f"it did not answer within {LISTING_SECONDS:g} s")
    except msgspec.MsgspecError:
        return Listing(backend, backend, unavailable=f"asking it ended with code {child.returncode}")
