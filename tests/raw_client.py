"""A client of embedded worlds that is not the product's: one request a connection, by the world's names."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping

    from regtui.demo.thread import WorldThread
    from regtui.demo.world import World

PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Reply:
    """A response: header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Return the body's document."""
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        """Return the one registry error in the body."""
        (error,) = self.json["errors"]
        assert isinstance(error, dict)
        return error


def parse_reply(text: bytes) -> Reply:
    """Read a response that ended with its connection."""
    head, _, body = text.partition(b"\r\n\r\n")
    status_line, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Reply(int(status_line.split(" ")[1]), headers, body)


class RawClient:
    """Reaches a world through its resolver and dialer, and trusts its authority or, without `verify`, anybody."""

    def __init__(self, world: World | WorldThread, *, verify: bool = True) -> None:
        self._world = world
        self._context = ssl.create_default_context(cadata=world.authorities)
        if not verify:
            self._context.check_hostname = False
            self._context.verify_mode = ssl.CERT_NONE

    async def connect(self, url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Return an open connection to the URL's host, after the TLS handshake where the URL wants one."""
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        (address,) = await self._world.resolver.resolve(host, port)
        reader, writer = await self._world.dialer.dial(address, port, host)
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if parts.scheme == "https":
            try:
                await writer.start_tls(self._context, server_hostname=host)
            except OSError:
                writer.transport.abort()  # asyncio never tells the streams that a handshake failed: waiting would hang
                raise
        return reader, writer

    async def ask(self, method: str, url: str, headers: Mapping[str, str] | None = None) -> Reply:
        """Send one request and return its answer."""
        parts = urlsplit(url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        fields = {"Host": parts.netloc, "Connection": "close", **(headers or {})}
        lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
        return parse_reply(await self.exchange(url, ("\r\n".join(lines) + "\r\n\r\n").encode()))

    async def get(self, url: str, token: str = "") -> Reply:
        """GET, with a bearer token where there is one."""
        return await self.ask("GET", url, {"Authorization": f"Bearer {token}"} if token else None)

    async def token(self, url: str) -> str:
        """Return the token that a token service gives."""
        token = (await self.get(url)).json["token"]
        assert isinstance(token, str)
        return token

    async def exchange(self, url: str, data: bytes) -> bytes:
        """Send bytes and return all that comes until the server closes."""
        reader, writer = await self.connect(url)
        try:
            writer.write(data)
            return await reader.read(-1)
        finally:
            await self.close(writer)

    async def close(self, writer: asyncio.StreamWriter) -> None:
        """Close a connection for certain."""
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
