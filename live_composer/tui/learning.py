"""The screen of learning: how far it is, its curves, and melodies of the policy as it is now, to see and to hear."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal
from textual.widgets import Footer

from live_composer.errors import LiveComposerError, LostProcess
from live_composer.tui import actions, hearing
from live_composer.tui.basis import NO_WISHES, Basis
from live_composer.tui.bindings import bindings_of
from live_composer.tui.course import Course
from live_composer.tui.dialogs import Choice, Choose
from live_composer.tui.figures import Curves, Figures
from live_composer.tui.lines import Lines
from live_composer.tui.samples import Samples
from live_composer.wire import channel
from live_composer.wire.learning import Concluding, Learning, Measured, Moved, Sampled, StopLearning
from live_composer.wire.messages import Hello

if TYPE_CHECKING:
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.timer import Timer

    from live_composer.config import Attach
    from live_composer.wire.channel import Channel
    from live_composer.wire.learning import LearningMessage, Sample

_LIST_WIDTH, _WIDE_LIST = 34, 56
_WIDE = 110
_SAMPLES_SHARE, _LEAST_SAMPLES, _MOST_SAMPLES = 0.3, 6, 16


class LearningScreen(Basis):
    """Shows one learner, until that goes away or the screen is closed."""

    OWN = (*actions.of("learning"), *(actions.BY_NAME[name] for name in actions.EVERY_SCREEN))
    BINDINGS: ClassVar[list[BindingType]] = bindings_of(OWN)

    def __init__(self, where: Path, wishes: Attach = NO_WISHES, *, hear: hearing.Hearing | None = None) -> None:
        """Make the screen of the learner that listens at `where`; melodies are heard by `hear`."""
        super().__init__(wishes)
        self._where, self.course = where, Course()
        self._head, self._figures = Lines(id="head"), Figures(self.course)
        self._curves, self._samples = Curves(self.course), Samples(self.course)
        self._hearing = hear or hearing.Hearing()
        self._learner: Channel | None = None
        self._sounding: Timer | None = None

    def compose(self) -> ComposeResult:
        """See Textual."""
        yield self._head
        with Horizontal(id="measured"):
            yield self._figures
            yield self._curves
        yield self._samples
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Start to listen."""
        self.wear_look()
        self._arrange()
        self._figures.focus()
        self._draw()
        self.run_worker(self._listen, name="link", exit_on_error=False)

    async def on_unmount(self) -> None:
        """Be silent, and let the learner know that we go."""
        if self._learner:
            await self._learner.close()
        self._hearing.close()

    def divide(self) -> None:
        """Give the curves and the melodies their parts."""
        self._arrange()
        self._draw()

    def _arrange(self) -> None:
        width, height = self.size
        self._figures.styles.width = _WIDE_LIST if width >= _WIDE else _LIST_WIDTH
        self._samples.styles.height = max(_LEAST_SAMPLES, min(_MOST_SAMPLES, int(height * _SAMPLES_SHARE)))

    # What comes from the learner.

    async def _listen(self) -> None:
        """Hear the learner; when it is gone, there is nothing more to show."""
        try:
            self._learner = await channel.connect(self._where, Hello("screen"))
            async for message in self._learner:
                if isinstance(message, Learning | Moved | Measured | Sampled | Concluding):
                    self.heard(message)
        except LiveComposerError as error:
            self.exit("lost", return_code=error.exit_code, message=f"live-composer: {error}")
        else:
            self.exit("ended")

    def heard(self, message: LearningMessage) -> None:
        """Show what the learner said."""
        self.course.hear(message)
        if isinstance(message, Measured):
            self._figures.changed()
            self._curves.show(self._figures.cursor)
        elif isinstance(message, Sampled):
            self._show_samples()
        self._say()

    def _draw(self) -> None:
        self._curves.show(self._figures.cursor)
        self._show_samples()
        self._say()

    def _say(self) -> None:
        self._head.say(self.course.lines(self.size.width))

    def _show_samples(self, number: int | None = None) -> None:
        self._samples.show(self._samples.number if number is None else number, sounding=self._sounding is not None)

    # Messages of widgets.

    def on_figures_chosen(self) -> None:
        """Draw the curve of the figure under the cursor."""
        self._curves.show(self._figures.cursor)

    def on_samples_chosen(self, message: Samples.Chosen) -> None:
        """Choose a melody by the mouse."""
        self._show_samples(message.number)

    # Actions: each is described in the registry.

    def action_earlier_sample(self) -> None:
        """See the registry of actions."""
        self._show_samples(max(0, self._samples.number - 1))

    def action_later_sample(self) -> None:
        """See the registry of actions."""
        self._show_samples(max(0, min(len(self.course.samples) - 1, self._samples.number + 1)))

    def action_hear_sample(self) -> None:
        """See the registry of actions."""
        if self._sounding is not None:
            self._silence()
        elif sample := self._samples.chosen:
            self.run_worker(lambda: self._play(sample), thread=True, group="hear", exclusive=True, exit_on_error=False)
        else:
            self.toast("There is no melody yet; the first measurement brings some.")

    def _play(self, sample: Sample) -> None:
        """Begin to play, on a thread: a port may take its time to open."""
        try:
            by = self._hearing.play(sample)
        except LiveComposerError as error:
            self._hearing.where = ""
            self.call_from_thread(self.toast, str(error), "error")
        else:
            self.call_from_thread(self._sounds, sample, by)

    def _sounds(self, sample: Sample, by: str) -> None:
        self.toast(f"Heard by {by}; i chooses another.")
        self._sounding = self.set_timer(hearing.seconds(sample) + 1, self._silence)
        self._show_samples()

    def _silence(self) -> None:
        if self._sounding is not None:
            self._sounding.stop()
            self._sounding = None
        self._hearing.stop()
        self._show_samples()

    def action_hear_where(self) -> None:
        """See the registry of actions."""
        self.run_worker(self._offer, thread=True, group="hear", exclusive=True, exit_on_error=False)

    def _offer(self) -> None:
        self.call_from_thread(self._choose_where, self._hearing.choices())

    def _choose_where(self, there: list[str]) -> None:
        def take(name: str | None) -> None:
            if name:
                self._silence()
                self._hearing.where = name

        choices = [Choice(name, name) for name in there]
        hint = "some words of a port's name"
        dialog = Choose(
            "Where melodies are heard",
            choices,
            self._hearing.where,
            read=str,
            hint=hint,
            again=self.action_hear_where,
        )
        self.push_screen(dialog, take)

    def action_close_screen(self) -> None:
        """See the registry of actions."""
        self.exit("closed")

    def action_end_learning(self) -> None:
        """See the registry of actions."""
        self.course.stopping = True
        self._say()
        self.run_worker(self._stop, exit_on_error=False)

    async def _stop(self) -> None:
        if self._learner is not None:
            with contextlib.suppress(LostProcess):  # It has ended already, and so will we.
                await self._learner.send(StopLearning())
