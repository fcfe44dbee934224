"""Every action does what it says: keys are pressed, and what the daemon is asked for is looked at."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from msgspec.structs import replace
from pictures import picture
from stage import STATES, Stage, settle, with_values
from textual.widgets import Input, OptionList

import scripts
from live_composer.config import Attach
from live_composer.errors import BadInput
from live_composer.tui import actions
from live_composer.tui.app import LiveComposer
from live_composer.tui.dialogs import Ask, Choose, Leave, Read
from live_composer.tui.lines import Rows
from live_composer.tui.roll import PianoRoll
from live_composer.wire.catalogue import BookView, Catalogue, ModelView, PresetView
from live_composer.wire.screen import Command, Notice, Set, TakeView

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from textual.pilot import Pilot


class Playing(NamedTuple):
    app: LiveComposer
    pilot: Pilot[str]
    stage: Stage

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await settle(self.pilot)

    @property
    def dialog(self) -> object:
        return self.app.screen

    @property
    def focused(self) -> str:
        return self.app.focused.id if self.app.focused else ""


@pytest.fixture
async def playing(tmp_path: Path) -> AsyncIterator[Playing]:
    with Stage(tmp_path / "s.sock", STATES["playing"]) as stage:
        app = LiveComposer(stage.path, seconds=lambda: 0.0)
        async with app.run_test(size=(120, 40)) as pilot:
            await settle(pilot)
            yield Playing(app, pilot, stage)


ASKED: dict[str, tuple[tuple[str, ...], list[Set | Command]]] = {
    "play": (("space",), [Command("pause")]),
    "stop": (("s",), [Command("stop")]),
    "panic": (("exclamation_mark",), [Command("panic")]),
    "tap": (("t",), [Command("tap")]),
    "faster": (("plus",), [Set("tempo", 121.0)]),
    "slower": (("minus", "minus"), [Set("tempo", 119.0), Set("tempo", 118.0)]),
    "bolder": (("full_stop",), [Set("temperature", 1.05)]),
    "calmer": (("comma",), [Set("temperature", 0.95)]),
    "key": (("y", *"Bbm", "enter"), [Set("key", "Bb minor")]),
    "metre": (("b", "6", "slash", "8", "enter"), [Set("metre", "6/8")]),
    "keep": (("k",), [Command("keep")]),
    "hear": (("h",), [Command("hear")]),
    "like": (("l",), [Command("like")]),
    "dislike": (("d",), [Command("dislike")]),
    "undo": (("u",), [Command("undo")]),
    "why": (("w",), [Command("why", 488)]),
    "models": (("m", "up", "enter"), [Command("catalogue"), Set("model", "note-rnn")]),
    "books": (("r", "down", "enter"), [Command("catalogue"), Set("book", "paper")]),
    "presets": (("p", "enter"), [Command("catalogue"), Command("preset", 1)]),
    "ports": (("i",), [Command("catalogue")]),
    "less": (("1", "left"), [Set("rule.house_key", 0.95)]),
    "more": (("1", "down", "right"), [Set("rule.house_accents", 1.05)]),
    "much_less": (("1", "shift+left"), [Set("rule.house_key", 0.5)]),
    "much_more": (("1", "shift+right"), [Set("rule.house_key", 1.5)]),
    "type": (("2", "down", "enter", "ctrl+u", *"60", "enter"), [Set("lowest", 60)]),
    "default": (("1", "backspace"), [Set("rule.house_key", None)]),
    "learn": (("2", "v"), [Command("learn", "key")]),
    "unlearn": (("2", "V"), [Command("unlearn", "key")]),
    "mute": (("1", "e"), [Command("mute", "house_key")]),
    "solo": (("1", "o"), [Command("solo", "house_key")]),
    "add": (("1", "a", "enter"), [Command("catalogue"), Command("add", "calm_line")]),
    "hear_take": (("4", "enter"), [Command("hear", 2)]),
    "name_take": (("4", "down", "n", "ctrl+u", *"dusk", "enter"), [Command("name", {"take": 1, "name": "dusk"})]),
    "like_take": (("4", "plus"), [Command("like", 2)]),
    "dislike_take": (("4", "minus"), [Command("dislike", 2)]),
}
"""What an action asks the daemon for, after which keys."""


@pytest.mark.parametrize("name", ASKED)
async def test_the_daemon_is_asked_for(playing: Playing, name: str):
    keys, asked = ASKED[name]
    await playing.press(*keys)
    assert playing.stage.asked == asked


LOOKED: dict[str, tuple[tuple[str, ...], Callable[[Playing], Any]]] = {
    "find": (("slash", *"swing", "enter"), lambda here: here.focused == "playing" and here.app.screen.id == "_default"),
    "troubles": (("x",), lambda here: isinstance(here.dialog, Read)),
    "go_roll": (("0",), lambda here: here.focused == "roll"),
    "go_rules": (("4", "1"), lambda here: here.focused == "rules"),
    "go_notes": (("2",), lambda here: here.focused == "notes"),
    "go_playing": (("3",), lambda here: here.focused == "playing"),
    "go_takes": (("4",), lambda here: here.focused == "takes"),
    "go_why": (("5",), lambda here: here.focused == "why"),
    "zoom": (("z",), lambda here: not here.app.query_one("#panels").display),
    "theme": (("f2",), lambda here: here.app.theme == "live-composer-light"),
    "help": (("f1",), lambda here: isinstance(here.dialog, Read)),
    "palette": (("ctrl+p",), lambda here: type(here.dialog).__name__ == "CommandPalette"),
    "leave": (("q",), lambda here: isinstance(here.dialog, Leave)),
    "earlier": (("0", "left", "left"), lambda here: here.app.query_one(PianoRoll).selected == 484),
    "later": (("0", "left", "right", "right"), lambda here: here.app.query_one(PianoRoll).selected == 492),
    "latest": (("0", "left", "escape"), lambda here: here.app.query_one(PianoRoll).selected is None),
    "wider": (("0", "right_square_bracket"), lambda here: here.app.query_one(PianoRoll)._columns_a_step() == 3),
    "narrower": (("0", "left_square_bracket"), lambda here: here.app.query_one(PianoRoll)._columns_a_step() == 1),
    "up": (("1", "down", "down", "up"), lambda here: here.app.query_one("#rules", Rows).cursor == 1),
    "down": (("1", "down"), lambda here: here.app.query_one("#rules", Rows).cursor == 1),
    "top": (("1", "down", "home"), lambda here: here.app.query_one("#rules", Rows).cursor == 0),
    "bottom": (("1", "end"), lambda here: here.app.query_one("#rules", Rows).cursor == 11),
}
"""What an action changes on the screen, after which keys."""


@pytest.mark.parametrize("name", LOOKED)
async def test_the_screen_changes(playing: Playing, name: str):
    keys, changed = LOOKED[name]
    await playing.press(*keys)
    assert changed(playing)


async def test_a_folder_that_no_desktop_opens_is_shown_to_be_copied(
    playing: Playing, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("PATH", str(tmp_path))
    await playing.press("4", "f")
    assert isinstance(playing.dialog, Read)
    await playing.press("c")
    assert playing.app.clipboard == "/home/ada/takes"


def test_every_action_is_tried():
    learning = {action.name for action in actions.of("learning")}  # tried in test_learning.py
    assert {*ASKED, *LOOKED, "open_folder"} | learning == set(actions.BY_NAME)


async def test_every_action_has_its_key_and_its_place_in_the_palette(playing: Playing):
    palette = {command.title for command in playing.app.get_system_commands(playing.app.screen)}
    for action in actions.of("anywhere"):
        assert action.keys[0] in playing.app._bindings.key_to_bindings
        assert action.title in palette or action.name == "palette"


def test_the_page_of_keys_tells_of_every_action():
    lines = scripts.load("keys_page").page().splitlines()
    for action in actions.ACTIONS:
        [row] = [line for line in lines if line.startswith("| `") and f"| {action.name} |" in line]
        assert action.help in row
        assert f"`{actions.shown_key(action.keys[0])}`" in row


async def test_f1_tells_of_the_focused_widget_and_its_keys(playing: Playing):
    await playing.press("1", "f1")
    lines = playing.app.screen._text.splitlines()
    text = " ".join(" ".join(lines).split())
    assert "Each line is a rule" in text
    for action in [*actions.of("rules"), *actions.of("sliders"), *actions.of("anywhere")]:
        assert action.help in text
    # What is told of a key goes on below itself.
    place = lines.index(f"  {'v':10} The next knob that is moved steers this")
    assert lines[place + 1] == f"{'':13}slider."


async def test_what_cannot_be_drawn_is_told_and_the_screen_stands(playing: Playing):
    playing.stage.show(with_values(STATES["playing"], key="H flat"))
    while not isinstance(playing.dialog, Read):
        await playing.pilot.pause(0.01)
    assert "is no key" in playing.app.screen._text
    assert playing.app.is_running


@pytest.mark.parametrize(
    ("port", "words"),
    [
        ({"backend": "null"}, "shown and not heard"),
        ({"virtual": True, "name": "ours"}, "ours is a port of ours: it is heard once"),
        ({}, "All is well."),
    ],
)
async def test_troubles_tell_why_nothing_may_be_heard(playing: Playing, port: dict[str, Any], words: str):
    frame = STATES["playing"]
    playing.stage.show(replace(frame, port=replace(frame.port, **{"virtual": False, **port}), notices=[]))
    await settle(playing.pilot)
    await playing.press("x")
    assert words in playing.app.screen._text


async def test_what_is_being_said_is_not_said_again(playing: Playing):
    for _ in range(3):
        playing.app.toast("Once.")
        await settle(playing.pilot)
    assert [note.message for note in playing.app._notifications] == ["Once."]


async def test_leaving_offers_to_let_it_play_on(playing: Playing):
    await playing.press("q", "escape")
    assert playing.app.is_running
    await playing.pilot.press("q", "d")
    await playing.pilot.pause()
    assert playing.app.return_value == "detach"
    assert playing.stage.asked == []


async def test_another_port_is_played_to_by_a_daemon_with_the_same_values_clock_and_input(playing: Playing):
    await playing.press("i", *"fluid", "enter")
    assert playing.app.return_value == "move"
    assert playing.app.options[:6] == ["--port", "fluidsynth:midi", "--clock", "midi", "--input", "KeyLab 49"]
    assert {"key=D dorian", "seed=4"} <= set(playing.app.options)
    assert "tempo=120.0" not in playing.app.options


async def test_behind_a_tunnel_no_other_port_is_chosen(playing: Playing):
    playing.stage.show(replace(STATES["playing"], address="/run/user/1000/live-composer/daemon-iac.sock"))
    await playing.press("i", *"fluid", "enter")
    assert playing.app.return_value is None
    assert "Only on the machine that plays" in [note.message for note in playing.app._notifications][-1]


@pytest.mark.parametrize("key", ["ctrl+r", "f5"])
async def test_ports_are_looked_for_again(playing: Playing, key: str):
    await playing.press("i", *"nothing")
    before = playing.dialog
    await playing.press(key)
    assert isinstance(playing.dialog, Choose)
    assert playing.dialog is not before
    assert playing.stage.asked == [Command("catalogue"), Command("catalogue")]
    await playing.press(*"fluid", "enter")
    assert playing.app.options[:2] == ["--port", "fluidsynth:midi"]


@pytest.mark.parametrize("keys", [("i",), ("1", "a")])
async def test_that_it_is_looked_for_what_there_is_is_shown_while_it_takes_time(
    playing: Playing, keys: tuple[str, ...]
):
    playing.stage.waits.add("catalogue")
    await playing.pilot.press(*keys)
    async with asyncio.timeout(5):
        while not playing.app._notifications:
            await playing.pilot.pause(0.01)
    assert [note.message for note in playing.app._notifications] == ["Looking for what there is ..."]
    assert not isinstance(playing.dialog, Choose)


_STRANGE = "[/b][red]\x1b[31m日本🎵\t\x07\x9b2J\nnext" + "x" * 200


async def test_names_and_words_of_strangers_neither_steer_the_terminal_nor_break_a_dialog(
    playing: Playing, monkeypatch: pytest.MonkeyPatch
):
    frame = STATES["playing"]
    rules = [replace(rule, name=f"{_STRANGE}{at}", off=_STRANGE * (at == 1)) for at, rule in enumerate(frame.rules)]
    playing.stage.show(
        replace(
            frame,
            rules=rules,
            takes=[TakeView(1, _STRANGE, _STRANGE, 4, "C major", 120.0, 1, _STRANGE)],
            notices=[Notice(_STRANGE, _STRANGE, number=1), Notice("host", _STRANGE, standing=False, number=2)],
            port=replace(frame.port, name=_STRANGE, backend=_STRANGE, trouble=_STRANGE, input=_STRANGE),
            planner=replace(frame.planner, where=_STRANGE, engine=_STRANGE),
            controls={"rule." + rules[0].name: _STRANGE},
        )
    )
    strange = Catalogue(
        models=[ModelView(_STRANGE, {_STRANGE: _STRANGE})],
        books=[BookView(_STRANGE, _STRANGE, {_STRANGE: _STRANGE})],
        presets=[PresetView(1, _STRANGE, {"tempo": 1.0})],
        outputs=[_STRANGE],
        rules={_STRANGE: _STRANGE},
    )
    monkeypatch.setattr("stage.catalogue", lambda ticket: replace(strange, ticket=ticket))
    for key in ("4", "1", "enter", "escape", "a", "escape", "m", "escape", "x"):
        await playing.press(key)
        strips = playing.app.screen._compositor.render_strips()
        shown = "".join(segment.text for strip in strips for segment in strip)
        assert "日本" in shown
        assert shown.isprintable(), (key, [each for each in shown if not each.isprintable()])
    assert playing.app.mistakes == []


async def test_all_values_are_saved_as_the_first_free_preset(playing: Playing):
    await playing.press("p", "down", "enter", *"dusk", "enter")
    assert playing.stage.asked == [Command("catalogue"), Command("save-preset", {"number": 2, "name": "dusk"})]


async def test_leaving_may_stop_the_music(playing: Playing):
    await playing.pilot.press("q", "s")
    while playing.app.return_value is None:
        await playing.pilot.pause(0.01)
    assert playing.app.return_value == "stop"
    assert playing.stage.asked == [Command("quit")]


async def test_what_is_refused_is_told_and_the_slider_goes_back(playing: Playing):
    playing.stage.refuses["rule.house_key"] = "It is nailed down."
    await playing.press("1", "right")
    assert [note.message for note in playing.app._notifications] == ["It is nailed down."]
    assert playing.app._panels.rules.sliders[0].value == 1.0


async def test_quick_presses_add_up_though_the_daemon_has_not_answered(playing: Playing):
    await playing.pilot.press("1", *["right"] * 5)
    await settle(playing.pilot)
    assert [asked.value for asked in playing.stage.asked] == [1.05, 1.1, 1.15, 1.2, 1.25]


async def test_the_mouse_drags_a_slider_and_chooses_a_panel(playing: Playing):
    rules = playing.app._panels.rules
    await playing.pilot.click("#rules", offset=(24, 2))
    await settle(playing.pilot)
    [asked] = playing.stage.asked
    assert (asked.name, rules.cursor) == ("rule.house_intervals", 2)
    assert asked.value != 1.0
    await playing.pilot.click("#panel-bar", offset=(playing.app.size.width - 3, 0))
    await settle(playing.pilot)
    assert playing.focused == "why"


async def test_a_click_selects_a_note(playing: Playing):
    roll = playing.app.query_one(PianoRoll)
    seen, row = roll._window(), roll._rows.index(60)
    await playing.pilot.click("#roll", offset=(5 + seen.column(488), row + 1))
    assert roll.selected == 488


async def test_a_list_is_searched_and_a_wrong_value_is_told(playing: Playing):
    await playing.press("y", *"H flat", "enter")
    assert isinstance(playing.dialog, Choose)
    await playing.press("escape", "2", "down", "enter", "ctrl+u", *"high", "enter")
    assert isinstance(playing.dialog, Ask)
    assert playing.stage.asked == []


async def test_a_knob_is_shown_whole_where_there_is_little_room(tmp_path: Path):
    knobs = {"key": "CC 104", "density": "CC 20", "listen": "CC 102"}
    with Stage(tmp_path / "s.sock", replace(STATES["playing"], controls=knobs)) as stage:
        app = LiveComposer(stage.path, seconds=lambda: 0.0)
        async with app.run_test(size=(80, 24)) as pilot:
            await settle(pilot)
            assert {"CC104", "CC 20"} <= set(re.findall(r"CC ?\d+", picture(app)))


async def test_what_is_typed_faster_than_the_list_is_drawn_breaks_nothing(playing: Playing):
    await playing.press("y")
    dialog = playing.app.screen
    dialog.query_one(OptionList).highlighted = 20
    dialog.query_one(Input).value = "xyzzy"
    await settle(playing.pilot)
    assert playing.app.mistakes == []
    assert dialog.query_one(OptionList).option_count == 0


def test_keys_of_ones_own_are_read():
    assert actions.key_map(["stop=f5", "keep = c", "panic=!"]) == {
        "stop": "f5", "keep": "c", "panic": "exclamation_mark",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wish", "said"),
    [("stop", "ACTION=KEY"), ("stopp=f5", "did you mean `stop`"), ("stop=k", "would mean both `stop` and `keep`")],
)
def test_keys_that_cannot_be_are_refused(wish: str, said: str):
    with pytest.raises(BadInput, match=said):
        actions.key_map([wish])


async def test_a_key_of_ones_own_counts(tmp_path: Path):
    with Stage(tmp_path / "s.sock", STATES["playing"]) as stage:
        app = LiveComposer(stage.path, Attach(keys=("stop=f5",)), seconds=lambda: 0.0)
        async with app.run_test(size=(80, 24)) as pilot:
            await settle(pilot)
            await pilot.press("s", "f5")
            await settle(pilot)
            assert stage.names() == ["stop"]
