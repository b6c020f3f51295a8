"""The access log of a world: every request and every connection that came to none, in order."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum


class Event(StrEnum):
    """What can become of a connection that carries no request."""

    TLS_FAILED = "tls-failed"
    TLS_HELLO_ON_PLAIN_HTTP = "tls-hello-on-plain-http"
    RESET = "reset"
    MALFORMED = "malformed-request"


_LONGEST = 65536  # a demo may run for days

VIA = "regtui-demo-via"
"""The header by which a pull-through cache of the world says, in its own requests, which host it is."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: `path` with its query as sent, the answer's status, the scheme of its Authorization header.

    `via` is the host of the world that asked on behalf of its own clients (a pull-through cache), else empty.
    """

    host: str
    scheme: str
    method: str
    path: str
    status: int
    auth: str | None
    via: str = ""

    def as_trace(self) -> dict[str, str | int | None]:
        """Return the entry as recorded cases write it."""
        return {
            "host": self.host,
            "scheme": self.scheme,
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "auth": self.auth,
        }


@dataclass(frozen=True, slots=True)
class Happened:
    """A connection that ended before a request; `why` names the cause that the server saw."""

    host: str
    event: Event
    why: str = ""

    def as_trace(self) -> dict[str, str | int | None]:
        """Return the entry as recorded cases write it, without the cause."""
        return {"host": self.host, "event": self.event.value}


Entry = Asked | Happened


class AccessLog:
    """Entries in the order in which their answers were sent, the latest of them. Appending is safe between threads."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=_LONGEST)

    def append(self, entry: Entry) -> None:
        """Add an entry."""
        self._entries.append(entry)

    def clear(self) -> None:
        """Forget all entries."""
        self._entries.clear()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return all entries so far."""
        return tuple(self._entries)

    @property
    def requests(self) -> tuple[Asked, ...]:
        """Return the requests so far, those of pull-through caches included."""
        return tuple(entry for entry in self._entries if isinstance(entry, Asked))

    def trace(self) -> list[dict[str, str | int | None]]:
        """Return what the world's clients did, in the form of a recorded case's `trace`."""
        return [entry.as_trace() for entry in self.entries if not (isinstance(entry, Asked) and entry.via)]
