"""A relay between a client and the hosts of a world: bytes take their time on the way, and each trip is written down.

The round trips of a walk are the depth of its dependent exchanges: what a client sends is one deeper than the deepest
thing that had reached it by then, whichever host that came from. Opening a TCP connection is one exchange, DNS none.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from regtui.host.model import Address
    from regtui.registry.network import Dialer

Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]

DELAY = 0.025
"""Seconds that a byte travels: a host that is 50 ms away."""
ROUND_TRIP = 2 * DELAY
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection was asked for, the `number`th; `place` is `HOST:PORT` by the name that the client used."""

    number: int
    place: str
    depth: int


@dataclass(frozen=True, slots=True)
class Exchanged:
    """An answer reached the client: so many bytes, to what it had sent at this depth."""

    number: int
    place: str
    depth: int
    size: int


Entry = Opened | Exchanged


class Relay:
    """A dialer that puts the distance between a client and what another dialer reaches."""

    def __init__(self, inner: Dialer, delay: float = DELAY) -> None:
        self.log: list[Entry] = []
        self.depth = 0
        self._inner = inner
        self._delay = delay
        self._lines: list[_Line] = []

    @property
    def opened(self) -> tuple[Opened, ...]:
        """The connections that were asked for, in order."""
        return tuple(entry for entry in self.log if isinstance(entry, Opened))

    def opened_at(self, depth: int) -> list[str]:
        """Return the places to which connections were opened at a depth, in the order of their names."""
        return sorted(entry.place for entry in self.opened if entry.depth == depth)

    async def dial(self, address: Address, port: int, host: str = "") -> Pair:
        """Return a connection after one round trip, or raise what the other dialer raises, after the same time."""
        opened = Opened(len(self.opened) + 1, f"{host or address}:{port}", self.depth + 1)
        self.log.append(opened)
        await asyncio.sleep(2 * self._delay)
        try:
            pair = await self._inner.dial(address, port, host)
        finally:
            self.arrived(opened.depth)
        line = _Line(self, opened, pair, self._delay)
        self._lines.append(line)
        return line.ends()

    def arrived(self, depth: int) -> None:
        """An answer to what was sent at this depth has reached the client."""
        self.depth = max(self.depth, depth)

    def close(self) -> None:
        """End every connection at once."""
        for line in self._lines:
            line.cut()


class _Line:
    """One connection: what the client writes and what the host answers, each on its way for a while."""

    def __init__(self, relay: Relay, opened: Opened, far: Pair, delay: float) -> None:
        self._relay = relay
        self._opened = opened
        self._far_reader, self._far_writer = far
        self._delay = delay
        self._asked = opened.depth
        self._closed = False
        self._loop = asyncio.get_running_loop()
        self._reader = asyncio.StreamReader(limit=2 * _CHUNK)
        self._out: deque[Callable[[], None]] = deque()
        self._back: deque[Callable[[], None]] = deque()
        self._pump = self._loop.create_task(self._read_far())

    def ends(self) -> Pair:
        """Return the client's ends."""
        protocol = asyncio.StreamReaderProtocol(self._reader)
        transport = _NearTransport(self, self._far_writer)
        protocol.connection_made(transport)
        return self._reader, asyncio.StreamWriter(transport, protocol, self._reader, self._loop)

    def send(self, data: bytes) -> None:
        """Carry what the client writes."""
        self._later(self._out, partial(self._reach_far, data, self._relay.depth + 1))

    def close(self) -> None:
        """The client has closed: the host learns of it in its time, and nothing more comes from there."""
        self._closed = True
        self._later(self._out, self._far_writer.transport.abort)
        self._pump.cancel()

    def cut(self) -> None:
        """Break the connection off on both sides."""
        self._closed = True
        self._pump.cancel()
        self._far_writer.transport.abort()

    def _later(self, way: deque[Callable[[], None]], deliver: Callable[[], None]) -> None:
        """Deliver after the delay, in the order of sending; as timers, two of the same instant would have none."""
        way.append(deliver)
        self._loop.call_later(self._delay, lambda: way.popleft()())

    def _reach_far(self, data: bytes, depth: int) -> None:
        self._asked = depth
        self._far_writer.write(data)

    async def _read_far(self) -> None:
        data = b"more"
        while data:
            try:
                data = await self._far_reader.read(_CHUNK)
            except OSError as error:
                self._later(self._back, partial(self._reader.set_exception, error))
                return
            self._later(self._back, partial(self._reach_near, data, self._asked))

    def _reach_near(self, data: bytes, depth: int) -> None:
        if self._closed:
            return
        self._relay.arrived(depth)
        if data:
            self._relay.log.append(Exchanged(self._opened.number, self._opened.place, depth, len(data)))
            self._reader.feed_data(data)
        else:
            self._reader.feed_eof()


class _NearTransport(asyncio.Transport):
    """The client's side of a line, as asyncio's streams want it."""

    def __init__(self, line: _Line, far: asyncio.StreamWriter) -> None:
        super().__init__()
        self._line = line
        self._far = far
        self._closed = False

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        """Send."""
        self._line.send(bytes(data))

    def abort(self) -> None:
        """Close at once."""
        if not self._closed:
            self._closed = True
            self._line.close()

    def close(self) -> None:
        """Close; what was written is on its way before."""
        self.abort()

    def is_closing(self) -> bool:
        """Whether the client has closed."""
        return self._closed

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return what the connection behind the relay says."""
        return self._far.get_extra_info(name, default)
