"""A `Dialer` whose connections begin on the far host; its errors are those that connect(2) had there."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from typing import TYPE_CHECKING

from regtui.outcome import Stage, Trouble
from regtui.registry.errors import NetworkError
from regtui.ssh.mux import MuxError, open_way
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from regtui.host.model import Address
    from regtui.ssh.mux import Way
    from regtui.ssh.shell import FarShell

Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_BY_WORDS = {os.strerror(number).lower(): number for number in errno.errorcode}
"""sshd prints strerror(3) in English, and so does Python without a locale of its own."""
_CONNECT_FAILED = "connect failed: "
_WORDS_SECONDS = 0.2
"""Seconds in which ssh says why it refused a channel: its words come beside the refusal, not with it."""
_END_SECONDS = 0.1
"""Seconds in which the end of ssh itself is noticed, where a channel has ended."""
_LOOKS = 20


class FarDialer:
    """Dials through the ssh of a run: what travels there is what would, TLS is made here."""

    def __init__(self, shell: FarShell) -> None:
        self._shell = shell
        self._shown = printable(shell.host, 100)

    async def dial(self, address: Address, port: int, host: str = "") -> Pair:  # noqa: ARG002 - the protocol's
        """Return a connected pair, or raise OSError as the far host's connect(2) gave it.

        NetworkError where it is ssh that does not let the connection through: docker there may be more lucky.
        """
        try:
            way = await open_way(self._shell.control, str(address), port)
        except MuxError as error:
            if not error.refused:
                raise self._no_way(self._lost()) from error
            raise await self._refused(f"{address}:{port}") from error
        return await _streams(way, _Source(self._shell, way.control, lambda: self._no_way(self._lost())))

    async def _refused(self, where: str) -> OSError | NetworkError:
        """Return what the far side's reason stands for; ssh has printed it before it told of the refusal."""
        reason = ""
        for _ in range(_LOOKS):
            if reason := self._shell.refusal(where):
                break
            await asyncio.sleep(_WORDS_SECONDS / _LOOKS)
        kind, _, cause = reason.partition(": ")
        number = _BY_WORDS.get(cause.strip().lower())
        if kind + ": " == _CONNECT_FAILED and number is not None:
            return OSError(number, os.strerror(number))
        if kind == "administratively prohibited":
            return self._no_way(f"the sshd of {self._shown} lets no connection through to {where}")
        return self._no_way(f"{self._shown} did not connect to {where}: {reason or 'no reason was given'}")

    def _lost(self) -> str:
        error = self._shell.lost
        return str(error) if error is not None else f"the connection to {self._shown} is lost"

    @staticmethod
    def _no_way(sentence: str) -> NetworkError:
        return NetworkError(
            Stage.TCP, Trouble.NO_ROUTE, sentence, go="dial tcp: connect: no route to host", own_limit=True
        )


class _Source(asyncio.StreamReader):
    """The reading end; its end is told from the end of ssh, which is no deed of the server's."""

    def __init__(self, shell: FarShell, control: socket.socket, lost: Callable[[], NetworkError]) -> None:
        super().__init__(loop=asyncio.get_running_loop())
        self._shell = shell
        self._control = control
        self._lost = lost

    async def read(self, n: int = -1) -> bytes:
        data = await super().read(n)
        if not data and n and await self._has_ssh_ended():
            raise self._lost()
        return data

    async def _has_ssh_ended(self) -> bool:
        """Tell why nothing more comes: ssh closes the socket that keeps the way, too, when it ends or the way does."""
        try:
            if self._control.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT):
                return False
        except BlockingIOError:
            return False
        except OSError:
            pass  # closed here, or reset
        for _ in range(_LOOKS):
            if self._shell.ended:
                return True
            await asyncio.sleep(_END_SECONDS / _LOOKS)
        return False


class _Sink(asyncio.StreamReaderProtocol):
    """The writing end; when it is closed, what belongs to it is closed too."""

    def __init__(self, incoming: asyncio.Transport, control: socket.socket) -> None:
        super().__init__(asyncio.StreamReader(loop=asyncio.get_running_loop()))
        self._incoming = incoming
        self._control = control

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._incoming.abort()
        self._control.close()


async def _streams(way: Way, source: asyncio.StreamReader) -> Pair:
    """Return the two ends of a way as one pair."""
    loop = asyncio.get_running_loop()
    try:
        incoming, _ = await loop.create_connection(lambda: asyncio.StreamReaderProtocol(source), sock=way.source)
        protocol = _Sink(incoming, way.control)
        outgoing, _ = await loop.create_connection(lambda: protocol, sock=way.sink)
    except BaseException:
        way.close()
        raise
    return source, asyncio.StreamWriter(outgoing, protocol, source, loop)
