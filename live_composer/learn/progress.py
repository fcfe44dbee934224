"""How far learning came: the measurements of a run, and where it goes on."""

from __future__ import annotations

from typing import Protocol

import msgspec


class Measured(Protocol):
    """A measurement, as journals and displays know it."""

    @property
    def done(self) -> int:
        """How far learning was, in steps or updates: what curves are drawn against."""
        ...

    @property
    def told(self) -> str:
        """What matters, in a few words."""
        ...

    @property
    def figures(self) -> dict[str, float]:
        """Everything that was measured, by name, in the order of the table."""
        ...

    @property
    def curves(self) -> dict[str, float]:
        """What is drawn as curves, by name; the same names at every measurement."""
        ...


class Row(msgspec.Struct, frozen=True):
    """One measurement.

    Attributes:
        update: updates done.
        epoch: times that the corpus was begun.
        steps: steps learnt from.
        seconds: time spent learning, measurements not counted.
        learning_rate: of the last update.
        train: mean loss since the row before, in nats a step.
        validation: loss of the running mean on the validation split, in nats a step.
        accuracy: there.
    """

    update: int
    epoch: int
    steps: int
    seconds: float
    learning_rate: float
    train: float
    validation: float
    accuracy: float

    @property
    def done(self) -> int:
        """See `Measured`."""
        return self.update

    @property
    def told(self) -> str:
        """See `Measured`."""
        return f"train {self.train:.4f}  validation {self.validation:.4f}"

    @property
    def figures(self) -> dict[str, float]:
        """See `Measured`."""
        return msgspec.structs.asdict(self)

    @property
    def curves(self) -> dict[str, float]:
        """See `Measured`."""
        return {"validation": self.validation, "train": self.train, "accuracy": self.accuracy}


class Progress(msgspec.Struct):
    """How far a run came.

    Attributes:
        epoch: times that the corpus was gone through.
        batch: batches done of this epoch.
        updates: updates of the weights.
        steps: steps learnt from.
        seconds: time spent learning.
        loss: summed since the last measurement, in nats.
        scored: steps summed over.
        rows: the measurements.
    """

    epoch: int = 0
    batch: int = 0
    updates: int = 0
    steps: int = 0
    seconds: float = 0.0
    loss: float = 0.0
    scored: int = 0
    rows: list[Row] = []

    @property
    def best(self) -> Row | None:
        """The best measurement so far (the first of equals)."""
        return min(self.rows, key=lambda row: row.validation, default=None)

    @property
    def waited(self) -> int:
        """Measurements since the best."""
        return len(self.rows) - 1 - self.rows.index(self.best) if self.best else 0


class TuneRow(msgspec.Struct, frozen=True):
    """One measurement of a tuning: of some hundred melodies that the policy played, sums over a melody in nats.

    Attributes:
        steps: environment steps so far.
        updates: updates so far.
        seconds: time spent, measurements included.
        loss: mean of the updates since the row before.
        J: reward/c + log p - log pi: what Psi and G strive for.
        score: reward/c + log p: what Q strives for.
        reward: the weighted rewards, not divided by c.
        log_p: how likely the prior holds the melodies.
        kl: log pi - log p: how far the policy went from the prior.
        health: shares of steps that rest, hold and begin a note, entropy of pitch in bits, and the share of all windows
            of eight steps that are different.
        rules: what each rule paid a melody, weighted.
    """

    steps: int
    updates: int
    seconds: float
    loss: float
    J: float
    score: float
    reward: float
    log_p: float
    kl: float
    health: dict[str, float]
    rules: dict[str, float]

    @property
    def done(self) -> int:
        """See `Measured`."""
        return self.steps

    @property
    def told(self) -> str:
        """See `Measured`."""
        return f"J {self.J:.1f}  reward {self.reward:.1f}  log p {self.log_p:.1f}  KL {self.kl:.1f}"

    @property
    def figures(self) -> dict[str, float]:
        """See `Measured`."""
        own = msgspec.structs.asdict(self)
        return {name: own[name] for name in self.__struct_fields__[:-2]} | self.health | self.paid

    @property
    def curves(self) -> dict[str, float]:
        """See `Measured`."""
        sums = {"J": self.J, "score": self.score, "reward": self.reward, "log p": self.log_p, "KL": self.kl}
        return sums | self.paid | self.health

    @property
    def paid(self) -> dict[str, float]:
        """What each rule paid, by names that no other figure has: anyone may call a rule `rests`, or `score`."""
        others = {*self.__struct_fields__, *self.health, "KL"}
        return {f"rule {name}" if name in others else name: pay for name, pay in self.rules.items()}

    def goal(self, name: str) -> float:
        """Return the figure that an algorithm strives for."""
        return self.score if name == "score" else self.J


class TuneProgress(msgspec.Struct):
    """How far a tuning came.

    Attributes:
        rounds: rounds done.
        steps: environment steps.
        updates: updates of the weights.
        seconds: time spent.
        losses: summed since the last measurement.
        learnt: updates since then.
        rows: the measurements.
    """

    rounds: int = 0
    steps: int = 0
    updates: int = 0
    seconds: float = 0.0
    losses: float = 0.0
    learnt: int = 0
    rows: list[TuneRow] = []

    def best(self, goal: str) -> TuneRow | None:
        """Return the best measurement so far (the first of equals)."""
        return max(self.rows, key=lambda row: row.goal(goal), default=None)

    def waited(self, goal: str) -> int:
        """Return how many measurements there were since the best."""
        best = self.best(goal)
        return len(self.rows) - 1 - self.rows.index(best) if best else 0
