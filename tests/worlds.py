"""Certificates for worlds of registries, made on the fly: good ones, self-signed, expired, for another host."""

from __future__ import annotations

import datetime
import functools
import ipaddress
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from regtui.demo.certificates import server_context
from regtui.demo.spec import Listen

if TYPE_CHECKING:
    import ssl
    from collections.abc import Sequence

    from regtui.demo.spec import WorldSpec

ELSEWHERE = "elsewhere.example"
"""The only name in a `wronghost` certificate."""

_DAY = datetime.timedelta(days=1)
_CLIENT_AND_SERVER = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)


class Issued:
    """A certificate and its key as PEM text."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self.certificate = certificate.public_bytes(serialization.Encoding.PEM).decode()
        self.key = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()


class Authority:
    """A private certificate authority. Its own certificate begins and ends with the given dates."""

    def __init__(self, name: str, begin: datetime.datetime, end: datetime.datetime) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = (
            _builder(name, name, self._key, begin, end)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(authority=True), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.pem = Issued(self._certificate, self._key).certificate

    def issue(self, hosts: Sequence[str], begin: datetime.datetime, end: datetime.datetime) -> Issued:
        """Return a server and client certificate for the hosts."""
        key = ec.generate_private_key(ec.SECP256R1())
        issuer = self._certificate.subject.rfc4514_string().removeprefix("CN=")
        builder = _leaf(_builder(hosts[0], issuer, key, begin, end), hosts).add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
        )
        return Issued(builder.sign(self._key, hashes.SHA256()), key)


def self_signed(host: str, begin: datetime.datetime, end: datetime.datetime) -> Issued:
    """Return a certificate that nobody but its own key has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    return Issued(_leaf(_builder(host, host, key, begin, end), [host]).sign(key, hashes.SHA256()), key)


def _builder(
    subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, begin: datetime.datetime, end: datetime.datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _leaf(builder: x509.CertificateBuilder, hosts: Sequence[str]) -> x509.CertificateBuilder:
    return (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(_CLIENT_AND_SERVER), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(host) for host in hosts]), critical=False)
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


class WorldCertificates:
    """What the servers of recorded worlds show, one certificate for each kind and host, made at first use."""

    def __init__(self) -> None:
        self._now = datetime.datetime.now(datetime.UTC)
        self._authority = Authority("regtui test authority", self._now - 30 * _DAY, self._now + 30 * _DAY)
        self._issued: dict[tuple[Listen, str], Issued] = {}
        self._contexts: dict[tuple[Listen, str], ssl.SSLContext] = {}

    @property
    def authorities(self) -> str:
        """Return the PEM text of the authority that the daemons of recorded cases trusted."""
        return self._authority.pem

    def issued(self, kind: Listen, hostname: str) -> Issued:
        """Return the certificate that a server of this kind shows for the host."""
        key = (kind, hostname)
        if key not in self._issued:
            self._issued[key] = self._issue(kind, hostname)
        return self._issued[key]

    def _issue(self, kind: Listen, hostname: str) -> Issued:
        begin, end = self._now - _DAY, self._now + 20 * _DAY
        match kind:
            case Listen.SELFSIGNED:
                return self_signed(hostname, begin, end)
            case Listen.EXPIRED:
                return self._authority.issue([hostname], self._now - 20 * _DAY, self._now - 2 * _DAY)
            case Listen.WRONGHOST:
                return self._authority.issue([ELSEWHERE], begin, end)
            case _:
                return self._authority.issue([hostname], begin, end)

    def context(self, kind: Listen, hostname: str) -> ssl.SSLContext:
        """Return a server's context for `regtui.demo.world.World`."""
        key = (kind, hostname)
        if key not in self._contexts:
            issued = self.issued(kind, hostname)
            context = server_context()
            with tempfile.TemporaryDirectory() as folder:
                chain = Path(folder) / "chain.pem"
                chain.write_text(issued.key + issued.certificate)
                context.load_cert_chain(chain)
            self._contexts[key] = context
        return self._contexts[key]

    def file(self, text: str) -> str:
        """Return the content of a file of a row's `certsd`: `@KIND:HOST` names a certificate, all else is itself."""
        kind, separator, host = text.removeprefix("@").partition(":")
        if not text.startswith("@") or not separator:
            return text
        return self.issued(Listen(kind), host.partition(":")[0].lower()).certificate


@functools.cache
def world_certificates() -> WorldCertificates:
    """Return the certificates that all worlds of a test run share."""
    return WorldCertificates()


def certificates_for(spec: WorldSpec) -> WorldCertificates:
    """Return the shared certificates, with those of the world's TLS hosts already made."""
    certificates = world_certificates()
    for host in spec.hosts:
        if host.listen.speaks_tls:
            certificates.context(host.listen, host.hostname)
    return certificates
