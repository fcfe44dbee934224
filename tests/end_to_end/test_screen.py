"""The screen as a person uses it: the real program in a terminal, a real daemon, and what JACK records of it."""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import TYPE_CHECKING

import pytest
from real_parts import note_offs, note_ons, wait_for
from terminal import Terminal

from live_composer import paths
from live_composer.errors import LostProcess
from live_composer.music.key import Key
from live_composer.wire import daemons
from live_composer.wire.screen import Command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from real_parts import Keyboard, Recorder

pytestmark = pytest.mark.real

ENOUGH = 24
"""Notes after which music is taken to go on."""


@pytest.fixture
def terminal(recorder: Recorder) -> Iterator[Terminal]:
    # After the recorder, so that it inherits which JACK server there is.
    with Terminal() as terminal:
        yield terminal
    for daemon in daemons.running().values():
        with contextlib.suppress(LostProcess):  # It is ending already: the test has asked it to.
            asyncio.run(daemons.ask(daemon, Command("quit")))
    wait_for(lambda: not daemons.running(), "the end of the daemon")


def rules_line(terminal: Terminal) -> str:
    """Return the line of the rule under the cursor."""
    return next((line for line in terminal.screen.splitlines() if line.startswith("▸")), "")


def sounding(recorder: Recorder) -> set[int]:
    """Return the pitches that sound after all that was heard; "all notes off" counts, as it does for a synth."""
    pitches: set[int] = set()
    for _, data in recorder.events:
        if data[0] & 0xF0 == 0x90 and data[2]:
            pitches.add(data[1])
        elif data[0] & 0xF0 in {0x80, 0x90}:
            pitches.discard(data[1])
        elif data[0] & 0xF0 == 0xB0 and data[1] in {120, 123}:
            pitches.clear()
    return pitches


def plays_on(recorder: Recorder) -> Callable[[], bool]:
    """Return what says whether many notes were heard from now on."""
    before = len(note_ons(recorder.events))
    return lambda: len(note_ons(recorder.events)) > before + ENOUGH


def two_bars_in_turn(screen: str) -> bool:
    bars = [int(number) for number in re.findall(r"^bar (\d+): ", screen, re.MULTILINE)]
    return len(bars) >= 2 and bars == list(range(bars[0], bars[0] + len(bars)))


def test_an_evening_at_the_screen(terminal: Terminal, recorder: Recorder):
    # Start: a terminal gets a screen, and the music plays.
    terminal.run("serve", "--port", "recorder", "--seed", "4", "--tempo", "200", "--model", "note-rnn")
    terminal.wait("▶ playing", "C major", "recorder:in", "1 Rules", "q Quit")
    wait_for(plays_on(recorder), "music")

    # A slider moves, and with it the weight that the daemon knows.
    terminal.press("1", "Right", "Right")
    terminal.wait_until(lambda _: "1.10" in rules_line(terminal), "a weight of 1.10")

    # A rule of another book joins, and is heard of.
    terminal.press("a")
    terminal.wait("Add a rule", "paper_autocorrelation")
    terminal.type("paper_auto")
    terminal.press("Enter")
    terminal.wait("paper_autocorrelation is in use")

    # A take is kept: it stands in the panel and in its folder.
    terminal.press("k", "4")
    terminal.wait_until(lambda screen: "bars  C major, 200" in screen, "a take")
    assert list(paths.takes().glob("*.mid"))

    # Another key: the roll and the music follow.
    terminal.press("y")
    terminal.wait("key", "type it")
    terminal.type("F# major")
    terminal.press("Enter")
    terminal.wait("4/4   F# major")
    wait_for(plays_on(recorder), "music in another key")

    # Leave: the music plays on. Come back: it is there. Leave and stop: it ends.
    terminal.press("q")
    terminal.wait("leave, and let it play on")
    terminal.press("d")
    terminal.wait("ended with 0")
    wait_for(plays_on(recorder), "music without a screen")
    terminal.run("attach")
    terminal.wait("▶ playing", "F# major", "1 Rules")
    terminal.press("q")
    terminal.wait("stop the music and end")
    terminal.press("s")
    terminal.wait("ended with 0")
    wait_for(lambda: not sounding(recorder), "the last note's end")

    pitches = [pitch for _, pitch in note_ons(recorder.events)]
    assert {pitch % 12 for pitch in pitches[:ENOUGH]} <= Key.parse("C").pitch_classes
    assert {pitch % 12 for pitch in pitches[-ENOUGH:]} <= Key.parse("F#").pitch_classes
    assert recorder.agrees([pitch for _, pitch in note_offs(recorder.events)], pitches)


