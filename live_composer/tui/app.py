"""The screen as a Textual app: what stands where, what a frame changes, and what each action does."""

from __future__ import annotations

import contextlib
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual.widgets import Footer
from textual.worker import Worker, WorkerState

from live_composer.errors import BadInput, LiveComposerError
from live_composer.parameters import table
from live_composer.tui import actions, status
from live_composer.tui.basis import NO_WISHES
from live_composer.tui.bindings import bindings
from live_composer.tui.choosing import Choosing
from live_composer.tui.clock import Beat
from live_composer.tui.dialogs import Leave, Read
from live_composer.tui.lines import Lines
from live_composer.tui.panels import PANELS, PanelBar, Panels
from live_composer.tui.roll import PianoRoll
from live_composer.tui.sliders import Sliders

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from live_composer.config import Attach
    from live_composer.tui.rules_panel import RulesPanel
    from live_composer.wire.screen import Frame

_NOTES = {"notes", "taste"}
"""The groups of parameters that the panel `notes` shows; `playing` shows the others."""
_LINK = "link"
_STILL_SECONDS = 0.25
"""How often a roll that does not move by itself is looked at."""


class LiveComposer(Choosing):
    """Shows one daemon.

    Its result is `stop` where the daemon was told to end, `move` where another one shall play, else `detach`.

    Attributes:
        options: of `serve`, for a daemon that plays the same to another port.
        gone: why there is no daemon at the moment; empty while there is one.
    """

    OWN = actions.of("anywhere")
    BINDINGS: ClassVar[list[BindingType]] = bindings("anywhere")

    def __init__(
        self, where: Path, wishes: Attach = NO_WISHES, *, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        """Make the screen of the daemon that listens at `where`; `seconds` is a clock that never goes back."""
        super().__init__(where, self, wishes)
        self._where = where
        self._beat, self.gone = Beat(seconds), ""
        self._status, self._banner = Lines(id="status"), Lines(id="banner")
        self._roll, self._bar, self._panels = (
            PianoRoll(id="roll", still=wishes.still),
            PanelBar(id="panel-bar"),
            Panels(self.set_value),
        )
        self._noticed, self._drawable = -1, False
        self.options: list[str] = []
        self._why_of: int | None = None

    def compose(self) -> ComposeResult:
        """See Textual."""
        yield from (self._status, self._banner, self._roll, self._bar, self._panels)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Start to listen."""
        self.wear_look()
        self._drawable = True
        self._arrange()
        self._panels.choose("rules")
        self._say()
        self.run_worker(self.link.run, name=_LINK, exit_on_error=False)
        self._tick()

    async def on_unmount(self) -> None:
        """Let the daemon know that we go."""
        await self.link.close()

    def divide(self) -> None:
        """Show as many panels as fit."""
        if self._drawable:
            self._arrange()
            self._say()

    def on_descendant_focus(self) -> None:
        """Show in the line of titles where the focus is."""
        self._bar.refresh()

    # What comes over the link.

    def frame_came(self, frame: Frame) -> None:
        """Draw the newest state; what did not change is left as it is."""
        self.gone = ""
        self.take_frame(frame)
        self._beat.hear(frame)
        self.set_class(False, "-gone")
        self.draw()

    def told(self, reason: str) -> None:
        """Show a trouble that passes."""
        self.toast(reason, "warning")

    def daemon_gone(self, reason: str) -> None:
        """Keep the last frame, dimmed, and say that there is no daemon."""
        self.gone = reason
        self._beat.halt()
        self.set_class(True, "-gone")
        self._say()

    def daemon_differs(self, reason: str) -> None:
        """Say why this daemon cannot be shown at all."""
        self.push_screen(Read("This daemon cannot be shown", reason))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Tell of a mistake of ours in a sentence; the music and the terminal are none the worse for it."""
        worker = cast("Worker[object]", event.worker)  # pyright: ignore[reportUnknownMemberType]
        error = worker.error
        if event.state != WorkerState.ERROR or error is None:
            return
        reason = f"{type(error).__name__}: {error}"
        if worker.name == _LINK:
            self.daemon_gone(reason)
            self.push_screen(Read("What the daemon said cannot be shown", f"{reason}\n\nThe music plays on."))
        else:
            self.toast(reason, "error")

    # What is drawn.

    def draw(self) -> None:
        """Draw what the newest frame says; what did not change is left as it is."""
        frame = self.frame
        if frame is None or not self._drawable:
            return
        self._roll.show(frame)
        rules = [self.slider(table.weight_of(rule.name)) for rule in frame.rules]
        self._panels.rules.show_frame(frame, rules)
        for panel, groups in ((self._panels.notes, _NOTES), (self._panels.playing, set(table.GROUPS) - _NOTES)):
            # What the daemon does not know, one of another version, has no slider.
            there = [entry for entry in table.TABLE if entry.group in groups and entry.name in frame.values]
            panel.show([self.slider(entry) for entry in there])
        self._panels.takes.show(frame.takes)
        self._move()
        self._notice(frame)

    def _notice(self, frame: Frame) -> None:
        """Tell what passed since the last frame; what stands is in the banner."""
        for notice in frame.notices:
            if notice.number > self._noticed:
                self._noticed = notice.number
                if not notice.standing:
                    self.toast(f"{notice.what}: {notice.reason}", "warning")

    def _tick(self) -> None:
        """Move the music on, and come back when the next step is due."""
        self._move()
        pause = self._beat.until_next()
        self.set_timer(_STILL_SECONDS if pause is None else max(0.01, pause), self._tick)

    def _move(self) -> None:
        self._roll.move(self._beat.now())
        self._say()
        if (
            self._panels.why.display
            and self.frame
            and self._roll.selected is None
            and self._roll.latest != self._why_of
        ):
            self._ask_why(self._roll.latest)

    def _say(self) -> None:
        """Write the lines at the top."""
        if not self._drawable:
            return
        width = self.size.width
        if self.frame:
            self._status.say(status.lines(self.frame, self._beat.now(), width))
        line = status.banner(self.frame, self.gone, width)
        self._banner.display = bool(line)
        self._banner.say([line])

    def _arrange(self) -> None:
        self._panels.fit(self.size.width, self.size.height)
        self._bar.refresh()

    def _ask_why(self, step: int | None) -> None:
        self._why_of = step
        self.run_worker(partial(self._why, step), group="why", exclusive=True, exit_on_error=False)

    async def _why(self, step: int | None) -> None:
        panel = self._panels.why
        try:
            reasons = await self.link.why(step)
        except LiveComposerError as error:
            panel.say(str(error))
            return
        if self.frame:
            panel.show(reasons, self.frame)

    # Messages of widgets.

    def on_sliders_learnt(self, message: Sliders.Learnt) -> None:
        """Wait for a knob, or forget one; asked again, wait no longer."""
        name = message.parameter.name
        if message.forget:
            self.tell("unlearn", name)
        else:
            waits = self.frame is not None and self.frame.learning == name
            self.tell("learn", None if waits else name)

    def on_rules_panel_switched(self, message: RulesPanel.Switched) -> None:
        """Mute a rule, or hear it alone."""
        rule = next((rule for rule in self.frame.rules if rule.name == message.rule), None) if self.frame else None
        again = message.command == "solo" and rule is not None and rule.solo
        self.tell(message.command, None if again else message.rule)

    def on_piano_roll_selected(self, message: PianoRoll.Selected) -> None:
        """Tell why the selected note was chosen, where there is a place for it."""
        if self._panels.why.display:
            self._ask_why(message.step if message.step is not None else self._roll.latest)

    # Actions: each is described in the registry.

    def action_play(self) -> None:
        """See the registry of actions."""
        going = self.frame is not None and self.frame.transport in {"playing", "counting in"}
        self.tell("pause" if going else "play")

    def action_faster(self) -> None:
        """See the registry of actions."""
        self._nudge("tempo", 1)

    def action_slower(self) -> None:
        """See the registry of actions."""
        self._nudge("tempo", -1)

    def action_bolder(self) -> None:
        """See the registry of actions."""
        self._nudge("temperature", 1)

    def action_calmer(self) -> None:
        """See the registry of actions."""
        self._nudge("temperature", -1)

    def _nudge(self, name: str, ticks: int) -> None:
        parameter = table.BY_NAME[name]
        value = parameter.kind.move(self.value(name), ticks)
        self.set_value(parameter, value)
        self.toast(f"{name} {parameter.show(value)}")

    def action_why(self) -> None:
        """See the registry of actions."""
        roll = self._roll
        focused = self.focused
        self._panels.choose("why")
        if isinstance(focused, PianoRoll):
            focused.focus()
        self._ask_why(roll.selected if roll.selected is not None else roll.latest)

    def troubles(self) -> list[str]:
        """See `Basis`: those of the daemon come first."""
        lines = [self.gone] if self.gone else []
        if self.frame:
            lines += [f"{rule.name} is switched off: {rule.off}" for rule in self.frame.rules if rule.off]
            now = [notice for notice in self.frame.notices if notice.standing]
            past = [notice for notice in self.frame.notices if not notice.standing]
            lines += [f"{notice.what}: {notice.reason}" for notice in now]
            lines += [f"(passed) {notice.what}: {notice.reason}" for notice in past]
            lines += status.unheard(self.frame.port)
        return [*lines, *super().troubles()]

    def action_zoom(self) -> None:
        """See the registry of actions."""
        self.toggle_class("-zoomed")
        self._roll.focus()

    def action_leave(self) -> None:
        """See the registry of actions."""
        if self.frame is None or self.gone:
            self.exit("detach")
        else:
            self.push_screen(Leave(), self._left)

    def _left(self, how: str | None) -> None:
        if how == "stop":
            self.run_worker(self._stop, exit_on_error=False)
        elif how:
            self.exit(how)

    async def _stop(self) -> None:
        # It may be gone before it has answered.
        with contextlib.suppress(LiveComposerError):
            await self.link.command("quit")
        self.exit("stop")

    def move_to(self, port: str, options: Sequence[str]) -> None:
        """Leave, and have a new daemon play the same values to another port, by the clock and input of this one."""
        if self.frame is None or not _same_file(Path(self.frame.address), self._where):
            self.toast("Only on the machine that plays can another port be chosen.", "warning")
            return
        defaults = {entry.name: entry.default for entry in table.TABLE}
        changed = {name: value for name, value in self.frame.values.items() if value != defaults.get(name)}
        self.options = [*(["--port", port] if port else []), *options]
        for name, value in changed.items():
            self.options += ["--set", f"{name}={value}"]
        self.exit("move")

    def action_go_roll(self) -> None:
        """See the registry of actions."""
        self._roll.focus()

    def _go(self, name: str) -> None:
        self.remove_class("-zoomed")
        self._panels.choose(name)

    def action_go_rules(self) -> None:
        """See the registry of actions."""
        self._go("rules")

    def action_go_notes(self) -> None:
        """See the registry of actions."""
        self._go("notes")

    def action_go_playing(self) -> None:
        """See the registry of actions."""
        self._go("playing")

    def action_go_takes(self) -> None:
        """See the registry of actions."""
        self._go("takes")

    def action_go_why(self) -> None:
        """See the registry of actions."""
        self._go("why")

    def find_slider(self, name: str) -> None:
        """Go to a parameter."""
        for panel in PANELS:
            rows = self._panels.get(panel)
            if isinstance(rows, Sliders) and rows.find(name):
                self._go(panel)
                return
        raise BadInput(f"`{name}` has no slider.")


def _same_file(daemon: Path, ours: Path) -> bool:
    """Say whether the daemon's own socket is the one that we came by: else it plays elsewhere, behind a tunnel."""
    try:
        return daemon.samefile(ours)
    except OSError:
        return False
