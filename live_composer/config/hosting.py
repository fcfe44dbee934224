"""The options of what runs unattended: a host for other musicians, and the service."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from live_composer.config.kinds import Between, Flag, JsonLines, PlanningDevice, Plugins, whole


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Host:
    """Plan for musicians on other machines."""

    listen: str = "127.0.0.1:7765"
    """Where to listen, HOST:PORT; `:7765` is every address of this machine. Where others can come, TLS and a token are
    needed."""
    certificate: Path | None = None
    """The certificate to show (PEM, with what it is signed by); with it, TLS alone is spoken."""
    key: Path | None = None
    """The certificate's key (PEM, without a password)."""
    tokens: Path | None = None
    """The file of tokens, if it is not the usual one. Where it holds any, nobody comes in without."""
    models: Path | None = None
    """The folder of models to plan with; without it, your own and those that come along."""
    plugins: Plugins = ()
    device: PlanningDevice = "auto"
    connections: Annotated[int, Parameter(converter=whole, validator=Between(1, 10_000))] = 64
    """How many musicians may be connected at once."""
    requests: Annotated[float, Parameter(validator=Between(1, 10_000))] = 50.0
    """How many plans a second one musician may ask for; twice as many at once."""
    horizon: Annotated[int, Parameter(converter=whole, validator=Between(16, 512))] = 512
    """How many steps one plan may have."""
    candidates: Annotated[int, Parameter(converter=whole, validator=Between(1, 1024))] = 256
    """From how many continuations one plan may be chosen."""
    seconds: Annotated[float, Parameter(validator=Between(0.05, 60))] = 2.0
    """How long one plan may take."""
    fleet: Path | None = None
    """A YAML file that says of how many planners the host shall be the door, under Ray Serve (extra `fleet`)."""
    json: JsonLines = False


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class HostToken:
    """Make a token that lets a musician in."""

    tokens: Path | None = None
    """The file to add it to, if it is not the usual one."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class ServiceInstall:
    """Start the daemon whenever you log in."""

    dry_run: Flag = False
    """Print the file, and write nothing."""


@Parameter(name="*", show=False)
@dataclass(frozen=True, kw_only=True)
class ServiceOnly:
    """Look after the service."""
