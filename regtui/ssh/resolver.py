"""A `Resolver` that asks the far host: its getent(1), or its name server through the connection where it has none."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from regtui.outcome import Stage, Trouble
from regtui.registry import failures
from regtui.registry.addresses import literal
from regtui.registry.errors import NetworkError
from regtui.registry.getaddrinfo import can_be_asked
from regtui.ssh.dns import Answer, DnsError, ask
from regtui.ssh.errors import SshError

if TYPE_CHECKING:
    from collections.abc import Callable

    from regtui.host.model import Address
    from regtui.ssh.dialer import FarDialer
    from regtui.ssh.shell import FarShell

SLOW_SECONDS = 4.5
"""getent gives one status for a name that does not exist and for a silent name server, which takes five seconds."""
_NOT_FOUND = 2
_NO_GETENT = (126, 127)
ADDRESSES_LIMIT = 64
"""Addresses of one name that are kept; sixteen of them are tried."""


class FarResolver:
    """Finds addresses as the far host's own programs do."""

    def __init__(
        self,
        shell: FarShell,
        dialer: FarDialer,
        *,
        server: str,
        hosts: dict[str, tuple[Address, ...]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`server` is the first name server of the far /etc/resolv.conf, `hosts` what its /etc/hosts says."""
        self._shell = shell
        self._dialer = dialer
        self._server = server
        self._hosts = hosts
        self._clock = clock
        self._has_getent = True

    @property
    def server(self) -> str:
        """The far host's first name server."""
        return self._server

    async def resolve(self, host: str, port: int) -> tuple[Address, ...]:  # noqa: ARG002 - the protocol's
        """Return the addresses in the order in which the far host would try them."""
        if (address := literal(host)) is not None:
            return (address,)
        if not can_be_asked(host):
            raise failures.no_such_host(host, "")
        if self._has_getent:
            found = await self._ask_getent(host)
            if found is not None:
                return found
            self._has_getent = False
        return await self._ask_server(host)

    async def _ask_getent(self, host: str) -> tuple[Address, ...] | None:
        """Return what getent says; None where there is none."""
        began = self._clock()
        try:
            reply = await asyncio.wrap_future(self._shell.lookup(host))
        except SshError as error:
            raise NetworkError(
                Stage.DNS, Trouble.DNS_FAILURE, str(error), go=f"lookup {host}: server misbehaving", own_limit=True
            ) from error
        status, addresses = read_answer(bytes(reply.records[0].body))
        if status in _NO_GETENT:
            return None
        if addresses:
            return addresses
        if status in (0, _NOT_FOUND) and self._clock() - began < SLOW_SECONDS:
            raise failures.no_such_host(host, self._server)
        if status in (0, _NOT_FOUND):
            raise failures.dns_timeout(host, self._server, seconds=round(self._clock() - began), own=False)
        raise failures.dns_failure(host, self._server)

    async def _ask_server(self, host: str) -> tuple[Address, ...]:
        """Ask the far host's name server over TCP, through the connection."""
        known = self._hosts.get(host.lower().removesuffix("."))
        if known:
            return known
        try:
            answer, addresses = await ask(self._dialer, self._server, host)
        except DnsError as error:
            raise failures.dns_failure(host, self._server) from error
        match answer:
            case Answer.FOUND if addresses:
                return addresses[:ADDRESSES_LIMIT]
            case Answer.FOUND | Answer.NO_NAME:
                raise failures.no_such_host(host, self._server)
            case Answer.FAILED:
                raise failures.dns_failure(host, self._server)


def read_answer(body: bytes) -> tuple[int, tuple[Address, ...]]:
    """Return getent's status and the addresses of `getent ahosts`, in order, each once."""
    first, *lines = body.decode("ascii", "replace").split("\n")
    status = int(first) if first.isascii() and first.isdigit() and len(first) < 4 else -1
    words = (line.split() for line in lines)
    found = (literal(line[0]) for line in words if line)
    return status, tuple(dict.fromkeys(address for address in found if address is not None))[:ADDRESSES_LIMIT]


def read_hosts(data: bytes) -> dict[str, tuple[Address, ...]]:
    """Return the names of an /etc/hosts with their addresses."""
    found: dict[str, tuple[Address, ...]] = {}
    for line in data.decode("utf-8", "replace").splitlines()[:10_000]:
        first, *names = line.partition("#")[0].split() or [""]
        address = literal(first) if first else None
        if address is not None:
            for name in names:
                key = name.lower()
                found[key] = (*found.get(key, ()), address)
    return found
