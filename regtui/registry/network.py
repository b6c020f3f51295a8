"""The seams between regtui and the network: names to addresses, addresses to sockets, and who is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import asyncio

    from regtui.host.model import Address
    from regtui.outcome import Stage


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

    async def dial(
        self, address: Address, port: int, host: str = ""
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Return a connected pair, or raise OSError as connect(2) gives it. The caller sets the time limit.

        `host` is the name that the address was found for, without brackets. It is for dialers that send a host's
        connections elsewhere; error texts go on naming `address` and `port`.
        """
        ...


class Watch(Protocol):
    """Is told of the stages of a new connection; a connection that was kept has none."""

    def stage_started(self, stage: Stage) -> None:
        """A stage (dns, tcp or tls) began."""
        ...

    def stage_ended(self, stage: Stage, ok: bool, ms: float, detail: str) -> None:
        """A stage ended after `ms` milliseconds; `detail` is a few clean words: addresses, TLS version, the error."""
        ...
