"""A bench for faults: a host made of files, servers that misbehave, and what must hold whatever happens.

The host's first registry is the one that misbehaves; the second, `good.example.com`, serves every image. A walk passes
the first and finds the image at the second, which shows that nothing of the one reaches the other.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import dataclasses
import hashlib
import io
import json
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from regtui.engines.base import Platform
from regtui.host.discover import load
from regtui.host.model import EngineName
from regtui.live import LiveSession, Means
from regtui.outcome import Trouble
from regtui.outlet import Outlet
from regtui.registry.limits import Limits
from regtui.registry.resolvers import StaticResolver
from regtui.registry.tls import Trust
from regtui.registry.weburl import parse_url
from regtui.report import Resolution, document
from regtui.told import Narrator
from tests.faults.capture import Capture, StrayDialer
from tests.hostile import AUTHORITY_PEM, Served, serving
from tests.registry_net import BASIC, IDENTITY, PASSWORD, USER, Heard, context_for, converse, reply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

    from regtui.events import Event
    from regtui.host.model import Address
    from tests.registry_net import Script

    Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
    Server = Script | Handler | int | None

BAD, GOOD = "bad.example.com", "good.example.com"
BAD_URL, GOOD_URL = f"https://{BAD}", f"https://{GOOD}"
NAME = "team/app"
IDENTITY_ESCAPED = IDENTITY.encode().replace(b"-", b"%2D")
SECRETS = (PASSWORD.encode(), BASIC, IDENTITY.encode(), IDENTITY_ESCAPED)
NOBODY = 1
"""A port of loopback at which nobody listens."""
HANG = 30.0
"""Seconds after which a test has hung; every budget that a test injects is far below."""
QUICK = Limits(dns=0.3, tcp=0.3, tls=0.5, first_byte=0.3, idle=0.3, total=1.0)
"""A second for a request in all, so that what hangs is soon over."""
CALM = Limits(dns=20, tcp=20, tls=20, first_byte=20, idle=20, total=25)
"""Nothing should time out, however slow the machine is."""

SCHEMA2 = "application/vnd.docker.distribution.manifest.v2+json"
IMAGE = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": SCHEMA2,
        "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "digest": "sha256:" + "0" * 64},
        "layers": [],
    }
).encode()
DIGEST = "sha256:" + hashlib.sha256(IMAGE).hexdigest()
SERVED = reply(200, IMAGE, Content_Type=SCHEMA2, Docker_Content_Digest=DIGEST)
PING = reply(200, "{}", Docker_Distribution_Api_Version="registry/2.0")
MANIFEST = f"/v2/{NAME}/manifests/latest"
SERVES: Script = {"/v2/": PING, MANIFEST: SERVED, f"/v2/{NAME}/manifests/{DIGEST}": SERVED}
"""A registry that holds the image."""


@dataclass(frozen=True)
class Walked:
    """What regtui made of a name, in every form that a person sees."""

    document: dict[str, Any]
    text: str
    events: tuple[Event, ...]

    @property
    def json(self) -> str:
        """The document as it is printed."""
        return json.dumps(self.document, indent=2, allow_nan=False)

    def endpoint(self, candidate: int = 0, endpoint: int = 0) -> dict[str, Any]:
        """What is told of an endpoint."""
        told: dict[str, Any] = self.document["candidates"][candidate]["endpoints"][endpoint]
        return told

    @property
    def bad(self) -> dict[str, Any]:
        """What is told of the first registry's first endpoint."""
        return self.endpoint()

    def check(self, secrets: tuple[bytes, ...] = SECRETS) -> None:
        """Assert what holds for every walk: it ended, its texts are clean, and no secret is in them."""
        found = self.document
        assert found["exit"] in (0, 1)
        assert (found["found"] is None) is (found["exit"] == 1)
        for candidate in found["candidates"]:
            for endpoint in candidate["endpoints"]:
                assert endpoint["outcome"] in (None, "found") or endpoint["error"] or endpoint["outcome"] == "skipped"
                assert str(endpoint["error"]).isprintable()
        assert [line for line in self.text.split("\n") if not line.isprintable()] == []
        printed = self.json
        assert printed.isascii()
        assert all(character.isprintable() or character == "\n" for character in printed)
        for secret in secrets:
            assert secret not in (printed + self.text + repr(self.events)).encode("utf-8", "surrogateescape")


