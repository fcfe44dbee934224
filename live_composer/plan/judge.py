"""The judge of candidates: a rule book with the weights of now, and what was liked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from live_composer.plan import liked

if TYPE_CHECKING:
    from live_composer.plan.liked import Liked
    from live_composer.rules.book import RuleBook
    from live_composer.rules.context import Context
    from live_composer.rules.rule import Rewards, Tokens


class Judge:
    """Rewards events in one context.

    Attributes:
        ruled: whether there are rules.
        rewards: whether anything can be other than zero.
    """

    def __init__(self, book: RuleBook, context: Context, motifs: Liked, *, dial: float, liking: float) -> None:
        """Join a book and motifs.

        Args:
            book: its weights count `dial` times.
            context: of the melodies.
            motifs: what was liked.
            dial: from 0, the rules are silent, to 1.
            liking: what each step of a liked motif is worth.
        """
        self._book, self._context, self._motifs, self._dial, self._liking = book, context, motifs, dial, liking
        self.ruled = bool(book.rules)
        self.rewards = bool((dial and any(book.weights.values())) or (liking and motifs))

    def __call__(self, melodies: Tokens, count: int) -> Rewards:
        """Return the reward of the last `count` events: (melodies, steps) -> (melodies, count)."""
        first = melodies.shape[1] - count
        total = self._dial * self._book.reward(melodies, self._context, first)
        if self._motifs:
            total += self._liking * self._motifs.reward(melodies, self._context, first)
        return total

    def parts(self, melody: Tokens, count: int) -> dict[str, list[float]]:
        """Return what each rule says of the last `count` events of one melody (1, steps), if it says anything."""
        first = melody.shape[1] - count
        said = {liked.NAME: self._liking * self._motifs.reward(melody, self._context, first)[0]}
        if self._book.rules:
            values = self._book.score(melody, self._context, first)[:, 0]
            said |= {
                rule.name: self._book.weights[rule.name] * value
                for rule, value in zip(self._book.rules, values, strict=True)
            }
        return {name: values.tolist() for name, values in said.items() if values.any()}
