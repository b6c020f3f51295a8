"""The two seams between regtui and the network: names to addresses, and addresses to sockets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import asyncio

    from regtui.host.model import Address


class Resolver(Protocol):
    """Finds the addresses of a host name."""

    @property
    def server(self) -> str:
        """The name server that error texts mention, as `ADDRESS:PORT`."""
        ...

    async def resolve(self, host: str, port: int) -> tuple[Address, ...]:
        """Return at least one address, or raise `NetworkError` at stage dns. Never blocks leaving the program."""
        ...


class Dialer(Protocol):
    """Opens a TCP connection to an address."""

    async def dial(self, address: Address, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Return a connected pair, or raise OSError as connect(2) gives it. The caller sets the time limit."""
        ...
