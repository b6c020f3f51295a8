"""A pull-through cache: what a host does not have it asks of another host of its world, and keeps."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode, urlsplit

from regtui.demo.content import SIGNED_SCHEMA1, Manifest, digest_of
from regtui.demo.log import VIA
from regtui.demo.messages import Answer
from regtui.demo.routes import Kind, Route, route_of

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from regtui.demo.api import HostApi
    from regtui.demo.messages import Request

_LARGEST = 16 * 1024 * 1024
_TOKENS = 256  # kept by scope
_PATIENCE = 10.0  # seconds for one request upstream
_PARAMETER = re.compile(r'(\w+)="([^"]*)"')
_ACCEPT = "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, */*"


class Door(NamedTuple):
    """Where on the loopback a host of the world listens, and the client context if it speaks TLS there."""

    port: int
    tls: ssl.SSLContext | None


class PullThrough:
    """The upstream side of one caching host. Without an answer from upstream the cache is all there is."""

    def __init__(self, api: HostApi, find: Callable[[str], Door | None]) -> None:
        self._api = api
        self._find = find
        self._tokens: dict[str, str] = {}

    async def answer(self, request: Request) -> Answer:
        """Answer from the cache; fetch into it first what it lacks. Lists of tags are the upstream's."""
        answer = self._api.answer(request)
        route = route_of(request.path)
        if answer.status not in {200, 404} or request.method not in {"GET", "HEAD"}:
            return answer
        if route.kind is Kind.TAGS and not self._is_own(route.repository):
            listed = await self._fetch(request.target, route.scope)
            return listed if listed and listed.status == 200 else answer
        if route.kind not in {Kind.MANIFEST, Kind.BLOB} or answer.status == 200:
            return answer
        fetched = await self._fetch(request.target.partition("?")[0], route.scope)
        if fetched and fetched.status == 200 and self._keep(route, fetched):
            return self._api.answer(request)
        return answer

    def _is_own(self, repository: str) -> bool:
        return any(own.name == repository for own in self._api.host.repositories)

    def _keep(self, route: Route, fetched: Answer) -> bool:
        headers = {name.lower(): value for name, value in fetched.headers}
        digest = digest_of(fetched.body)
        if route.kind is Kind.BLOB:
            if digest == route.reference:
                self._api.store.keep_blob(route.repository, digest, fetched.body)
            return digest == route.reference
        media_type = headers.get("content-type", "")
        if media_type == SIGNED_SCHEMA1:
            digest = headers.get("docker-content-digest", digest)
        by_digest = ":" in route.reference
        if by_digest and digest != route.reference:
            return False
        manifest = Manifest(media_type, fetched.body, digest)
        self._api.store.keep(route.repository, "" if by_digest else route.reference, manifest)
        return True

    async def _fetch(self, target: str, scope: str) -> Answer | None:
        """GET from the upstream, with a token where it wants one; None where no answer comes."""
        url = f"https://{self._api.host.proxy_of}{target}"
        try:
            async with asyncio.timeout(_PATIENCE):
                answer = await self._get(url, self._tokens.get(scope, ""))
                if answer.status != 401:
                    return answer
                token = await self._token(answer)
                if len(self._tokens) >= _TOKENS:
                    self._tokens.clear()
                self._tokens[scope] = token
                return await self._get(url, token)
        except (OSError, ValueError):
            return None

    async def _token(self, refused: Answer) -> str:
        challenge = next((value for name, value in refused.headers if name.lower() == "www-authenticate"), "")
        parameters = dict(_PARAMETER.findall(challenge))
        query = urlencode({name: parameters[name] for name in ("scope", "service") if name in parameters})
        answer = await self._get(f"{parameters.get('realm', '')}?{query}", "")
        document = json.loads(answer.body)
        return str(document.get("token", "")) if isinstance(document, dict) else ""

    async def _get(self, url: str, token: str) -> Answer:
        parts = urlsplit(url)
        door = self._find(parts.netloc)
        if door is None:
            raise ConnectionRefusedError(f"no host {parts.netloc} in this world")
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", door.port, ssl=door.tls, server_hostname=parts.hostname if door.tls else None
        )
        try:
            target = f"{parts.path}?{parts.query}" if parts.query else parts.path
            lines = [f"GET {target} HTTP/1.1", f"Host: {parts.netloc}", f"Accept: {_ACCEPT}", "Connection: close"]
            lines.append(f"{VIA}: {self._api.host.name}")
            if token:
                lines.append(f"Authorization: Bearer {token}")
            writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("ascii", "replace"))
            return _parse_answer(await _read_all(reader))
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def _read_all(reader: asyncio.StreamReader) -> bytes:
    text = bytearray()
    while chunk := await reader.read(64 * 1024):
        text += chunk
        if len(text) > _LARGEST:
            raise ValueError("the answer is too large to keep")
    return bytes(text)


def _parse_answer(text: bytes) -> Answer:
    head, _, body = text.partition(b"\r\n\r\n")
    status_line, *fields = head.decode("latin-1").split("\r\n")
    status = status_line.split(" ")[1:2]
    if not status or not status[0].isdecimal():
        raise ValueError("no HTTP answer")
    headers = tuple((name, value.strip()) for name, _, value in (field.partition(":") for field in fields))
    return Answer(int(status[0]), headers, body)
