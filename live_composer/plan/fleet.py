"""A fleet: the planner in as many replicas as are wanted, under Ray Serve, asked as if it were one.

A request carries all that an answer needs, so any replica may answer; when one dies, what it was asked is asked again.
"""

# pyright: reportMissingModuleSource=false
# Ray is an extra: its types are in typings/, and where it is not installed nothing here is run.
from __future__ import annotations

import asyncio
import logging
import math
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from live_composer import files, paths
from live_composer.errors import BadFile, MissingExtra
from live_composer.plan.asking import again
from live_composer.plan.guard import SECONDS, Guard
from live_composer.plan.planner import Planner
from live_composer.plan.worker import Worker
from live_composer.wire import messages
from live_composer.wire.messages import Plan, PlanFailed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path
    from typing import Protocol

    from live_composer.config import Device
    from live_composer.wire.messages import PlanRequest

    class _Asked(Awaitable[bytes], Protocol):
        """An answer that will come."""

        def cancel(self) -> None: ...


_NAME = "live-composer"
_LARGEST = 1 << 16


class FleetConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a fleet's YAML file says.

    Attributes:
        least, most: how many replicas there are, at least and at most.
        load: requests under way, for each replica, at which another one is started.
        cpus, gpus: what one replica takes.
        address: of a Ray cluster; empty: one is started on this machine, and ended with the host.
    """

    least: Annotated[int, Meta(ge=1, le=10_000)] = 1
    most: Annotated[int, Meta(ge=1, le=10_000)] = 1
    load: Annotated[float, Meta(gt=0)] = 4.0
    cpus: Annotated[float, Meta(ge=0)] = 1.0
    gpus: Annotated[float, Meta(ge=0)] = 0.0
    address: str = ""


def read_config(path: Path) -> FleetConfig:
    """Read a fleet's file.

    Raises:
        BadFile: it is missing, no YAML, or says what is unknown or out of range.
        MissingExtra: what reads YAML is not installed.
    """
    data = files.read_bytes(path, "fleet's file", _LARGEST)
    try:
        config = msgspec.yaml.decode(data, type=FleetConfig)
    except ImportError as error:
        raise MissingExtra("A fleet", "fleet") from error
    except msgspec.MsgspecError as error:
        raise BadFile(f"{path}: {str(error)[:1].lower()}{str(error)[1:]}.") from error
    if config.most < config.least:
        raise BadFile(f"{path}: `most` is {config.most}, and less than `least`, {config.least}.")
    return config


class Replica:
    """A planner in a process of Ray's."""

    def __init__(
        self, device: Device, folders: Sequence[Path], models: Sequence[Path], seconds: float = math.inf
    ) -> None:
        """Make a planner, as `Planner` has it, that may work for so many seconds on one plan."""
        # A replica that is stuck in a rule ends; all that are started after it on this machine know the rule's file.
        guard = Guard(_words(), folders, seconds + SECONDS) if folders else None
        self._worker = Worker(Planner(device, folders, models, guard), seconds)

    async def answer(self, frame: bytes) -> bytes:
        """Answer a request; both are frames of the wire."""
        request = messages.decode(frame)
        assert isinstance(request, messages.PlanRequest)
        gone = False
        try:
            return messages.encode(await self._worker.answer(request, lambda: gone))
        finally:  # When nobody wants the answer any more, Ray cancels us.
            gone = True


class Fleet:
    """Asks replicas; see `answering.Plans`.

    Attributes:
        waiting: requests that are under way.
    """

    def __init__(self, replicas: Any) -> None:
        """Take Ray Serve's handle of them."""
        from ray.exceptions import RayActorError

        self.waiting = 0
        self._replicas, self._died = replicas, RayActorError

    async def answer(self, request: PlanRequest, unwanted: Callable[[], bool]) -> Plan | PlanFailed:
        """Return the plan, or why there is none.

        Raises:
            Superseded: nobody wanted it any more.
        """
        self.waiting += 1
        try:
            return await again(request, unwanted, self._ask, self._died)
        finally:
            self.waiting -= 1

    async def _ask(self, request: PlanRequest) -> Plan | PlanFailed:
        asked: _Asked = self._replicas.answer.remote(messages.encode(request))
        try:
            answer = messages.decode(await asked)
        except asyncio.CancelledError:
            asked.cancel()
            raise
        assert isinstance(answer, Plan | PlanFailed)
        return answer

    def close(self) -> None:
        """End the replicas, and Ray if it was started for them."""
        import ray
        from ray import serve

        serve.shutdown()
        ray.shutdown()


def start(
    config: FleetConfig, device: Device, folders: Sequence[Path], models: Sequence[Path], seconds: float
) -> Fleet:
    """Start a fleet; its replicas are made as `Replica` has it.

    Raises:
        MissingExtra: Ray is not installed.
    """
    try:
        import ray
        from ray import serve
    except ImportError as error:
        raise MissingExtra("A fleet", "fleet") from error
    _words().unlink(missing_ok=True)  # Of the fleet before.
    logging.getLogger("ray.serve").setLevel(logging.WARNING)  # The host has its own log.
    ray.init(config.address or None, include_dashboard=False, logging_level="ERROR", log_to_driver=False)
    deployment = serve.deployment(
        autoscaling_config={
            "min_replicas": config.least,
            "max_replicas": config.most,
            "target_ongoing_requests": config.load,
        },
        ray_actor_options={"num_cpus": config.cpus, "num_gpus": config.gpus},
        max_ongoing_requests=max(64, math.ceil(4 * config.load)),
    )
    application = deployment(Replica).bind(device, folders, models, seconds)
    return Fleet(serve.run(application, name=_NAME, route_prefix=None))


def _words() -> Path:
    """Return where replicas say what they are stuck in."""
    return paths.runtime() / "fleet.words"
