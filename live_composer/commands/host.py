"""`live-composer host`: plan for musicians on other machines, and make the tokens that let them in."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from typing import TYPE_CHECKING, Any

import cyclopts
from threadpoolctl import ThreadpoolController

from live_composer import paths
from live_composer.config import Host, HostToken
from live_composer.errors import BadInput
from live_composer.plan import engine as engines
from live_composer.plan import fleet as fleets
from live_composer.plan import host as hosts
from live_composer.plan.aside import Aside
from live_composer.plan.gate import Limits
from live_composer.plan.metrics import Metrics
from live_composer.plan.planner import Planner
from live_composer.plan.worker import Worker
from live_composer.policy import checkpoint
from live_composer.wire import door, tokens
from live_composer.wire.door import Address, Door

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from live_composer.plan.fleet import Fleet

application = cyclopts.App(name="host")
_token = cyclopts.App(name="token", help="Make tokens that let musicians in.")
application.command(_token)


@application.default
def host(*, config: Host = Host()) -> None:
    """Plan for musicians on other machines; Ctrl-C answers what is under way, and ends."""
    way = _door(config)
    models = [config.models] if config.models else paths.model_folders()
    if not checkpoint.available(models):
        raise BadInput(f"There are no models in {' and '.join(map(str, models))}; name their folder by --models.")
    limits = Limits(config.horizon, config.candidates, config.requests, config.seconds)
    log = _log_json if config.json else _log_text
    metrics = Metrics()
    plans, engine = _crew(config, models, metrics)
    server = hosts.Host(
        plans, way, engine=engine, models=models, books=config.plugins, limits=limits, metrics=metrics, log=log
    )
    with ThreadpoolController().limit(limits=1):  # More threads of BLAS gain nothing here.
        try:
            asyncio.run(_serve(server, plans, _opened(way, engine, log)))
        finally:
            if not isinstance(plans, Aside):
                plans.close()
    log("ended")


@_token.command(name="new")
def new_token(name: str, /, *, config: HostToken = HostToken()) -> None:
    """Make a token that lets a musician in, and print it: it is shown this once.

    Parameters
    ----------
    name
        Whose it is, one word; to take it back, delete the line of that name from the file, and start the host anew.
    """
    print(tokens.new(_tokens(config.tokens), name))


async def _serve(server: hosts.Host, plans: Worker | Aside | Fleet, opened: Callable[[int], None]) -> None:
    async with plans.kept() if isinstance(plans, Aside) else contextlib.nullcontext():
        await server.serve(opened)


def _crew(config: Host, models: Sequence[Path], metrics: Metrics) -> tuple[Worker | Aside | Fleet, str]:
    """Return who plans, and what with: a planner in this process or, for rules of one's own, aside; or many of them."""
    if config.fleet is None and config.plugins:
        return Aside(config.device, config.plugins, models, config.seconds), engines.choose(config.device)
    if config.fleet is None:
        planner = Planner(config.device, config.plugins, models)
        return Worker(planner, config.seconds, metrics.batch.add), planner.engine
    fleet = fleets.read_config(config.fleet)
    started = fleets.start(fleet, config.device, config.plugins, models, config.seconds)
    return started, f"fleet of {fleet.least} to {fleet.most}" if fleet.most > fleet.least else f"fleet of {fleet.most}"


def _tokens(path: Path | None) -> Path:
    return path or paths.tokens()


def _door(config: Host) -> Door:
    if (config.certificate is None) != (config.key is None):
        raise BadInput("--certificate and --key go together.")
    tls = door.certificate(config.certificate, config.key) if config.certificate and config.key else None
    known = tokens.known(_tokens(config.tokens))
    if config.tokens and not known:
        raise BadInput(f"There is no token in {config.tokens}; make one with `live-composer host token new`.")
    return Door(Address.parse(config.listen), tls, known or None, config.connections)


def _opened(way: Door, engine: str, log: Callable[..., None]) -> Callable[[int], None]:
    def told(port: int) -> None:
        scheme = "wss" if way.tls else "ws"
        log("listening", address=f"{scheme}://{Address(way.address.host, port)}", engine=engine, token=bool(way.tokens))

    return told


def _log_json(name: str, **fields: Any) -> None:
    _print(json.dumps({"time": round(time.time(), 3), "event": name, **fields}))


def _log_text(name: str, **fields: Any) -> None:
    told = ", ".join(f"{field} {value}" for field, value in fields.items())
    _print(f"{time.strftime('%H:%M:%S')} {name}{': ' if told else ''}{told}")


def _print(line: str) -> None:
    """Print a line of the log; a host whose log nobody reads any more plans on."""
    with contextlib.suppress(BrokenPipeError):
        print(line, flush=True)
