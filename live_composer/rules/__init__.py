"""What is good: the rule interface, rule books, discovery, and a kit that checks rules.

All that a rule file needs is here::

    from live_composer.rules import Note, note_rule

    @note_rule
    def steps_over_leaps(note: Note) -> float:
        '''Move by step; think twice about anything wider than a fifth.'''
        return -1.0 if abs(note.interval) > 7 else 0.0
"""

from live_composer.rules.context import Context
from live_composer.rules.note import Note
from live_composer.rules.rule import Rewards, Rule, Tokens, batch_rule, note_rule

__all__ = ["Context", "Note", "Rewards", "Rule", "Tokens", "batch_rule", "note_rule"]
