"""The port process: `python -m live_composer.port`, spoken to by pipe; `--list BACKEND` prints what ports there are."""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from live_composer.errors import CannotWrite, NoPort
from live_composer.port.clock import make_clock
from live_composer.port.clock_leader import ClockLeader
from live_composer.port.input import Ear, open_ear
from live_composer.port.listing import OPTION, list_here
from live_composer.port.loop import Pipe, run
from live_composer.port.player import Player
from live_composer.port.priority import raise_priority
from live_composer.port.protocol import Failed, Open, Sent
from live_composer.port.system import UnavailableError
from live_composer.port.target import open_target

if TYPE_CHECKING:
    from live_composer.port.clock import Clock
    from live_composer.port.sender import Sender

SWITCH_SECONDS = 0.0002
"""For how long the pipe's threads may keep the interpreter from the thread that plays."""
_FIRST_SECONDS = 60.0


def main() -> int:
    """Run the port process and return its exit code."""
    if sys.argv[1:2] == [OPTION]:
        sys.stdout.buffer.write(msgspec.json.encode(list_here(sys.argv[2])))
        sys.stdout.flush()
        return 0
    raise_priority()
    sys.setswitchinterval(SWITCH_SECONDS)
    pipe = Pipe(sys.stdin.buffer, _own_stdout())
    _end_on_signals(pipe)
    code = _serve(pipe)
    pipe.flush()
    return code


def _serve(pipe: Pipe) -> int:
    """Open the port, play, and close it; whatever goes wrong is told to the parent."""
    try:
        request = _first(pipe)
        clock = _make_clock(request)
        player = Player(clock, request.offset_ms / 1000, ClockLeader() if request.send_clock else None)
        sender = open_target(request, player)
        ear = _open_ear(request, sender)
        _attach(clock, request)
    except EOFError:
        return 0
    except (NoPort, CannotWrite, ValueError) as error:
        return _fail(pipe, error)
    pipe.reply(sender.opened)
    if ear:
        pipe.reply(ear.state)
    _settle()
    return _play(sender, ear, pipe)


def _first(pipe: Pipe) -> Open:
    request = pipe.take(_FIRST_SECONDS)
    if not isinstance(request, Open):
        raise ValueError("the first message to the port process is Open")  # noqa: TRY004 - the parent's words
    return request


def _make_clock(request: Open) -> Clock:
    if request.clock == "midi" and request.listen is None:
        raise NoPort("A MIDI clock is heard on an input: name the port to listen to.")
    if request.clock == "midi" and request.send_clock:
        raise NoPort("A MIDI clock can be followed or led, not both.")
    return make_clock(request.clock, request.tempo, request.freewheel_seconds, request.quantum)


def _attach(clock: Clock, request: Open) -> None:
    """Have a clock that needs a JACK server follow one, beside an output that has none."""
    from live_composer.port.jack_transport import JackTransport

    if isinstance(clock, JackTransport) and not clock.attached:
        from live_composer.port.jack_client import connect_client

        try:
            clock.attach(connect_client(request.client), in_call_back=False)
        except UnavailableError as error:
            raise NoPort(f"The JACK transport cannot be followed: {error}.") from error


def _open_ear(request: Open, sender: Sender) -> Ear | None:
    try:
        return None if request.listen is None else open_ear(request, sender)
    except NoPort:
        sender.close(cut=False)
        raise


def _play(sender: Sender, ear: Ear | None, pipe: Pipe) -> int:
    cut, code = True, 0
    try:
        run(sender, ear, pipe)
        cut = False
    except EOFError:
        pass
    except NoPort as error:
        return _fail(pipe, error, lost=True)  # There is nothing left to be silenced.
    except Exception as error:  # noqa: BLE001 - whatever it is, no note may be left sounding
        code = _fail(pipe, error)
    if ear:
        ear.close()  # First: RtMidi closes its port with the interpreter held, and JACK would wait for an ear of ours.
    try:
        if sent := sender.close(cut=cut):
            pipe.reply(Sent(sent))
    except (NoPort, CannotWrite) as error:
        code = _fail(pipe, error, lost=True)
    return code


def _fail(pipe: Pipe, error: Exception, *, lost: bool = False) -> int:
    match error:
        case CannotWrite():
            kind = "file"
        case NoPort():
            kind = "lost" if lost else "port"
        case _:
            kind = "protocol"
    pipe.reply(Failed(str(error), kind))
    return getattr(error, "exit_code", 1)


def _end_on_signals(pipe: Pipe) -> None:
    """Take the signals that end a process as the end of the pipe; Ctrl-C is for the parent."""

    def end(_signal: int, _frame: object) -> None:
        pipe.end()

    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _own_stdout() -> BinaryIO:
    """Take stdout for the replies, and send what C libraries print there to stderr."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return replies


def _settle() -> None:
    """Have the garbage collector never stop the music: what there is stays, and cycles are not made later."""
    gc.collect()
    gc.freeze()
    gc.disable()


if __name__ == "__main__":
    # The reader still waits on the pipe, and Python would not end before it.
    os._exit(main())
