from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_composer.errors import NoPort
from live_composer.port.matching import find

MAC = ["IAC Driver Bus 1", "IAC Driver Bus 2", "IAC Driver Bus 10", "Network Session 1"]
ALSA = [
    "Midi Through:Midi Through Port-0 14:0",
    "FLUID Synth (77):Synth input port (77:0) 128:0",
    "K-Board:K-Board MIDI 1 20:0",
]
WINDOWS = ["Microsoft GS Wavetable Synth 0", "loopMIDI Port 1", "loopMIDI Port 2 2"]
JACK = ["fsynth:midi_00", "a2j:K-Board [20] (playback): MIDI 1", "recorder:in", "other recorder:in"]


@pytest.mark.parametrize(
    ("words", "names", "meant"),
    [
        ("IAC Bus 1", MAC, "IAC Driver Bus 1"),
        ("bus 10", MAC, "IAC Driver Bus 10"),
        ("Bus 1", MAC, "IAC Driver Bus 1"),
        ("session", MAC, "Network Session 1"),
        ("Midi Through:Midi Through Port-0", ALSA, ALSA[0]),
        ("Midi Through Port-0", ALSA, ALSA[0]),
        ("midi through", ALSA, ALSA[0]),
        ("FLUID", ALSA, ALSA[1]),
        ("k-board", ALSA, ALSA[2]),
        ("board", ALSA, ALSA[2]),
        ("loopMIDI Port", WINDOWS, "loopMIDI Port 1"),
        ("loopmidi port 2", WINDOWS, "loopMIDI Port 2 2"),
        ("midi_00", JACK, "fsynth:midi_00"),
        ("recorder:in", JACK, "recorder:in"),
        ("K-Board", JACK, JACK[1]),
        ("Korg", MAC, None),
        ("1 Bus Korg", MAC, None),
        ("?", MAC, None),
    ],
)
def test_what_words_mean(words: str, names: list[str], meant: str | None):
    assert find(words, names) == meant


@pytest.mark.parametrize(("words", "names"), [("IAC", MAC), ("recorder", JACK), ("port", WINDOWS)])
def test_what_several_fit_is_an_error_that_lists_them(words: str, names: list[str]):
    with pytest.raises(NoPort) as error:
        find(words, names)
    assert all(name in str(error.value) for name in names if words.casefold() in name.casefold())


names = st.lists(st.text("ab1: ", min_size=1, max_size=8), min_size=1, max_size=6)


@given(names, st.data())
def test_a_whole_name_always_means_itself(some: list[str], data: st.DataObject):
    name = data.draw(st.sampled_from(some))
    assert find(name, some) == name


@given(st.text("ab1: ", max_size=6), names)
def test_what_is_found_holds_every_word_and_is_the_only_one_when_the_others_go(words: str, some: list[str]):
    try:
        found = find(words, some)
    except NoPort:
        return
    if found is not None:
        assert find(words, [found]) == found
        assert all(word in found for word in re.findall(r"\w+", words))


@given(st.text("ab1: ", min_size=1, max_size=6), names, st.randoms())
def test_the_order_of_the_ports_makes_no_difference(words: str, some: list[str], chance):  # noqa: ANN001
    def outcome(ports: list[str]) -> str | None:
        try:
            return find(words, ports)
        except NoPort:
            return "several"

    shuffled = some[:]
    chance.shuffle(shuffled)
    assert outcome(some) == outcome(shuffled)
