"""The certificates of the demo's own world, which nothing outside the demo trusts."""

from __future__ import annotations

import ssl
from importlib import resources
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from regtui.demo.spec import Listen


_FOLDER = resources.files("regtui.demo") / "certificates"
"""Not a path: in a zip archive these are no files."""


class Certificates(Protocol):
    """Where a world's servers get their certificates."""

    @property
    def authorities(self) -> str:
        """Return the PEM text of the authority that signed the good ones: what a client of the world trusts."""
        ...

    def context(self, kind: Listen, hostname: str) -> ssl.SSLContext:
        """Return a server's context with the certificate that a host of this kind shows. May be shared."""
        ...


def server_context() -> ssl.SSLContext:
    """Return a server's context without a certificate.

    No session tickets: a client that closes right after the handshake would find them unread, and its close would
    reach the server as a reset.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.num_tickets = 0
    context.set_alpn_protocols(["http/1.1"])
    return context


class ShippedCertificates:
    """The files beside this module: `authority.pem`, and one `HOST.pem` with certificate and key for each TLS host."""

    def __init__(self) -> None:
        self._contexts: dict[str, ssl.SSLContext] = {}

    @property
    def authorities(self) -> str:
        """Return the PEM text of the demo's authority."""
        return _FOLDER.joinpath("authority.pem").read_text("ascii")

    def context(self, kind: Listen, hostname: str) -> ssl.SSLContext:
        """Return the context of one of the demo's hosts; its file holds the certificate of the host's own kind."""
        del kind
        if hostname not in self._contexts:
            context = server_context()
            with resources.as_file(_FOLDER / f"{hostname}.pem") as path:
                context.load_cert_chain(path)
            self._contexts[hostname] = context
        return self._contexts[hostname]
