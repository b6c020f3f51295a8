"""The real session: one host's configuration with a live client behind it."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from regtui.asked import RequestLog
from regtui.clock import Clock
from regtui.engines.base import Endpoint, Plan, Platform
from regtui.engines.choice import engine_of
from regtui.frozen import dataclass
from regtui.host.files import HostFiles
from regtui.host.model import EngineName
from regtui.lookups import look_up_names
from regtui.planner import endpoints_of, plan_for
from regtui.reference import split_hostport
from regtui.registry.asking import Asker as Requests
from regtui.registry.authorizer import Manner
from regtui.registry.client import LISTING_SECONDS, RegistryClient, Target
from regtui.registry.limits import Limits
from regtui.registry.places import Places
from regtui.registry.tls import TlsRules, Trust
from regtui.registry.transport import Transport
from regtui.seen import SeenManifests
from regtui.stores import store_for
from regtui.text import printable, strip_userinfo

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from regtui.browse.browser import PlaceBrowser
    from regtui.browse.models import Place
    from regtui.cache import Cache
    from regtui.daemon import LocalImages
    from regtui.engines.base import Addresses
    from regtui.events import Event, HealthChecked
    from regtui.host.lint.evidence import Answers
    from regtui.host.local_mirror import Here, LocalCache, LocalMirror
    from regtui.host.model import HostConfig
    from regtui.registry.network import Dialer, Resolver
    from regtui.stored import Store

SAMPLE = "docker.io/library/regtui"
"""A name whose plan tells docker.io's mirrors; nobody is asked for it."""
LOOKUP_SECONDS = 1.0
"""How long a walk waits for the addresses that secure flags depend on; later counts as docker's DNS failure."""

PROGRAMS = {
    EngineName.RHEL_DOCKER: "dockerd",
    EngineName.MOBY: "dockerd",
    EngineName.PODMAN: "podman",
    EngineName.CONTAINERD: "containerd",
}
"""Who would have sent a secret that regtui keeps back."""

_ARCHITECTURES = {
    "x86_64": ("amd64", ""),
    "aarch64": ("arm64", "v8"),
    "armv7l": ("arm", "v7"),
    "armv6l": ("arm", "v6"),
    "i686": ("386", ""),
}


def manner_of(config: HostConfig) -> Manner:
    """Return how a host's engine answers a challenge."""
    if config.containerd is not None:
        return Manner.CONTAINERD
    return Manner.FIRST if config.engine is EngineName.PODMAN else Manner.DISTRIBUTION


def host_platform(machine: str = "") -> Platform:
    """Return the platform that a host pulls for; `machine` is what `uname -m` prints, this host's where empty."""
    machine = machine or os.uname().machine
    return Platform("linux", *_ARCHITECTURES.get(machine, (machine, "")))


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Means:
    """What a session reaches the network with."""

    resolver: Resolver
    dialer: Dialer
    trust: Trust
    limits: Limits = DEFAULT_LIMITS
    allowed_realms: frozenset[tuple[str, str]] = frozenset()