class Bench:
    """A host below `root` whose network is `servers`; `trusted` origins may see secrets, and nobody else does.

    `servers` maps an origin to a script (`registry_net`) or to what is done with a connection; the certificate of an
    https origin is good. An origin that maps to a number is that port of loopback, to None a port that refuses.
    `names` is what DNS says of a host; those of `servers` have public addresses. `allowed` are the pairs of a registry
    and a token service that the user named.
    """

    def __init__(
        self,
        root: Path,
        servers: Mapping[str, Server],
        *,
        trusted: tuple[str, ...] = (),
        names: Mapping[str, str | tuple[str, ...] | Trouble] | None = None,
        limits: Limits = CALM,
        allowed: frozenset[tuple[str, str]] = frozenset(),
    ) -> None:
        self.root = root
        self.heard: list[Heard] = []
        self.raw: dict[str, bytearray] = {}
        self.served: dict[str, Served] = {}
        self.capture = Capture()
        self.dialer = StrayDialer(self.capture)
        self._servers = servers
        self._trusted = trusted
        self._names = dict(names or {})
        self._limits = limits
        self._allowed = allowed
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Bench:
        await self._stack.enter_async_context(self.capture)
        for origin, server in self._servers.items():
            url = parse_url(origin)
            assert url is not None
            if server is None or isinstance(server, int):
                self.dialer.table[url.place] = ("127.0.0.1", server or NOBODY)
                continue
            handler = server if callable(server) else self._scripted(origin, server)
            context = context_for(url.host) if url.scheme == "https" else None
            served = await self._stack.enter_async_context(serving(self._noting(origin, handler), context))
            self.served[origin] = served
            self.dialer.table[url.place] = ("127.0.0.1", served.port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._stack.aclose()
        self.check_secrets()

    async def got(self, origin: str, data: bytes) -> None:
        """Wait until an origin has received these bytes."""
        async with asyncio.timeout(HANG):
            while data not in self.raw[origin]:  # noqa: ASYNC110 - a buffer that grows tells nobody
                await asyncio.sleep(0.005)

    def check_secrets(self) -> None:
        """Assert that no secret left for anybody but the trusted origins."""
        leaked = self.receivers()
        assert not leaked - set(self._trusted), f"secrets were sent to {leaked}"

    def receivers(self) -> set[str]:
        """The origins that a secret reached; every host that was not set up is `a stranger`."""
        got = {origin: bytes(data) for origin, data in self.raw.items()} | {"a stranger": self.capture.received}
        return {origin for origin, data in got.items() if any(secret in data for secret in SECRETS)}

    def _scripted(self, origin: str, script: Script) -> Handler:
        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await converse(reader, writer, origin, script, self.heard)

        return handler

    def _noting(self, origin: str, handler: Handler) -> Handler:
        """Note every byte that a connection brings, whatever the handler reads of it."""
        raw = self.raw.setdefault(origin, bytearray())

        async def noting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            feed = reader.feed_data

            def note(data: bytes) -> None:
                raw.extend(data)
                feed(data)

            vars(reader)["feed_data"] = note
            await handler(reader, writer)

        return noting

    def write(self, path: str, content: str | bytes, mode: int = 0o644) -> Path:
        """Write a file of the host."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        target.chmod(mode)
        return target

    def configure(self, *registries: str, insecure: tuple[str, ...] = (), options: str = "") -> None:
        """Write the host's sysconfig: its registries in order, and those that are insecure."""
        added = " ".join(f"--add-registry {name}" for name in registries)
        listed = " ".join(f"--insecure-registry {name}" for name in insecure)
        more = f"--signature-verification=false {options}".strip()
        text = f"ADD_REGISTRY='{added}'\nINSECURE_REGISTRY='{listed}'\nOPTIONS='{more}'\n"
        self.write("etc/sysconfig/docker", text)

    def log_in(self, *servers: str, identity: bool = False) -> None:
        """Store the password, or the identity token, for these servers."""
        entry = {"auth": base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()}
        if identity:
            entry["identitytoken"] = IDENTITY
        self.write("root/.docker/config.json", json.dumps({"auths": dict.fromkeys(servers, entry)}))

    @contextlib.contextmanager
    def session(self, engine: EngineName = EngineName.RHEL_DOCKER) -> Iterator[LiveSession]:
        """Yield the session of a person on this host."""
        config = load(str(self.root), (), engine)
        hosts = {url.host for origin in self._servers if (url := parse_url(origin)) is not None}
        public = {host: (ip_address(f"198.51.100.{20 + number}"),) for number, host in enumerate(sorted(hosts))}
        other = {host: _said(said) for host, said in self._names.items()}
        resolver = StaticResolver({**public, **other}, server="198.51.100.253:53", silence=60)
        trust = Trust(system=False, authorities=(AUTHORITY_PEM,))
        means = Means(resolver, self.dialer, trust, self._limits, self._allowed)
        yield LiveSession(config, means, place="test", platform=Platform())

    async def walk(
        self, name: str = NAME, *, strict: bool = False, engine: EngineName = EngineName.RHEL_DOCKER
    ) -> Walked:
        """Resolve a name, and return what is told of it, which has been checked."""
        with self.session(engine) as session:
            async with asyncio.timeout(HANG):
                try:
                    walked = await fold(session, name, strict=strict)
                finally:
                    await session.aclose()
        walked.check()
        return walked

    async def passes(self, name: str = NAME, **options: Any) -> Walked:
        """Resolve a name that the first registry does not serve and the second does; what is told is checked."""
        walked = await self.walk(name, **options)
        found = walked.document["found"]
        assert found is not None
        assert (found["registry"], found["digest"]) == (GOOD, DIGEST)
        assert walked.document["candidates"][0]["outcome"] != "found"
        return walked

    def origins_asked(self) -> list[str]:
        """The requests that scripted servers got, in order."""
        return [str(one) for one in self.heard]


async def fold(session: LiveSession, name: str, *, strict: bool = False) -> Walked:
    """Resolve a name, and return what is told of it."""
    record = Resolution()
    stream = io.StringIO()
    narrator = Narrator(record, Outlet(stream))
    happened = []
    async for event in session.resolve(name, strict=strict):
        record.fold(event)
        narrator.tell(event)
        happened.append(event)
    return Walked(document(record), stream.getvalue(), tuple(happened))


def _said(said: str | tuple[str, ...] | Trouble) -> tuple[Address, ...] | Trouble:
    if isinstance(said, Trouble):
        return said
    return tuple(ip_address(text) for text in ((said,) if isinstance(said, str) else said))


def registry(**answers: Any) -> Script:
    """A registry's script: a good ping, and answers by path in place of the image (`manifest` for its manifest)."""
    manifest = answers.pop("manifest", reply(404, '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"no"}]}'))
    return {"/v2/": PING, MANIFEST: manifest, **answers}


def shorter(limits: Limits, **fields: float) -> Limits:
    """Limits with some fields changed."""
    return dataclasses.replace(limits, **fields)  # type: ignore[arg-type]
