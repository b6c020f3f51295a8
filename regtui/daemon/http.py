"""GET over a Unix socket and nothing else: HTTP/1.1 as a daemon speaks it, bounded in bytes and time."""

from __future__ import annotations

import asyncio
import json
import re

from regtui.frozen import dataclass
from regtui.text import printable

HEADER_LIMIT = 64 << 10
"""Bytes of a status line with its headers, and of a line that announces a chunk."""
CHUNKS_LIMIT = 100_000
"""Chunks of one answer; dockerd writes one for every few KiB."""
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9][0-9])(?: [^\r\n]*)?\r?\n")


class DaemonError(Exception):
    """The daemon did not answer, or not as one. `str()` is a sentence; `missing` where nobody listens there."""

    def __init__(self, sentence: str, *, missing: bool = False) -> None:
        super().__init__(sentence)
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of one answer and seconds for it in all."""

    size: int = 4 << 20
    seconds: float = 2.0


DEFAULT_LIMITS = Limits()


async def get_json(socket: str, path: str, limits: Limits, *, name: str = "") -> object:
    """Return the JSON value that the daemon answers `GET path` with; raises DaemonError, which names `name`."""
    shown = _shown(name or socket)
    if "\0" in socket:  # the system would take what stands before it
        raise DaemonError(f"{shown} is no path of a socket")
    try:
        async with asyncio.timeout(limits.seconds):
            status, body = await _get(socket, path, limits.size, shown)
    except TimeoutError:
        raise DaemonError(f"{shown} gave no answer to GET {path} in {limits.seconds:g} s") from None
    except asyncio.IncompleteReadError:
        raise DaemonError(f"{shown} closed the connection in the middle of its answer to GET {path}") from None
    except (OSError, ValueError) as error:  # ValueError: a path that is no UTF-8
        raise _unreachable(shown, error) from error
    if status != 200:
        raise DaemonError(f"{shown} answered GET {path} with {status}")
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise DaemonError(f"{shown} answered GET {path} with something that is no JSON") from None


async def _get(socket: str, path: str, limit: int, shown: str) -> tuple[int, bytes]:
    reader, writer = await asyncio.open_unix_connection(socket, limit=HEADER_LIMIT)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: docker\r\nUser-Agent: regtui\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        try:
            return await _answer(reader, limit)
        except asyncio.LimitOverrunError:
            raise DaemonError(f"{shown} sent headers larger than {HEADER_LIMIT >> 10} KiB") from None
        except _NotHttpError:
            raise DaemonError(f"what listens on {shown} does not speak HTTP") from None
        except _FloodError:
            raise DaemonError(f"{shown} answered GET {path} with more than {limit >> 10} KiB") from None
    finally:
        writer.transport.abort()  # a daemon that hangs is not waited for when the connection ends either


class _NotHttpError(Exception):
    """Bytes that are no HTTP answer."""


class _FloodError(Exception):
    """More bytes than an answer may have."""


async def _answer(reader: asyncio.StreamReader, limit: int) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    status = _STATUS.match(head)
    if status is None:
        raise _NotHttpError
    headers = {
        name.strip().lower(): value.strip().lower()
        for name, colon, value in (line.partition(b":") for line in head.split(b"\r\n")[1:])
        if colon
    }
    if headers.get(b"transfer-encoding", b"").endswith(b"chunked"):
        return int(status[1]), await _chunked(reader, limit)
    length = headers.get(b"content-length")
    if length is None:
        return int(status[1]), await _to_end(reader, limit)
    if not re.fullmatch(rb"[0-9]{1,15}", length):
        raise _NotHttpError
    if int(length) > limit:
        raise _FloodError
    return int(status[1]), await reader.readexactly(int(length))


async def _chunked(reader: asyncio.StreamReader, limit: int) -> bytes:
    body = bytearray()
    for _ in range(CHUNKS_LIMIT):
        line = await reader.readuntil(b"\r\n")
        size = line.partition(b";")[0].strip()
        if not re.fullmatch(rb"[0-9a-fA-F]{1,12}", size):
            raise _NotHttpError
        count = int(size, 16)
        if count == 0:
            return bytes(body)
        if len(body) + count > limit:
            break
        body += (await reader.readexactly(count + 2))[:-2]
    raise _FloodError


async def _to_end(reader: asyncio.StreamReader, limit: int) -> bytes:
    body = bytearray()
    while chunk := await reader.read(1 << 16):
        body += chunk
        if len(body) > limit:
            raise _FloodError
    return bytes(body)


def _unreachable(shown: str, error: OSError | ValueError) -> DaemonError:
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return DaemonError(f"{shown} does not exist: no daemon of docker runs here", missing=True)
        case PermissionError():
            return DaemonError(f"{shown} cannot be asked: permission denied; run as root, or as a member of its group")
        case ConnectionRefusedError():
            return DaemonError(f"{shown} is there, but nobody listens on it", missing=True)
        case OSError() if error.strerror:
            return DaemonError(f"{shown} cannot be asked: {error.strerror.lower()}")
        case _:
            return DaemonError(f"{shown} is no path of a socket")


def _shown(socket: str) -> str:
    return printable(socket, 200)
