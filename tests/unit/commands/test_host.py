"""`host` as it is started: a process of its own, its options, its log, and its end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from live_composer import paths
from live_composer.errors import LiveComposerError
from live_composer.wire import channel, tokens
from live_composer.wire.door import digest
from live_composer.wire.messages import Hello, Plan, PlanRequest

if TYPE_CHECKING:
    from command_line import CommandLine


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("--listen :0", "needs TLS"),
        ("--certificate box.pem", "go together"),
        ("--tokens nowhere", "There is no token in nowhere"),
        ("--models nowhere", "There are no models in nowhere"),
        ("--listen a:b", "is no address"),
        ("--connections 0", "from 1 to 10,000"),
    ],
)
def test_what_cannot_be_hosted_is_one_sentence(run: CommandLine, words: str, says: str):
    told = run("host", *words.split())
    assert told.code != 0
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert says in told.err


def test_a_token_is_printed_once(run: CommandLine):
    first = run("host", "token", "new", "ada")
    assert first.code == 0
    assert tokens.known(paths.tokens()) == [digest(first.out.strip())]
    assert run("host", "token", "new", "ada").code == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_host_plans_until_a_signal_comes(random_model: str, home: Path, number: signal.Signals):
    models = str(Path(random_model).parent)
    process = subprocess.Popen(
        [sys.executable, "-m", "live_composer", "host", "--json", "--models", models, "--device", "cpu"],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"LIVE_COMPOSER_HOST_LISTEN": "127.0.0.1:0"},
    )
    assert process.stdout
    try:
        opened: dict[str, Any] = json.loads(process.stdout.readline())
        assert (opened["event"], opened["token"], opened["engine"]) == ("listening", False, "numpy")
        here = await channel.connect(opened["address"], Hello("musician"))
        assert here.peer.models == ["random"]
        await here.send(PlanRequest(1, "random", [], 0, 16))
        assert isinstance(await here.receive(), Plan)
        process.send_signal(number)
        await here.closed()
        assert process.wait(20) == 0
        events = [json.loads(line)["event"] for line in process.stdout]
        assert events == ["connected", "draining", "left", "ended"]
    finally:
        process.kill()
        process.communicate()


async def test_a_host_whose_log_nobody_reads_plans_on(random_model: str):
    words = ["host", "--json", "--models", str(Path(random_model).parent), "--device", "cpu", "--listen", "127.0.0.1:0"]
    process = subprocess.Popen([sys.executable, "-m", "live_composer", *words], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        address = json.loads(process.stdout.readline())["address"]
        process.stdout.close()
        for revision in range(2):
            here = await channel.connect(address, Hello("musician"))
            await here.send(PlanRequest(revision, "random", [], 0, 16))
            assert isinstance(await here.receive(), Plan)
            await here.close()
    finally:
        process.kill()
        process.wait()


async def test_where_there_is_a_token_nobody_comes_in_without(random_model: str, tmp_path: Path):
    kept = tmp_path / "tokens"
    token = tokens.new(kept, "ada")
    words = [
        "host",
        "--json",
        "--models",
        str(Path(random_model).parent),
        "--tokens",
        str(kept),
        "--listen",
        "127.0.0.1:0",
    ]
    process = subprocess.Popen([sys.executable, "-m", "live_composer", *words], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        address = json.loads(process.stdout.readline())["address"]
        with pytest.raises(LiveComposerError, match="401"):
            await channel.connect(address, Hello("musician"))
        await (await channel.connect(address, Hello("musician"), token=token)).close()
    finally:
        process.kill()
        process.communicate()
