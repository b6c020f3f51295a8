"""Registries and token services on loopback that a test scripts, and that note every byte which reaches them."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import functools
import inspect
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, ip_address
from typing import TYPE_CHECKING

from regtui.host.credentials import Credential, HelperCall, Secret
from regtui.host.model import Proxies, Source
from regtui.registry.browsing import Browser
from regtui.registry.client import RegistryClient, Target
from regtui.registry.dialers import RedirectingDialer, SystemDialer
from regtui.registry.resolvers import StaticResolver
from regtui.registry.tls import Trust
from regtui.registry.transport import Transport
from regtui.registry.weburl import parse_url
from tests.hostile import AUTHORITY, LOOPBACK, PATIENT, TRUSTED, Served, server_context, serving

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator
    from types import TracebackType

    from regtui.outcome import Stage

USER, PASSWORD, IDENTITY = "alice", "pass-word-of-alice", "identity-token-of-alice"
SOURCE = Source("/root/.docker/config.json", 3, "auths")
BY_PASSWORD = Credential(USER, Secret(PASSWORD), None, SOURCE)
BY_TOKEN = Credential("<token>", Secret(""), Secret(IDENTITY), SOURCE)
BY_BOTH = Credential(USER, Secret(PASSWORD), Secret(IDENTITY), SOURCE)
BASIC = base64.b64encode(f"{USER}:{PASSWORD}".encode())
SECRETS = (PASSWORD.encode(), BASIC, IDENTITY.encode())
PULL = ("repository:team/app:pull",)


@dataclass(frozen=True)
class Heard:
    """One request, as it came."""

    origin: str
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    raw: bytes = field(repr=False)

    @property
    def url(self) -> str:
        """The URL that was asked."""
        return self.origin + self.target

    def values(self, name: str) -> list[str]:
        """All headers of a name."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def proof(self) -> str:
        """The scheme of its Authorization, empty without one."""
        return (self.values("Authorization") or [""])[0].partition(" ")[0]

    def __str__(self) -> str:
        return f"{self.method} {self.url} {self.proof}".rstrip()


Answer = bytes | Callable[[Heard], bytes | Awaitable[bytes]]
Script = Mapping[str, Answer]
"""Path, with or without its query -> the answer to it; a path that is not in it gives 404."""


def reply(status: int = 200, body: bytes | str = b"", **headers: str | list[str]) -> bytes:
    """An HTTP answer; underscores in header names are hyphens."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} Reason"]
    for name, value in headers.items():
        lines += [f"{name.replace('_', '-')}: {one}" for one in ([value] if isinstance(value, str) else value)]
    return "\r\n".join([*lines, f"Content-Length: {len(content)}", "", ""]).encode() + content


def refusal(*challenges: str) -> bytes:
    """A 401 with these challenges."""
    return reply(401, "{}", WWW_Authenticate=list(challenges), Docker_Distribution_Api_Version="registry/2.0")


def bearer(realm: str, service: str = "reg", **more: str) -> bytes:
    """A 401 that asks for a token."""
    parameters = ",".join(f'{name}="{value}"' for name, value in {"realm": realm, "service": service, **more}.items())
    return refusal(f"Bearer {parameters}")


def token(value: str = "tok", **fields: object) -> bytes:
    """A token service's answer."""
    return reply(200, json.dumps({"token": value, "expires_in": 300, **fields}), Content_Type="application/json")


class Requests:
    """A watch that notes every request."""

    def __init__(self) -> None:
        self.ended: list[tuple[str, str, int | None]] = []
        self.stages: list[str] = []

    def stage_started(self, stage: Stage) -> None:
        self.stages.append(str(stage))

    def stage_ended(self, stage: Stage, ok: bool, ms: float, detail: str) -> None:
        pass

    def request_ended(self, method: str, url: str, status: int | None, seconds: float, cache: str = "") -> None:
        assert seconds >= 0
        self.ended.append((method, url, status))


@functools.cache
def context_for(host: str) -> ssl.SSLContext:
    """A server's context with a good certificate for the host."""
    return server_context(AUTHORITY.issue_cert(host))


