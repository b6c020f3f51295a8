"""One journal of everything that several real servers print, in its true order."""

from __future__ import annotations

import re
import socket
import threading
from dataclasses import dataclass

import pytest

PATIENCE = 20.0
"""Seconds until a server that says nothing is a failure; it starts in a fraction of one."""


ACCESS = re.compile(
    r'^\S+ - \S+ \[[^]]*\] "(?P<method>\S+) (?P<path>\S+) \S+" (?P<status>\d+) \S+ "[^"]*" "(?P<agent>.*)"$'
)


@dataclass(frozen=True, slots=True)
class Request:
    """One line of a server's access log."""

    server: str
    method: str
    path: str
    status: int
    agent: str

    def __str__(self) -> str:
        return f"{self.server}: {self.method} {self.path} {self.status}"


class Journal:
    """All that the servers print, in the order in which they printed it.

    Each server's output is a datagram socket to one queue of the kernel's, so lines of different servers have a true
    order. A registry writes a request's line before it sends the end of the answer, so a client that has its answer
    finds the line here.
    """

    def __init__(self) -> None:
        self._queue = _datagram_socket()
        self._names: dict[object, str] = {}
        self._requests: list[Request] = []
        self._prints: list[tuple[str, str]] = []
        self._marks = 0
        self._changed = threading.Condition()
        self._own = self.connect("")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def connect(self, name: str) -> socket.socket:
        """Return the socket that is to be the output of the server of that name."""
        output = _datagram_socket()
        output.connect(self._queue.getsockname())
        self._names[output.getsockname()] = name
        return output

    def take(self, *servers: str) -> list[str]:
        """Return what was asked since the last call (of these servers, else of all) as `SERVER: METHOD PATH STATUS`."""
        return [str(request) for request in self.take_requests() if not servers or request.server in servers]

    def take_requests(self) -> list[Request]:
        """Return the requests that were answered since the last call."""
        self._settle()
        with self._changed:
            taken, self._requests = self._requests, []
        return taken

    def wait_for(self, name: str, pattern: re.Pattern[str]) -> str:
        """Wait until the server prints a line with the pattern, and return its first group."""
        with self._changed:
            found = self._changed.wait_for(lambda: self._search(name, pattern), PATIENCE)
        if found is None:
            pytest.fail(f"{name} did not print {pattern.pattern!r} but:\n{self.prints(name)}")
        return found[1]

    def prints(self, name: str) -> str:
        """Return what the server printed besides its access log."""
        return "\n".join(line for server, line in self._prints if server == name)

    def close(self) -> None:
        """Stop reading."""
        self._own.send(b"end")
        self._reader.join(PATIENCE)
        self._own.close()
        self._queue.close()

    def _search(self, name: str, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return next(
            (match for server, line in self._prints if server == name and (match := pattern.search(line))), None
        )

    def _settle(self) -> None:
        """Return when everything that was printed until now has been read."""
        with self._changed:
            mark = self._marks + 1
            self._own.send(b"mark")
            assert self._changed.wait_for(lambda: self._marks >= mark, PATIENCE), "the journal's reader is gone"

    def _read(self) -> None:
        while True:
            data, sender = self._queue.recvfrom(65536)
            name, lines = self._names[sender], data.decode(errors="replace").splitlines()
            with self._changed:
                if data == b"end" and not name:
                    return
                if not name:
                    self._marks += 1
                for line in lines if name else ():
                    if access := ACCESS.match(line):
                        method, path, status, agent = access.group("method", "path", "status", "agent")
                        self._requests.append(Request(name, method, path, int(status), agent))
                    else:
                        self._prints.append((name, line))
                self._changed.notify_all()


def _datagram_socket() -> socket.socket:
    """Return a local datagram socket with a name of the kernel's choice."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    made.bind("")
    return made
