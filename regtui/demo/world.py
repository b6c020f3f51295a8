"""A running world: every host of a specification as a real server on loopback, and the way to reach it by its name."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from typing import TYPE_CHECKING, Self

from regtui.demo.api import HostApi
from regtui.demo.certificates import ShippedCertificates
from regtui.demo.dead_ports import BlackHole, ClosedDoor
from regtui.demo.log import AccessLog
from regtui.demo.pull_through import Door, PullThrough
from regtui.demo.server import Port
from regtui.demo.spec import NAME_SERVER, Host, Listen, WorldSpec
from regtui.outcome import Trouble
from regtui.registry.dialers import SystemDialer
from regtui.registry.resolvers import StaticResolver

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regtui.demo.certificates import Certificates
    from regtui.demo.messages import Answer, Request
    from regtui.host.model import Address
    from regtui.registry.network import Dialer, Resolver

_LOOPBACK = ipaddress.IPv4Address("127.0.0.1")
_DNS_TROUBLE = {Listen.NXDOMAIN: Trouble.NO_SUCH_HOST, Listen.DNSTIMEOUT: Trouble.DNS_TIMEOUT}


class WorldDialer:
    """Dials the world's addresses on loopback; every other address and port refuses, the network is never reached."""

    def __init__(self, table: Mapping[tuple[Address, int], int], closed: int) -> None:
        """`table`: an address and port of the world -> the loopback port of its server; `closed` refuses."""
        self._table = dict(table)
        self._closed = closed
        self._inner = SystemDialer()

    async def dial(
        self, address: Address, port: int, host: str = ""
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Return a pair connected to the server of address and port, or raise what its connect gives."""
        return await self._inner.dial(_LOOPBACK, self._table.get((address, port), self._closed), host)


class _Site:
    """One host's answers, after the time that it takes."""

    def __init__(self, api: HostApi, pull_through: PullThrough | None) -> None:
        self._api = api
        self._pull_through = pull_through

    async def answer(self, request: Request) -> Answer:
        if self._api.host.latency:
            await asyncio.sleep(self._api.host.latency)
        if self._pull_through:
            return await self._pull_through.answer(request)
        return self._api.answer(request)


class World:
    """A world while it runs: `async with World(spec, certificates) as world`.

    `resolver`, `dialer` and `authorities` are what a client needs to live in it, from any event loop; `log` is what
    its servers were asked.
    """

    def __init__(self, spec: WorldSpec, certificates: Certificates | None = None) -> None:
        """Without certificates the demo's own are used, which know the demo's hosts alone."""
        self.spec = spec
        self.log = AccessLog()
        self._certificates: Certificates = certificates or ShippedCertificates()
        self._addresses = spec.addresses()
        self._apis = {host.name.lower(): HostApi(host) for host in spec.hosts}
        self._ports: dict[str, Port] = {}
        self._black_holes: dict[str, BlackHole] = {}
        self._closed: ClosedDoor | None = None
        self._trust: ssl.SSLContext | None = None
        self.resolver: Resolver = StaticResolver(self._names(), server=NAME_SERVER)
        self.dialer: Dialer = WorldDialer({}, 0)

    async def __aenter__(self) -> Self:
        self._closed = ClosedDoor()
        try:
            for host in self.spec.hosts:
                if host.listen is Listen.BLACKHOLE:
                    self._black_holes[host.name.lower()] = BlackHole()
                elif host.listen.speaks_tls or host.listen.speaks_http or host.listen is Listen.RESET:
                    self._ports[host.name.lower()] = self._open(host)
        except BaseException:  # a certificate or a socket is missing: leave nothing behind
            await self.__aexit__()
            raise
        self.dialer = WorldDialer(self._table(), self._closed.number)
        return self

    async def __aexit__(self, *_: object) -> None:
        for port in self._ports.values():
            await port.stop()
        for dead in (*self._black_holes.values(), self._closed):
            if dead:
                dead.close()
        self._ports.clear()
        self._black_holes.clear()

    @property
    def authorities(self) -> str:
        """Return the PEM text of the authority to trust."""
        return self._certificates.authorities

    async def settled(self) -> None:
        """Return when the log tells all that the clients know; call it on the world's own loop."""
        for port in self._ports.values():
            await port.settled()

    def port_of(self, name: str) -> int:
        """Return the loopback port at which a host of the world listens. KeyError for one that does not."""
        name = name.lower()
        return self._black_holes[name].number if name in self._black_holes else self._ports[name].number

    def _open(self, host: Host) -> Port:
        api = self._apis[host.name.lower()]
        context = self._certificates.context(host.listen, host.hostname) if host.listen.speaks_tls else None
        site = _Site(api, PullThrough(api, self._door) if host.proxy_of else None)
        return Port(host, site, self.log, context)

    def _door(self, name: str) -> Door | None:
        """Return how one host of the world reaches another: with the world's own trust, as a daemon would."""
        port, api = self._ports.get(name.lower()), self._apis.get(name.lower())
        if port is None or api is None or not (api.host.listen.speaks_tls or api.host.listen.speaks_http):
            return None
        if api.host.listen.speaks_http:
            return Door(port.number, None)
        if self._trust is None:
            self._trust = ssl.create_default_context(cadata=self.authorities)
        return Door(port.number, self._trust)

    def _names(self) -> dict[str, tuple[Address, ...] | Trouble]:
        names: dict[str, tuple[Address, ...] | Trouble] = {
            name: (address,) for name, address in self._addresses.items()
        }
        names.update(
            (host.hostname, _DNS_TROUBLE[host.listen]) for host in self.spec.hosts if host.listen in _DNS_TROUBLE
        )
        return names

    def _table(self) -> dict[tuple[Address, int], int]:
        return {
            (self._addresses[host.hostname], host.port): self.port_of(host.name)
            for host in self.spec.hosts
            if host.name.lower() in self._ports or host.name.lower() in self._black_holes
        }
