"""OSC: the parameters and commands of a daemon at addresses of their own, for this machine alone.

`/lc/tempo 120` sets a parameter, `/lc/rule/house_leaps 2` the weight of a rule, `/lc/do/keep` does a command;
`/lc/tempo` without a value and `/lc/status` ask. Whoever asked is answered at the same address with the value now, or
at `/lc/error`. Names are those of the table of parameters; another list of them would be one too many.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Any, cast

from live_composer.errors import BadInput, LiveComposerError, MissingExtra, NoPort
from live_composer.parameters.table import RULE
from live_composer.wire.screen import Command, Set

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator

    from live_composer.live.values import Values
    from live_composer.parameters.kinds import Value

ROOT, _RULE, _DO = "/lc/", "rule/", "do/"
_HOST = "127.0.0.1"
_ENDS = {"quit"}
"""What is not for a knob to do."""


class Osc(asyncio.DatagramProtocol):
    """Answers packets; what is no OSC, or nothing of ours, changes nothing."""

    def __init__(self, values: Values, ask: Callable[[Set | Command], str]) -> None:
        """Speak for a daemon.

        Args:
            values: of all parameters.
            ask: does what is asked for, or raises an error of ours.
        """
        self._values, self._ask = values, ask
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take note of where answers go."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """Do what a packet asks for, message by message."""
        for address, arguments in _messages(data):
            try:
                answers = self._answer(address, arguments)
            except LiveComposerError as error:
                answers = [(f"{ROOT}error", str(error))]
            for at, value in answers:
                self._send(at, value, addr)

    def _answer(self, address: str, arguments: list[Any]) -> list[tuple[str, Value]]:
        if not address.startswith(ROOT):
            raise BadInput(f"Addresses begin with {ROOT}, and `{address}` does not.")
        name = address.removeprefix(ROOT)
        if len(arguments) > 1 or any(not isinstance(value, bool | int | float | str) for value in arguments):
            raise BadInput(f"{address} takes one number or text at most.")
        if name == "status":
            return [(_address(parameter), value) for parameter, value in self._values.all().items()]
        if name.startswith(_DO):
            return [(address, self._do(name.removeprefix(_DO), arguments))]
        parameter = self._values.find(RULE + name.removeprefix(_RULE) if name.startswith(_RULE) else name).name
        if arguments:
            # As typed: a slider sends 7.0 where a whole number is meant, and a text where a number is.
            self._ask(Set(parameter, _plain(arguments[0]), text=True))
        return [(address, self._values[parameter])]

    def _do(self, name: str, arguments: list[Any]) -> str:
        if name in _ENDS:
            raise BadInput(f"`{name}` cannot be done by OSC; `live-composer stop` does it.")
        # A button sends 1 when it is pressed and 0 when it is let go; commands that take a value are sent a text.
        if arguments and not isinstance(arguments[0], str):
            return self._ask(Command(name)) if arguments[0] else ""
        return self._ask(Command(name, arguments[0] if arguments else None))

    def _send(self, address: str, value: Value, to: Any) -> None:
        from pythonosc.osc_message_builder import OscMessageBuilder

        message = OscMessageBuilder(address)
        message.add_arg(value)
        packet = message.build().dgram
        if self._transport:
            self._transport.sendto(packet, to)


@contextlib.asynccontextmanager
async def serving(port: int, values: Values, ask: Callable[[Set | Command], str]) -> AsyncGenerator[int]:
    """Listen on a UDP port of this machine; give its number (a free one for 0).

    Raises:
        MissingExtra: python-osc is not installed.
        NoPort: the port is taken.
    """
    try:
        import pythonosc.osc_packet as _  # noqa: F401 - to know now
    except ImportError:
        raise MissingExtra("OSC", "osc") from None
    # The library warns of what it cannot read, and anybody may send such.
    logging.getLogger().addHandler(logging.NullHandler())
    loop = asyncio.get_running_loop()
    try:
        transport, _protocol = await loop.create_datagram_endpoint(lambda: Osc(values, ask), local_addr=(_HOST, port))
    except OSError as error:
        raise NoPort(f"OSC cannot listen on UDP port {port}: {error.strerror}; name another by --osc.") from error
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        transport.close()


def _messages(data: bytes) -> Iterator[tuple[str, list[Any]]]:
    """Give the address and arguments of each message of a packet; none where it is no OSC."""
    from pythonosc.osc_packet import OscPacket

    # It parses what anybody sends, and fails in ways of its own.
    with contextlib.suppress(Exception):
        for timed in OscPacket(data).messages:
            yield timed.message.address, list(timed.message.params)


def _address(parameter: str) -> str:
    return ROOT + (_RULE + parameter.removeprefix(RULE) if parameter.startswith(RULE) else parameter)


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) and value.is_integer() else str(value)
