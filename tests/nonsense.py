"""What a broken cable, a bad driver, or a SysEx dump in pieces sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random


def nonsense(chance: random.Random) -> bytes:
    """Return bytes that may be anything; now and then they are a whole message by chance."""
    match chance.randrange(6):
        case 0:
            return bytes(chance.randrange(256) for _ in range(chance.randint(1, 6)))
        case 1:
            return bytes((0xF0, *(chance.randrange(128) for _ in range(chance.randint(0, 40)))))
        case 2:
            return bytes(chance.randrange(128) for _ in range(chance.randint(1, 8)))
        case 3:
            return bytes((chance.randrange(0x80, 0xF0), chance.randrange(256)))
        case 4:
            return bytes((chance.choice([0xF1, 0xF3, 0xF4, 0xF5, 0xF7, 0xF9, 0xFD, 0xFE, 0xFF]),))
        case _:
            return bytes((chance.randrange(0x80, 0xF0), chance.randrange(128), chance.randrange(128)))
