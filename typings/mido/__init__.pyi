"""The part of mido that is used here."""

from typing import IO, Any

class Message:
    type: str
    time: float
    channel: int
    note: int
    velocity: int
    def __init__(self, type: str, **values: Any) -> None: ...
    def bytes(self) -> list[int]: ...
    @classmethod
    def from_bytes(cls, data: bytes | list[int], time: float = 0) -> Message: ...

class MetaMessage(Message):
    name: str
    tempo: int
    numerator: int
    denominator: int
    key: str

class MidiTrack(list[Any]): ...

class MidiFile:
    ticks_per_beat: int
    tracks: list[MidiTrack]
    def __init__(
        self,
        filename: str | None = None,
        file: IO[bytes] | None = None,
        type: int = 1,
        ticks_per_beat: int = 480,
        charset: str = "latin1",
        clip: bool = False,
    ) -> None: ...
    def save(self, filename: str | None = None, file: IO[bytes] | None = None) -> None: ...
    def play(self, meta_messages: bool = False) -> Any: ...

def bpm2tempo(bpm: float) -> int: ...
def tempo2bpm(tempo: int) -> float: ...
