"""The doctor: what it measures here, and what it says where there is no MIDI system at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys


def examine(*options: str) -> tuple[int, str, str]:
    environment = os.environ | {"JACK_DEFAULT_SERVER": "nobody", "JACK_NO_START_SERVER": "1"}
    command = [sys.executable, "-m", "live_composer", "doctor", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=environment)
    return done.returncode, done.stdout, done.stderr


def test_a_machine_is_measured_and_what_follows_is_said(random_model: str):
    code, out, err = examine("--json", "--model", random_model)
    found = {finding["what"]: finding for finding in json.loads(out)}
    assert {"clock", "lateness", "port", "planner", "look-ahead", "sound", "config file"} <= set(found)
    late = found["lateness"]["figures"]
    assert 0 <= late["p50_ms"] <= late["p99_ms"] <= late["max_ms"]
    assert 0 < found["planner"]["figures"]["p50_ms"] <= found["planner"]["figures"]["p99_ms"]
    assert found["look-ahead"]["figures"]["steps"] >= 2
    assert "steps (" in found["look-ahead"]["told"]
    ill = [finding for finding in found.values() if finding["health"] == "ill"]
    assert all(finding["advice"] for finding in ill)
    assert code == bool(ill)
    assert err == ""


def test_what_does_not_work_is_told_in_words_and_by_the_exit_code(random_model: str):
    code, out, err = examine("--model", random_model, "--book", "hause")
    assert code == 1
    assert "!!  planner: no plan comes: There is no rule book `hause`; did you mean `house`" in out
    assert "Traceback" not in out + err