class Net:
    """Some origins, each with its script, and a client that takes loopback for the internet.

    `addresses`: what DNS says of a host, a public address by default. Secrets may be seen by `trusted` origins alone,
    which is checked when the block ends, whatever the test did.
    """

    def __init__(
        self,
        scripts: Mapping[str, Script],
        *,
        trusted: tuple[str, ...] = (),
        addresses: Mapping[str, str] | None = None,
    ) -> None:
        self.heard: list[Heard] = []
        self.served: dict[str, Served] = {}
        self._connected = {origin: asyncio.Event() for origin in scripts}
        self._scripts = scripts
        self._trusted = set(trusted)
        self._addresses = dict(addresses or {})
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Net:
        for origin, script in self._scripts.items():
            url = parse_url(origin)
            assert url is not None
            context = context_for(url.host) if url.scheme == "https" else None
            self.served[origin] = await self._stack.enter_async_context(serving(self._handler(origin, script), context))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._stack.aclose()
        leaked = {one.origin for one in self.heard if any(secret in one.raw for secret in SECRETS)} - self._trusted
        assert not leaked, f"secrets were sent to {leaked}"

    def _handler(self, origin: str, script: Script) -> Callable[..., Awaitable[None]]:
        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._connected[origin].set()
            await converse(reader, writer, origin, script, self.heard)

        return handler

    @contextlib.asynccontextmanager
    async def client(
        self,
        *,
        allowed: frozenset[tuple[str, str]] = frozenset(),
        clock: Callable[[], float] = time.monotonic,
        helper_path: str = "",
        proxies: Proxies | None = None,
    ) -> AsyncIterator[RegistryClient]:
        """A client, closed when the block ends."""
        hosts = {url.host: url for origin in self.served if (url := parse_url(origin)) is not None}
        table = {
            (url.host, url.port): (LOOPBACK, served.port)
            for origin, served in self.served.items()
            if (url := parse_url(origin)) is not None
        }
        names = {host: (IPv4Address(f"198.51.100.{20 + number}"),) for number, host in enumerate(hosts)}
        known = {**names, **{host: (ip_address(text),) for host, text in self._addresses.items()}}
        resolver = StaticResolver(known, server="198.51.100.253:53")
        transport = Transport(
            resolver=resolver,
            dialer=RedirectingDialer(SystemDialer(), table),
            trust=Trust(system=False),
            limits=PATIENT,
            proxies=proxies,
        )
        client = RegistryClient(
            transport,
            resolver=resolver,
            proxies=proxies,
            allowed_realms=allowed,
            helper_path=helper_path,
            dns_seconds=PATIENT.dns,
            clock=clock,
        )
        try:
            yield client
        finally:
            await client.aclose()

    @property
    def log(self) -> list[str]:
        """Every request in order: method, URL and the scheme of its Authorization."""
        return [str(one) for one in self.heard]

    def accepted(self, origin: str) -> int:
        """How many connections an origin took."""
        return self.served[origin].accepted

    async def connected(self, origin: str) -> None:
        """Wait until an origin has taken a connection."""
        await self._connected[origin].wait()

    def seen_by(self, origin: str) -> list[str]:
        """The requests that an origin got."""
        return [str(one) for one in self.heard if one.origin == origin]


async def converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, origin: str, script: Script, heard: list[Heard]
) -> None:
    """Answer requests of a connection by the script, for as long as it stands, and note them."""
    while True:
        request = await _read(reader, origin)
        heard.append(request)
        answer = script.get(request.target) or script.get(request.target.partition("?")[0]) or reply(404)
        given = answer(request) if callable(answer) else answer
        data = await given if inspect.isawaitable(given) else given
        writer.write(data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if request.method == "HEAD" else data)
        await writer.drain()


async def _read(reader: asyncio.StreamReader, origin: str) -> Heard:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    method, target, _ = first.split(" ")
    headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines))
    length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
    body = await reader.readexactly(length)
    return Heard(origin, method, target, headers, body, head + body)


def target(base: str, credential: Credential | HelperCall | None = None, *, insecure: bool = False) -> Target:
    """A target whose TLS is judged by the tests' authority."""
    return Target(base, TRUSTED, insecure, credential)


class NoPause:
    """Stands in for sleep."""

    async def __call__(self, seconds: float) -> None:
        """Wait for nothing."""


def browser(client: RegistryClient, base: str, credential: Credential | None = None) -> Browser:
    """What browses a registry, and tries again at once."""
    return Browser(client, target(base, credential), pause=NoPause())