class LiveSession:
    """A session on the real network, or on what stands in for it in the demo and in tests."""

    def __init__(
        self,
        config: HostConfig,
        means: Means,
        *,
        place: str,
        platform: Platform | None = None,
        docker_config: str = "",
        store: Store | None = None,
        caches: Callable[[], tuple[tuple[LocalCache, ...], Here]] | None = None,
    ) -> None:
        """`docker_config` is what DOCKER_CONFIG says where it counts: the demo reads nothing of the host.

        `store` takes the place of what this machine has, or another root, of certificates and credentials, `caches` of
        its pull-through caches; both may wait for another host, and are called on threads then.
        """
        self.config = config
        self.place = place
        self._means = means
        self._engine = engine_of(config)
        self.platform = platform or host_platform()
        self._elsewhere = store is not None
        self._caches = caches
        self._stored = store or store_for(HostFiles(config.root), config, docker_config=docker_config)
        self._client: RegistryClient | None = None
        self._seen = SeenManifests()
        self._requests: Requests | None = None
        self.browsers: dict[Place, PlaceBrowser] = {}
        self.cache: Cache | None = None
        self.images: LocalImages | None = None
        self.requests = RequestLog()
        self.pause: Callable[[float], Awaitable[None]] = asyncio.sleep

    @property
    def listing_seconds(self) -> float:
        """Seconds for one page of a listing: large registries take longer for one, unless a person allows less."""
        total = self._means.limits.total
        return total if total < DEFAULT_LIMITS.total else LISTING_SECONDS

    def allow_realm(self, registry: str, host: str) -> None:
        """Send the registry's login to the token service at this host from now on; nothing of it is kept."""
        pairs = frozenset({(registry, host)})
        self._means = replace(self._means, allowed_realms=self._means.allowed_realms | pairs)
        if self._client is not None:
            self._client.allow(pairs)

    def client(self) -> RegistryClient:
        """The client that asks registries; it keeps connections and tokens until the session is closed."""
        return self._opened()

    def asker(self) -> Requests:
        """Sends single requests over the client's connections."""
        self._opened()
        assert self._requests is not None
        return self._requests

    def target(self, endpoint: Endpoint) -> tuple[Target, str]:
        """Return an endpoint as the client sees it, and words for the credential that is stored for it."""
        return self._target(endpoint)

    async def informed_plan(self, name: str) -> Plan:
        """Return the plan with the addresses that its secure flags depend on looked up, for a limited time."""
        return await self._plan_with_addresses(name)

    def plan(self, name: str, addresses: Addresses | None = None) -> Plan:
        """Return what the engine would ask; without a packet where no addresses are given."""
        return plan_for(self._engine, self.config, self._stored, name, addresses)

    async def resolve(self, name: str, *, strict: bool = False, ask_all: bool = False) -> AsyncIterator[Event]:
        """Walk the plan and yield what happens; leaving the iterator cancels what is under way."""
        from regtui.attempt import Asker
        from regtui.resolve import Queue, Resolution

        clock = Clock()
        plan = await self._plan_with_addresses(name)
        queue = Queue()
        asker = Asker(
            self._engine,
            self._opened(),
            self._target,
            self.platform,
            clock,
            queue.put_nowait,
            strict=strict,
            seen=self._seen,
        )
        resolution = Resolution(self._engine, plan, self.platform, asker, clock, queue)
        async for event in resolution.events(strict=strict, ask_all=ask_all):
            yield event

    async def health(self) -> AsyncIterator[HealthChecked]:
        """Ask every registry and mirror of the host for `/v2/`, all at once."""
        from regtui.health import SAMPLE as ANY
        from regtui.health import check_health

        if self._elsewhere:
            plans = [self.plan(f"{registry.value}/{ANY}") for registry in self.config.registries]
            await self._read_ahead(tuple(endpoint for plan in plans for endpoint in endpoints_of(plan)))
        async for event in check_health(self.config, self.plan, self._opened(), self._target):
            yield event

    async def reach(self, endpoints: tuple[Endpoint, ...]) -> HealthChecked:
        """Ask the endpoints `GET /v2/` one after the other until one answers; no name is told."""
        from regtui.health import check

        await self._read_ahead(endpoints)
        return await check(Clock(), 0, None, endpoints, self._opened(), self._target)

    async def mirrors_here(self) -> tuple[LocalMirror, ...]:
        """Return the mirrors of the host that it serves itself; names are looked up only where it serves some."""
        from regtui.host.gonet import host_of
        from regtui.host.local_caches import caches_here
        from regtui.host.local_mirror import local_mirrors
        from regtui.host.security import mirror_host

        if not self.config.mirrors:
            return ()
        reading = self._caches or partial(caches_here, HostFiles(self.config.root))
        caches, here = await asyncio.to_thread(reading)
        if not caches:
            return ()
        names = tuple(name for one in self.config.mirrors if (name := host_of(mirror_host(one.value))))
        addresses = await look_up_names(names, self._means.resolver, LOOKUP_SECONDS)
        return local_mirrors(self.config, caches, here, addresses)

    async def ask_mirrors(self) -> Answers:
        """Ask each https mirror of docker.io for `/v2/`, all at once, and return what only that tells; no name is told.

        A mirror is asked with the trust that docker has in it: certs.d, the insecure list and what names resolve to.
        """
        from regtui.host.lint.evidence import Answers, Distrust
        from regtui.outcome import CertificateFault, Trouble
        from regtui.registry.errors import NetworkError

        if not self.config.mirrors or self.config.engine not in (EngineName.RHEL_DOCKER, EngineName.MOBY):
            return Answers()
        made = (await self._plan_with_addresses(SAMPLE)).candidates
        asked = [one for each in made for one in each.endpoints if one.mirror and one.scheme == "https"]
        plain, untrusted, silent = set(), {}, []

        async def ask(endpoint: Endpoint) -> None:
            try:
                await self._opened().ping(self._target(endpoint)[0])
            except NetworkError as error:
                if error.trouble is Trouble.PLAIN_HTTP:
                    plain.add(endpoint.host)
                elif error.trouble is Trouble.CERTIFICATE:
                    fault = error.fault or CertificateFault.OTHER
                    # Of a name that does not fit, Go tells which ones the certificate has.
                    why = error.go.removeprefix("x509: ") if fault is CertificateFault.OTHER_NAME else str(error)
                    untrusted[endpoint.host] = Distrust(fault, printable(why, 300))
                else:
                    silent.append(f"{printable(strip_userinfo(endpoint.url), 300)} gave no answer: {error}")

        await asyncio.gather(*(ask(one) for one in asked if one.fault is None))
        return Answers(frozenset(plain), untrusted, tuple(sorted(silent)))

    async def aclose(self) -> None:
        """Close all connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = self._requests = None
            self.browsers.clear()

    async def _plan_with_addresses(self, name: str) -> Plan:
        endpoints = endpoints_of(self.plan(name))
        await self._read_ahead(endpoints)
        hosts = {split_hostport(endpoint.host)[0] for endpoint in endpoints}
        addresses = await look_up_names(tuple(sorted(hosts)), self._means.resolver, LOOKUP_SECONDS)
        return self.plan(name, addresses)

    async def _read_ahead(self, endpoints: tuple[Endpoint, ...]) -> None:
        """Have what another host keeps for the endpoints read on a thread: on the loop, keys would wait for ssh."""
        if self._elsewhere:
            await asyncio.to_thread(self._read_all, endpoints)

    def _read_all(self, endpoints: tuple[Endpoint, ...]) -> None:
        for endpoint in endpoints:
            self._target(endpoint)
            if endpoint.key:
                self._stored.locked(endpoint.key)

    def _opened(self) -> RegistryClient:
        if self._client is None:
            means, proxies = self._means, self.config.proxies
            go110 = self.config.engine is EngineName.RHEL_DOCKER
            transport = Transport(
                resolver=means.resolver,
                dialer=means.dialer,
                trust=means.trust,
                limits=means.limits,
                proxies=proxies,
                go110=go110,
            )
            places = Places(means.resolver, proxies, go110=go110, seconds=means.limits.dns)
            self._requests = Requests(transport, places, log=self.requests)
            self._client = RegistryClient(
                transport,
                resolver=means.resolver,
                proxies=proxies,
                go110=go110,
                allowed_realms=means.allowed_realms,
                dns_seconds=means.limits.dns,
                program=PROGRAMS[self.config.engine],
                manner=manner_of(self.config),
                log=self.requests,
            )
        return self._client

    def _target(self, endpoint: Endpoint) -> tuple[Target, str]:
        """Return an endpoint as the client sees it, and words for the credential that is used."""
        certs = self._stored.certificates(endpoint.certificates)
        tls = TlsRules(
            verify=endpoint.verify,
            authorities=tuple(pem for _path, pem in certs.authorities),
            client_pairs=certs.pairs,
        )
        credential, words = self._stored.credential(endpoint.key, endpoint.host)
        target = Target(
            endpoint.url,
            tls,
            insecure=endpoint.insecure,
            credential=credential,
            api_path=endpoint.api_path,
            query=endpoint.query,
            headers=self._stored.headers(endpoint.certificates),
        )
        return target, words
