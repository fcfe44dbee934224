"""The file that a new rule begins with: it keeps the contract as it stands, and says what to change."""

from __future__ import annotations

import keyword

from live_composer.errors import BadInput

TEMPLATE = '''\
"""{title}: a rule of melody for live-composer. Change it, and try it on a tune of yours:

    live-composer rules check {name}.py
    live-composer rules explain TUNE.mid --plugins . --book {name}.toml

where {name}.toml is a rule book, such as

    [rules]
    {name} = 1.0
    house_key = 1.0
"""

from live_composer.rules import Note, note_rule


# The function's name is the rule's name. It is called for every note that starts (for rests and holds too, if you write
# @note_rule(every_step=True)) and returns a number: above 0 praises, below 0 blames, 0 says nothing. From -1 to 1 is
# plenty; rule books give rules their weights. Only what came before may count: what follows is not written yet.
@note_rule
def {name}(note: Note, *, widest: int = 7) -> float:
    """Move by step; think twice about anything wider than a fifth."""
    # What a note knows of itself:   note.pitch (MIDI), note.in_key, note.is_tonic, note.in_chord
    # of what came before it:        note.interval (semitones), note.previous, note.since (steps), note.pitches
    # of where it stands:            note.beat, note.on_beat, note.strength, note.bar, note.ends_phrase, note.is_last
    # of the music:                  note.context.key, .metre, .chord, .length
    if abs(note.interval) > widest:
        return -1.0
    return 0.0


# `widest` is a parameter: a rule book may set it, as in  {name} = {{ weight = 0.5, widest = 12 }}
#
# Tuning judges millions of notes. If `rules check` says that this rule is slow, add a form that judges many melodies at
# once, with numpy; `rules check` proves that both say the same.
#
# from live_composer.rules import Context, Rewards, Tokens
#
# @{name}.batch
# def {name}(melodies: Tokens, context: Context, *, widest: int = 7) -> Rewards:
#     ...   # (melodies, steps) events in, (melodies, steps) values out
'''


def starting_file(name: str) -> str:
    """Return the text of the file for a rule of this name.

    Raises:
        BadInput: Python takes it for no name, or the file would not be found as a plug-in.
    """
    if not name.isidentifier() or not name.isascii() or keyword.iskeyword(name) or name.startswith("_"):
        raise BadInput(f"`{name}` cannot name a rule; take letters, digits and _, such as `calm_endings`.")
    return TEMPLATE.format(name=name, title=name.replace("_", " ").capitalize())
