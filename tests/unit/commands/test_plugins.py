"""What rules may take in time: a busy machine is no fault of theirs."""

from __future__ import annotations

import time

import pytest

from live_composer.commands.plugins import limited


def work() -> None:
    while True:
        pass


def test_what_works_without_an_end_is_ended():
    with pytest.raises(TimeoutError, match=r"within 0\.1 s"), limited(0.1):
        work()


def test_what_waits_without_an_end_is_ended():
    with pytest.raises(TimeoutError), limited(0.05):
        time.sleep(3600)


def test_who_was_kept_waiting_by_others_is_not_blamed():
    with limited(0.5):
        time.sleep(0.7)
