"""A laptop and a GPU box, both here: `serve` plays what `host` plans, by TLS with a token, and plays on without it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from hosting import make_certificate
from serving import Serving

from live_composer.wire import tokens

if TYPE_CHECKING:
    from pathlib import Path

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
        options = ["--bars", "8", "--seed", "7", "--device", "cpu"]
        with Serving("null", *options, *hosted, tempo=300.0) as serving:
            serving.wait_for("bar", number=3)
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