def test_two_keys_lead_from_no_port_to_sound(terminal: Terminal, recorder: Recorder, keyboard: Keyboard):
    options = ("--input", "keyboard", "--key", "D", "--tempo", "200")
    terminal.run("serve", "--port", "null", "--model", "note-rnn", *options)
    terminal.wait("▶ playing", "no port, only shown")
    terminal.press("i")
    terminal.wait("Where notes go", "recorder:in")
    terminal.press("Enter")
    terminal.wait("▶ playing", "→ recorder:in", "D major", "♩ 200")
    wait_for(plays_on(recorder), "music on another port")
    [daemon] = daemons.running().values()
    _, frame = asyncio.run(daemons.ask(daemon, Command("status")))
    assert frame.port.input == "keyboard:out"
    terminal.press("q")
    terminal.wait("stop the music and end")
    terminal.press("s")
    terminal.wait("ended with 0")
    assert {pitch % 12 for _, pitch in note_ons(recorder.events)} <= Key.parse("D").pitch_classes


def test_a_knob_is_learnt_and_a_preset_comes_back(terminal: Terminal, keyboard: Keyboard):
    terminal.run("serve", "--port", "null", "--input", "keyboard", "--model", "note-rnn", "--key", "D")
    terminal.wait("▶ playing", "D major")

    # The next knob that moves steers the slider under the cursor, and then moves it.
    terminal.press("/")
    terminal.wait("Find a slider")
    terminal.type("density")
    terminal.press("Enter")
    terminal.wait_until(lambda screen: "Find a slider" not in screen, "the end of the dialog")
    terminal.press("v")
    terminal.wait("move a knob for density")
    keyboard.play(bytes((0xB0, 21, 64)))
    terminal.wait_until(lambda screen: re.search(r"density .* CC 21\b", screen) is not None, "a knob")
    keyboard.play(bytes((0xB0, 21, 127)))
    terminal.wait_until(lambda screen: re.search(r"density +━+● 4 ", screen) is not None, "its upper end")

    # All values become a preset, and come back with it.
    terminal.press("p")
    terminal.wait("Presets", "Save these values ...")
    terminal.press("Enter")
    terminal.wait("Save as preset 1")
    terminal.type("dusk")
    terminal.press("Enter")
    terminal.wait_until(lambda screen: "Save as preset" not in screen, "the end of the dialog")
    terminal.press("y")
    terminal.wait("type it")
    terminal.type("G major")
    terminal.press("Enter")
    terminal.wait("4/4   G major")
    terminal.press("p")
    terminal.wait("1 dusk")
    terminal.press("Enter")
    terminal.wait("4/4   D major")


def test_without_a_terminal_a_line_a_bar_is_printed(terminal: Terminal, recorder: Recorder):
    terminal.run("serve", "--port", "recorder", "--tempo", "300", "--model", "note-rnn")
    terminal.wait("▶ playing")
    terminal.press("q")
    terminal.wait("leave, and let it play on")
    terminal.press("d")
    terminal.wait("ended with 0")
    terminal.run("attach", "--plain")
    terminal.wait("playing: recorder:in, 300 BPM")
    terminal.wait_until(two_bars_in_turn, "two bars")
    terminal.press("C-c")
    terminal.wait("ended with 130")
    terminal.run("stop")
    terminal.wait("ended with 0")


def test_a_daemon_that_cannot_start_says_why_and_no_screen_comes(terminal: Terminal, recorder: Recorder):
    terminal.run("serve", "--key", "H minor")
    terminal.wait("`H minor` is no key", "ended with 2")
