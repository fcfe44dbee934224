"""A planner process and whoever started it."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from live_composer import paths
from live_composer.wire.child import Child


async def test_a_process_is_gone_even_where_whoever_waits_for_its_end_is_cancelled(random_model: str) -> None:
    child = await Child.start(paths.socket("ended.sock"), ["--device", "cpu", "--model", random_model])
    os.kill(child.pid, signal.SIGSTOP)  # So that it does not end of itself.
    ending = asyncio.create_task(child.end())
    await asyncio.sleep(0)
    ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ending
    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)
