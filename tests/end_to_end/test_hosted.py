"""A laptop and a GPU box, both here: `serve` plays what `host` plans, by TLS with a token, and plays on without it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hosting import make_certificate, need_openssl
from serving import Serving

from live_composer.wire import tokens

if TYPE_CHECKING:
    import pytest


def test_a_host_is_killed_while_it_plans_and_nobody_hears_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    certificate = make_certificate(tmp_path)
    (tmp_path / "token").write_text(tokens.new(tmp_path / "tokens", "laptop"))
    box = subprocess.Popen(
        [sys.executable, "-m", "live_composer", "host", "--json", "--listen", "127.0.0.1:0", "--device", "cpu",
         "--certificate", certificate.chain, "--key", certificate.key, "--tokens", tmp_path / "tokens"],
        stdout=subprocess.PIPE, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert box.stdout
    try:
        address = json.loads(box.stdout.readline())["address"]
        assert address.startswith("wss://")
        hosted = ["--planner", address, "--planner-token", str(tmp_path / "token")]
        hosted += ["--planner-certificate", str(certificate.chain)]
        options = ["--bars", "6", "--seed", "7", "--device", "cpu"]
        with Serving("null", *options, *hosted, tempo=200.0) as serving:
            serving.wait_for("bar", number=2)
            box.kill()
            trouble = serving.wait_for("trouble", what="host")
            assert trouble["reason"]
            stopped = serving.end()
        with Serving("null", *options, tempo=400.0) as alone:
            alone.end()
    finally:
        box.kill()
        box.communicate()
    assert (stopped["missed_plans"], stopped["dropped"]) == (0, 0)
    assert serving.notes() == alone.notes()


def test_the_page_about_hosts_works_as_it_stands(tmp_path: Path):
    need_openssl()
    page = (Path(__file__).parents[2] / "docs" / "host.md").read_text()
    block = page.split("```")[1]
    assert block.strip().count("\n") < 12
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    # What would play until somebody stops it plays two bars, and the host on the box ends after it.
    ready = f"until (: < /dev/tcp/127.0.0.1/{port}) 2> /dev/null; do sleep .1; done"
    script = block.replace("7765", port).replace("\n# on the laptop", f"\n{ready}\n# on the laptop").rstrip()
    script += " --json --bars 2 --tempo 400 --port null --device cpu\nkill %1\nwait\n"
    done = subprocess.run(
        ["bash", "-e", "-c", "set -m\n" + script],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert "trouble" not in {event["event"] for event in events}
    assert events[-1]["event"] == "stopped"
    assert "connected" in done.stdout
