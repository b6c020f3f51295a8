"""TLS on top of a connection, done in memory: after a failure the certificate and the first bytes are at hand."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from typing import TYPE_CHECKING, Any

from regtui.outcome import Stage, Trouble
from regtui.registry import alerts, failures, limits
from regtui.registry.stream import CHUNK
from regtui.registry.x509text import MalformedError, matches, read_certificate
from regtui.registry.x509verdict import Rejected, judge, local_time

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from regtui.registry.stream import Link


class TlsLink:
    """TLS inside of another link."""

    def __init__(self, link: Link, context: ssl.SSLContext, host: str) -> None:
        """`host` goes to the server as SNI, unless it is an address. ValueError where it cannot."""
        self.remote = link.remote
        self.local = link.local
        self.records = alerts.Records()
        self._link = link
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)

    async def handshake(self) -> bool:
        """Do the handshake; False where the server closed the connection. OSError, which ssl.SSLError is too."""
        while True:
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._flush()
                data = await self._link.receive()
                self.records.feed(data)
                if not data or self.records.count > limits.HANDSHAKE_BYTES:
                    return False
                self._incoming.write(data)
            else:
                await self._flush()
                return True

    async def receive(self) -> bytes:
        """Return at most 64 KiB, nothing at the end, be it announced or not."""
        while True:
            try:
                return self.tls.read(CHUNK)
            except ssl.SSLZeroReturnError:
                return b""
            except ssl.SSLWantReadError:
                await self._flush()
                data = await self._link.receive()
                if not data:
                    return b""
                self._incoming.write(data)

    async def send(self, data: bytes) -> None:
        """Send all of it."""
        view = memoryview(data)
        while view:
            view = view[self.tls.write(view) :]
        await self._flush()

    async def _flush(self) -> None:
        if self._outgoing.pending:
            await self._link.send(self._outgoing.read())

    async def say_why(self) -> None:
        """Send the alert that a failed handshake left, for the server's log; it does not matter whether it arrives."""
        with contextlib.suppress(OSError):
            async with asyncio.timeout(0.1):
                await self._flush()

    def abort(self) -> None:
        """Close at once."""
        self._link.abort()


async def secure(
    link: Link, context: ssl.SSLContext, host: str, *, limit: float, now: Callable[[], datetime] = local_time
) -> TlsLink:
    """Speak TLS with `host` on a connection, and return the link inside, or raise `NetworkError` at stage tls.

    Unless the context checks nothing, the certificate must have a chain to what the context trusts and be for the
    host. The link stays open on failure; the caller closes it.
    """
    name = host.removesuffix(".")
    try:
        inner = TlsLink(link, context, name)
    except ValueError as error:  # UnicodeError too: a label that no certificate can have
        go = f"x509: certificate is not valid for any names, but wanted to match {host}"
        raise failures.protocol(
            Stage.TLS, f"no certificate can be for {host}", go, trouble=Trouble.CERTIFICATE
        ) from error
    timer = asyncio.timeout(limit)
    try:
        async with timer:
            finished = await inner.handshake()
    except ssl.SSLCertVerificationError as error:
        await inner.say_why()
        raise judge(_rejected(inner, host, error.verify_code, now())) from error
    except ssl.SSLError as error:
        raise alerts.no_tls(inner.records, link.remote) or alerts.in_handshake(
            error, inner.records, link.remote
        ) from error
    except OSError as error:  # TimeoutError is one, be it the timer's or the kernel's
        if timer.expired():
            raise failures.tls_timeout(link.remote, limit) from error
        raise failures.broken(Stage.TLS, link.local, link.remote, error) from error
    if not finished:
        raise alerts.no_tls(inner.records, link.remote) or failures.closed(
            Stage.TLS, link.remote, midway=inner.records.midway
        )
    if context.verify_mode is not ssl.CERT_NONE:
        _check_name(inner, host, now)
    return inner


def _check_name(inner: TlsLink, host: str, now: Callable[[], datetime]) -> None:
    der = inner.tls.getpeercert(binary_form=True)
    with contextlib.suppress(MalformedError):  # then the verdict says so
        if der and matches(read_certificate(der), host):
            return
    raise judge(_rejected(inner, host, 0, now()))


def _rejected(inner: TlsLink, host: str, code: int, now: datetime) -> Rejected:
    return Rejected(
        chain=unverified_chain(inner.tls),
        host=host.removesuffix("."),
        code=code,
        roots=tuple(inner.tls.context.get_ca_certs(binary_form=True)),
        now=now,
    )


def unverified_chain(tls: ssl.SSLObject) -> tuple[bytes, ...]:
    """Return the certificates that the server sent, leaf first, as DER; also after a failed handshake.

    Public from Python 3.13 on; before, the same call exists on the object that `SSLObject` wraps.
    """
    source: Any = tls if hasattr(tls, "get_unverified_chain") else getattr(tls, "_sslobj")  # noqa: B009 - not typed
    chain = source.get_unverified_chain() or ()
    return tuple(item if isinstance(item, bytes) else ssl.PEM_cert_to_DER_cert(item.public_bytes()) for item in chain)
