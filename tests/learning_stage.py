"""A stage for screens of learning: what a real desk tells of runs that are made up, and ears that only take note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from live_composer.errors import NoPort
from live_composer.learn.desk import News
from live_composer.wire.learning import Concluding, Learning, Measured, Moved, Sample, Sampled
from live_composer.wire.screen import SeenNote

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from live_composer.tui.learning import LearningScreen

TUNING = Learning("tune note-rnn by psi, book paper", "runs/psi", "steps", "J")
_SHARES = [place / 12 for place in range(13)]
_TUNE = [(60, 2, 62), (62, 1, 64), (64, 1, 65), (67, 4, 67), (65, 2, 65), (64, 2, 64), (62, 2, 62), (60, 4, 60)]


def rows() -> list[Measured]:
    """A tuning as they go: steep at first, then flat, and a little worse at the end."""
    return [
        Measured(
            int(4e6 * share),
            {
                "J": 400 * share**0.3 - 90 - (20 if share == 1 else 0),
                "score": 380 * share**0.3 - 100,
                "reward": 240 * share**0.3 - 20,
                "log p": -25 - 20 * share,
                "KL": 40 * share,
                "paper_key": -0.5 * (1 - share),
                "paper_motif": 40 + 60 * share,
                "paper_leaps": 15 * share**2,
                "rests": 0.3 * (1 - share) + 0.02,
                "entropy": 3.6 - 0.8 * share,
            },
        )
        for share in _SHARES
    ]


def samples(shift: int = 0) -> list[Sample]:
    """Three melodies; the later ones higher."""
    made: list[Sample] = []
    for place in range(3):
        step, notes = 0, list[SeenNote]()
        for pitch, length, _ in _TUNE:
            notes.append(SeenNote(step, length, pitch + shift + 5 * place))
            step += length
        made.append(Sample(notes, 32, 16, f"reward {100 + place:.1f}  log p {-20 - place:.1f}"))
    return made


def fresh() -> News:
    return News(TUNING)


def learning() -> News:
    news = News(TUNING)
    news.rows, news.sampled, news.moved = rows(), Sampled(4_000_000, samples()), Moved(4_100_000, 0.26, 80_400, 51.0)
    return news


def concluding() -> News:
    news = learning()
    news.moved, news.over = Moved(16_000_000, 1.0, 80_400, 199.0), Concluding()
    return news


def pretraining() -> News:
    news = News(Learning("pretrain mine on corpora/mine", "runs/mine", "updates", "validation", rises=False))
    news.rows = [
        Measured(
            250 * at, {"validation": 2.4 - 0.2 * at**0.5, "train": 2.3 - 0.25 * at**0.5, "accuracy": 0.1 * at**0.5}
        )
        for at in range(1, 12)
    ]
    news.moved, news.sampled = Moved(2800, 0.14, 210_000, 600), Sampled(2750, samples(shift=-12))
    return news


STATES = {"fresh": fresh, "learning": learning, "concluding": concluding, "pretraining": pretraining}


class Deaf:
    """Hears nothing, and notes what it is asked for."""

    def __init__(self) -> None:
        self.where, self.played, self.ended = "", list[Sample](), 0

    def choices(self) -> list[str]:
        return ["FluidSynth", "IAC Driver Bus 1"]

    def play(self, sample: Sample) -> str:
        if self.where == "nothing":
            raise NoPort("No MIDI port fits `nothing`.")
        self.played.append(sample)
        return self.where or "FluidSynth"

    def stop(self) -> None:
        self.ended += 1

    def close(self) -> None:
        self.stop()


async def settle(app: LearningScreen, pilot: Pilot[str], news: News) -> None:
    """Wait until all is shown that there is to tell."""

    def told() -> bool:
        course = app.course
        return (
            course.about is not None
            and len(course.rows) == len(news.rows)
            and (not news.sampled or course.sampled == news.sampled)
            and (not news.moved or course.moved == news.moved)
            and (not news.over or course.over)
            and all(worker.name == "link" or worker.is_finished for worker in app.workers)
        )

    while not told():
        await pilot.pause(0.01)
    await pilot.pause()
