"""Certificates of every kind that a registry may show, good and bad."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import os
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)


def new_key(kind: str = "ec") -> Key:
    """Make a key: `ec`, or `rsa`."""
    return ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)


@dataclass(frozen=True)
class Issued:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> bytes:
        """The certificate in PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def der(self) -> bytes:
        """The certificate in DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def key_pem(self, passphrase: bytes = b"", *, traditional: bool = False) -> bytes:
        """The key in PEM, encrypted where there is a passphrase."""
        shape = serialization.PrivateFormat.TraditionalOpenSSL if traditional else serialization.PrivateFormat.PKCS8
        lock = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
        return self.key.private_bytes(serialization.Encoding.PEM, shape, lock)


def issue(
    name: str = "leaf",
    by: Issued | None = None,
    *,
    dns: Sequence[str] = (),
    ip: Sequence[str] = (),
    days: tuple[float, float] = (-1, 365),
    authority: bool | None = None,
    path_length: int | None = None,
    usages: Sequence[x509.ObjectIdentifier] = (),
    extra: x509.ExtensionType | None = None,
    organization: str = "",
    key: Key | None = None,
) -> Issued:
    """Issue a certificate, signed by itself where nobody else is given; `days` from now are its time."""
    key = key or new_key()
    attributes = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization)] if organization else []
    attributes += [x509.NameAttribute(NameOID.COMMON_NAME, name)] if name else []
    subject = x509.Name(attributes)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + dt.timedelta(days=days[0]))
        .not_valid_after(NOW + dt.timedelta(days=days[1]))
    )
    names: list[x509.GeneralName] = [x509.DNSName(text) for text in dns]
    names += [x509.IPAddress(ipaddress.ip_address(text)) for text in ip]
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if authority is not None:
        builder = builder.add_extension(x509.BasicConstraints(authority, path_length), critical=True)
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    if extra is not None:
        builder = builder.add_extension(extra, critical=True)
    return Issued(builder.sign(by.key if by else key, hashes.SHA256()), key)


def server_of(leaf: Issued, *chain: Issued) -> ssl.SSLContext:
    """Return a server's context that shows a certificate and its chain."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with in_memory(leaf.pem + b"".join(link.pem for link in chain) + leaf.key_pem()) as path:
        context.load_cert_chain(path)
    return context


@contextlib.contextmanager
def in_memory(data: bytes) -> Iterator[str]:
    """Give bytes a path that nothing else can read."""
    number = os.memfd_create("test")
    with os.fdopen(number, "wb") as file:
        file.write(data)
        file.flush()
        yield f"/proc/self/fd/{number}"
