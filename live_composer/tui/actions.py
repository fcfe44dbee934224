"""Every action of the screen, once: footer, palette, help, key map and the page of keys derive from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from live_composer.errors import BadInput, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

Scope: TypeAlias = Literal["anywhere", "roll", "lists", "sliders", "rules", "takes", "learning"]
"""Where the focus must be for an action's key to mean it."""

SCOPES: dict[Scope, str] = {
    "anywhere": "Anywhere",
    "roll": "In the piano roll",
    "lists": "In a list",
    "sliders": "On a slider",
    "rules": "On a rule",
    "takes": "On a take",
    "learning": "While something is learnt",
}


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a person can have the screen do.

    Attributes:
        name: as the key map writes it.
        keys: what invokes it, in Textual's names of keys, the first one shown.
        title: two or three words.
        help: a sentence.
        scope: where the focus must be.
        command: the daemon's command that it is; empty where the screen does it.
        footer: whether the footer shows it.
    """

    name: str
    keys: tuple[str, ...]
    title: str
    help: str
    scope: Scope = "anywhere"
    command: str = ""
    footer: bool = False


ACTIONS: tuple[Action, ...] = (
    Action("play", ("space",), "Play", "Play, or pause where it is.", footer=True),
    Action("stop", ("s",), "Stop", "Stop, and go back to the start.", command="stop", footer=True),
    Action("panic", ("exclamation_mark",), "Panic", "Silence every channel now; the music goes on.", command="panic"),
    Action("tap", ("t",), "Tap tempo", "Tap the tempo: two taps or more, a beat apart.", command="tap"),
    Action("faster", ("plus", "equals_sign"), "Faster", "One beat a minute more."),
    Action("slower", ("minus",), "Slower", "One beat a minute less."),
    Action("bolder", ("full_stop",), "Bolder", "Raise the temperature: more surprising notes."),
    Action("calmer", ("comma",), "Calmer", "Lower the temperature: more expected notes."),
    Action("key", ("y",), "Key", "Choose key and mode.", footer=True),
    Action("metre", ("b",), "Metre", "Choose the time signature; it changes at the next bar."),
    Action("keep", ("k",), "Keep", "Keep the last bars as a take.", command="keep", footer=True),
    Action("hear", ("h",), "Hear again", "Play the last take again.", command="hear"),
    Action("like", ("l",), "Like", "Like what was just played, so that it may come back.", command="like"),
    Action("dislike", ("d",), "Dislike", "Dislike what was just played.", command="dislike"),
    Action("undo", ("u",), "Undo", "Put back the value that was changed last.", command="undo"),
    Action("why", ("w",), "Why", "Tell why the selected note was chosen, or the latest."),
    Action("find", ("slash",), "Find a slider", "Go to a parameter by a few letters of its name."),
    Action("models", ("m",), "Models", "Choose the model; its card says what it learnt from and how well."),
    Action("books", ("r",), "Rule books", "Choose the rule book; it changes at the next bar."),
    Action("presets", ("p",), "Presets", "Load a preset, or save how it plays now as one."),
    Action("ports", ("i",), "Ports", "Choose where notes go: a port there is, or one of our own."),
    Action("troubles", ("x",), "Troubles", "Read what is wrong, or was: whole sentences, to copy."),
    Action("go_roll", ("0",), "Piano roll", "Go to the piano roll."),
    Action("go_rules", ("1",), "Rules", "Go to the rules and their weights."),
    Action("go_notes", ("2",), "Notes", "Go to key, register, density, dial and temperature."),
    Action("go_playing", ("3",), "Playing", "Go to time, dynamics, swing, channel and listening."),
    Action("go_takes", ("4",), "Takes", "Go to the takes."),
    Action("go_why", ("5",), "Why", "Go to the reasons for a note."),
    Action("zoom", ("z",), "Zoom", "Give the piano roll the whole screen, or share it again."),
    Action("theme", ("f2",), "Light or dark", "Change between the dark and the light look."),
    Action("help", ("f1", "question_mark"), "Help", "Explain what has the focus, and its keys.", footer=True),
    Action("palette", ("ctrl+p",), "All actions", "Find any action by its name."),
    Action("leave", ("q", "ctrl+c"), "Quit", "Leave: the music plays on, or stops, as you choose.", footer=True),
    Action("earlier", ("left",), "Earlier note", "Select the note before.", "roll", footer=True),
    Action("later", ("right",), "Later note", "Select the note after.", "roll", footer=True),
    Action("latest", ("escape",), "Latest note", "Select none, and follow the latest note.", "roll"),
    Action("wider", ("right_square_bracket",), "Closer", "Draw each step wider.", "roll"),
    Action("narrower", ("left_square_bracket",), "Further", "Draw each step narrower: more bars at once.", "roll"),
    Action("up", ("up",), "Up", "The line above.", "lists"),
    Action("down", ("down",), "Down", "The line below.", "lists"),
    Action("top", ("home",), "Top", "The first line.", "lists"),
    Action("bottom", ("end",), "Bottom", "The last line.", "lists"),
    Action("less", ("left",), "Less", "A small step down.", "sliders"),
    Action("more", ("right",), "More", "A small step up.", "sliders"),
    Action("much_less", ("shift+left",), "Much less", "Ten small steps down.", "sliders"),
    Action("much_more", ("shift+right",), "Much more", "Ten small steps up.", "sliders"),
    Action("type", ("enter",), "Type", "Type a value, or choose one of a list.", "sliders", footer=True),
    Action("default", ("backspace",), "Default", "Put the default back.", "sliders"),
    Action("learn", ("v",), "Learn", "The next knob that is moved steers this slider.", "sliders", footer=True),
    Action("unlearn", ("V",), "Forget knob", "No knob steers this slider any more.", "sliders"),
    Action("mute", ("e",), "Mute", "Mute the rule, or hear it again.", "rules", footer=True),
    Action("solo", ("o",), "Solo", "Hear this rule alone, or all again.", "rules", footer=True),
    Action("add", ("a",), "Add", "Add a rule to those in use.", "rules", footer=True),
    Action("hear_take", ("enter",), "Hear", "Play this take again.", "takes", footer=True),
    Action("name_take", ("n",), "Name", "Give this take a name.", "takes", footer=True),
    Action("like_take", ("plus",), "Like take", "Like this take.", "takes"),
    Action("dislike_take", ("minus",), "Dislike take", "Dislike this take.", "takes"),
    Action("open_folder", ("f",), "Folder", "Open the folder that holds the takes.", "takes", footer=True),
    Action("hear_sample", ("space",), "Hear", "Play the melody that is chosen, or end it.", "learning", footer=True),
    Action("earlier_sample", ("left",), "Melody before", "Choose the melody before.", "learning"),
    Action("later_sample", ("right",), "Melody after", "Choose the next melody.", "learning", footer=True),
    Action("hear_where", ("i",), "Where", "Choose a MIDI port, or FluidSynth, to hear by.", "learning", footer=True),
    Action("close_screen", ("d",), "Close", "Close the screen; it learns on, told in lines.", "learning", footer=True),
    Action(
        "end_learning",
        ("q", "ctrl+c"),
        "Stop",
        "Stop here and keep the best; the same command goes on later.",
        "learning",
        footer=True,
    ),
)

EVERY_SCREEN = ("help", "troubles", "theme", "palette")
"""Actions of the screen of learning too."""

BY_NAME = {action.name: action for action in ACTIONS}

_SHOWN = {
    "exclamation_mark": "!", "plus": "+", "equals_sign": "=", "minus": "-", "full_stop": ".", "comma": ",",
    "slash": "/", "question_mark": "?", "left_square_bracket": "[", "right_square_bracket": "]", "left": "←",
    "right": "→", "up": "↑", "down": "↓", "escape": "esc", "backspace": "⌫", "enter": "⏎", "f1": "F1", "f2": "F2",
}  # fmt: skip
_TYPED = {shown: key for key, shown in _SHOWN.items() if len(shown) == 1}


def shown_key(key: str) -> str:
    """Write a key as people know it: `^p`, `⇧←`, `!`."""
    if key.startswith("ctrl+"):
        return "^" + shown_key(key.removeprefix("ctrl+"))
    if key.startswith("shift+"):
        return "⇧" + shown_key(key.removeprefix("shift+"))
    return _SHOWN.get(key, key)


def of(scope: Scope) -> list[Action]:
    """Return the actions of a scope, in their order."""
    return [action for action in ACTIONS if action.scope == scope]


def key_map(wishes: Iterable[str]) -> dict[str, str]:
    """Read a person's own keys, such as `stop=f5`; return the keys of each action named, separated by commas.

    Raises:
        BadInput: one is of another form, its action is unknown, or its key already means something there.
    """
    keys = {action.name: ",".join(action.keys) for action in ACTIONS}
    wished: dict[str, str] = {}
    for wish in wishes:
        name, _, key = (part.strip() for part in wish.partition("="))
        if not key:
            raise BadInput(f"`{wish}` is no key; write ACTION=KEY, such as stop=f5.")
        if name not in BY_NAME:
            raise BadInput(f"`{name}` in `{wish}` is no action; {nearest(name, BY_NAME)}")
        wished[name] = ",".join(_TYPED.get(one.strip(), one.strip()) for one in key.split(","))
    _check_apart(keys | wished)
    return wished


def _check_apart(keys: dict[str, str]) -> None:
    """Refuse two actions of one place on one key."""
    taken: dict[tuple[str, str], str] = {}
    for name, names in keys.items():
        scope = BY_NAME[name].scope
        for key in names.split(","):
            other = taken.setdefault((scope, key), name)
            if other != name:
                raise BadInput(
                    f"The key {shown_key(key)} would mean both `{other}` and `{name}`; give one another key."
                )
