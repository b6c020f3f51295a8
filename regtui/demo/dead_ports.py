"""Ports on loopback at which no connection is made: one drops SYNs as a firewall does, one refuses."""

from __future__ import annotations

import socket

_FILLERS = 4  # one more than a backlog of 0 takes would do; the rest make it certain


class BlackHole:
    """A listener that never accepts, with its queue of connections full (Linux drops what comes then)."""

    def __init__(self) -> None:
        self._sockets = [socket.create_server(("127.0.0.1", 0), backlog=0)]
        self.number: int = self._sockets[0].getsockname()[1]
        for _ in range(_FILLERS):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", self.number))
            self._sockets.append(filler)

    def close(self) -> None:
        """Let everything go."""
        for each in self._sockets:
            each.close()


class ClosedDoor:
    """A port that is taken and not listened at: a connection to it is refused, for as long as this object lives."""

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.number: int = self._socket.getsockname()[1]

    def close(self) -> None:
        """Give the port back."""
        self._socket.close()
