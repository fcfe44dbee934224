"""Write docs/parameters.md: every parameter, from the table itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from live_composer.live.knobs import BUTTONS
from live_composer.parameters.table import CONTROLS, GROUPS, TABLE

if TYPE_CHECKING:
    from live_composer.parameters.table import Parameter

HEAD = """# Parameters

All of these can be set while the music plays. When a change is heard:

- *next note*: with the next note that is handed to the port, a sixteenth and a twentieth of a second before it sounds
- *plan*: from the first step after the commit horizon; what was planned beyond it is forgotten and planned anew
- *bar*: at the next bar line
- *start*: when the music starts the next time

The weight of each rule of the rule book is a parameter too, `rule.NAME` (0 to 4, heard as *plan*).

By OSC (`serve --osc 9000`, extra `osc`: `pip install -e '.[osc]'`; from this machine alone) each has an address
of its own: `/lc/NAME` and, for the weight of a rule, `/lc/rule/NAME`. With a number or a text it is set,
without one it is asked; the answer comes back to whoever asked, at the same address, or at `/lc/error` with a
sentence. `/lc/status` tells all of them. `/lc/do/NAME` does a command: `play`, `pause`, `stop`, `panic`, `tap`,
`undo`, `keep`, `like`, `dislike`, `hear`; a button that sends 1 when it is pressed and 0 when it is let go does
it once.
"""


KNOBS = """## Knobs

`serve --input NAME` hears a controller. These move parameters until others are learnt: go to a slider on the screen,
press `v`, and move a knob; `V` forgets it. A knob's way is the parameter's whole range. A program change loads the
preset of its number: the values of notes, taste, playing and rules, all but `seed` and `channel`. What was learnt is
remembered.
"""


def page() -> str:
    """Return the page."""
    return "\n".join([HEAD, *(_of_group(group) for group in GROUPS), _knobs()])


def _knobs() -> str:
    rows = [f"| {controller} | `{name}` |" for controller, name in sorted(CONTROLS.items())]
    names = ", ".join(f"`{name}`" for name in BUTTONS)
    buttons = f"By the `learn` of [the wire](wire.md) a button may do a command: {names}."
    return "\n".join([KNOBS, "| CC | moves |", "|--:|---|", *rows, "", buttons, ""])


def main() -> None:
    """Write the page."""
    (Path(__file__).parents[1] / "docs" / "parameters.md").write_text(page())


def _of_group(group: str) -> str:
    rows = [_row(parameter) for parameter in TABLE if parameter.group == group]
    head = [f"## {group.capitalize()}", "", "| name | | values | at first | heard |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows, ""])


def _row(parameter: Parameter) -> str:
    values, first = f"{parameter.kind.range} {parameter.unit}".strip(), parameter.show(parameter.default)
    return f"| `{parameter.name}` | {parameter.help} | {values} | {first} | {parameter.heard} |"


if __name__ == "__main__":
    main()
