from __future__ import annotations

import pytest

from live_composer.port.target import split


@pytest.mark.parametrize(
    ("target", "parts"),
    [
        (None, ("", "")),
        ("null", ("null", "")),
        ("file:a:b.mid", ("file", "a:b.mid")),
        ("jack:FLUID", ("jack", "FLUID")),
        ("rtmidi:fsynth:midi_00", ("rtmidi", "fsynth:midi_00")),
        ("fsynth:midi_00", ("", "fsynth:midi_00")),
        ("IAC Bus 1", ("", "IAC Bus 1")),
        ("jack", ("", "jack")),
    ],
)
def test_a_target_is_a_kind_and_words(target: str | None, parts: tuple[str, str]):
    assert split(target) == parts
