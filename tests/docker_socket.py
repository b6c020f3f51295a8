"""A daemon's socket: a Unix server in a thread that answers as the recorded daemons did, or as no daemon should."""

from __future__ import annotations

import contextlib
import json
import socketserver
import threading
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regtui.daemon import SOCKET
from regtui.daemon.answers import live_daemon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from regtui.daemon import LiveDaemon

RECORDED: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "data/daemon-info.json").read_text())
"""Engine -> what its daemon answered to `GET /info`, and the files of the host that it ran with under `host`."""


class Framing(StrEnum):
    """How a server tells where its answer ends."""

    LENGTH = "length"
    CHUNKED = "chunked"
    CLOSE = "close"


def framed(body: bytes, framing: Framing = Framing.LENGTH, status: str = "200 OK") -> bytes:
    """Return an answer with the body."""
    match framing:
        case Framing.LENGTH:
            return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status.encode(), len(body), body)
        case Framing.CHUNKED:
            pieces = [body[at : at + 1000] for at in range(0, len(body), 1000)]
            chunks = b"".join(b"%x;x=y\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
            return b"HTTP/1.1 %s\r\nTransfer-Encoding: chunked\r\n\r\n%s0\r\n\r\n" % (status.encode(), chunks)
        case Framing.CLOSE:
            return b"HTTP/1.1 %s\r\n\r\n%s" % (status.encode(), body)


class DockerSocket(socketserver.ThreadingUnixStreamServer):
    """Answers each request by its path; `requests` are the first lines of all that came."""

    daemon_threads = True

    def __init__(self, path: str, answer: Callable[[str], Iterator[bytes]]) -> None:
        super().__init__(path, _Talk)
        self.answer = answer
        self.requests: list[str] = []
        self.over = threading.Event()


class _Talk(socketserver.StreamRequestHandler):
    server: DockerSocket

    def handle(self) -> None:
        first = self.rfile.readline().decode("latin-1").strip()
        while self.rfile.readline().strip():
            pass
        self.server.requests.append(first)
        with contextlib.suppress(OSError):  # the client has enough
            for piece in self.server.answer(first.split(" ")[1]):
                self.wfile.write(piece)


@contextlib.contextmanager
def listening(path: str, answer: Callable[[str], Iterator[bytes]]) -> Iterator[DockerSocket]:
    """Yield a server on the path; it stops with the block."""
    with DockerSocket(path, answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()


def recorded(engine: str, framing: Framing = Framing.LENGTH, **instead: object) -> Callable[[str], Iterator[bytes]]:
    """Return the answers of a recorded daemon; `instead` replaces fields of its `/info`, `images` its list of them."""
    known = RECORDED[engine]
    images = instead.pop("images", known["GET /images/json"])
    bodies = {"/info": {**known["GET /info"], **instead}, "/version": known["GET /version"], "/images/json": images}

    def answer(path: str) -> Iterator[bytes]:
        yield framed(json.dumps(bodies[path]).encode(), framing)

    return answer


def always(*pieces: bytes) -> Callable[[str], Iterator[bytes]]:
    """Return the same answer to everything."""
    return lambda _path: iter(pieces)


def recorded_host(engine: str, root: Path) -> Path:
    """Write the files of the host that a recorded daemon ran with; return their root."""
    host = RECORDED[engine]["host"]
    files = {"etc/sysconfig/docker": host.get("sysconfig"), "etc/docker/daemon.json": host.get("daemon_json")}
    for name, content in files.items():
        if content is not None:
            (root / name).parent.mkdir(parents=True)
            (root / name).write_text(content if isinstance(content, str) else json.dumps(content))
    return root


def said(engine: str, **instead: object) -> LiveDaemon:
    """Return a recorded daemon, with fields of its `/info` replaced."""
    known = RECORDED[engine]
    return live_daemon(SOCKET, known["GET /version"], {**known["GET /info"], **instead}, known["GET /images/json"])
