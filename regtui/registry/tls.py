"""TLS contexts that judge as the engines do: whom to trust, what to show a server that asks, what not to check."""

from __future__ import annotations

import contextlib
import os
import ssl
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.registry.errors import CertificatesError
from regtui.registry.pem import Block, blocks
from regtui.registry.x509text import MalformedError, read_certificate
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.certs import ClientPair

_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:RSA+AESGCM:RSA+AES:!aNULL:!eNULL:!PSK:!AESCCM:!CAMELLIA:!ARIA"
"""Go's cipher suites for TLS 1.2: no finite-field Diffie-Hellman, and RSA key exchange for old servers."""

# The bundles of Linux distributions in the order in which Go looks for them (crypto/x509/root_linux.go).
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


@dataclass(frozen=True, slots=True)
class TlsRules:
    """How one registry's TLS is judged: not at all where `verify` is off (an insecure registry).

    `authorities` are the PEM texts of certs.d's `*.crt` files, trusted besides the system's.
    """

    verify: bool = True
    authorities: tuple[bytes, ...] = ()
    client_pairs: tuple[ClientPair, ...] = ()


SECURE = TlsRules()
INSECURE = TlsRules(verify=False)


class Trust:
    """Whom to trust: the system's authorities and some more. Makes TLS contexts, and keeps them.

    Reading the system's authorities takes 20 ms, so a context is made when it is first needed.
    """

    def __init__(self, *, system: bool = True, authorities: tuple[bytes, ...] = ()) -> None:
        """`authorities` are PEM texts, trusted besides the system's, or alone where `system` is off."""
        self._system = system
        self._authorities = authorities
        self._contexts: dict[TlsRules, ssl.SSLContext] = {}

    def context(self, rules: TlsRules) -> ssl.SSLContext:
        """Return the context for these rules. CertificatesError where a client pair cannot be used.

        It checks the chain of a server's certificate and not its names: Go compares names otherwise than OpenSSL,
        and `handshake.secure` does it as Go does.
        """
        if rules not in self._contexts:
            self._contexts[rules] = self._make(rules)
        return self._contexts[rules]

    def _make(self, rules: TlsRules) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
        if rules.verify:
            # Level 1 takes RSA keys of 1024 bits and refuses SHA-1, as Go does; distributions set 2.
            context.set_ciphers(f"{_CIPHERS}:@SECLEVEL=1")
            # Go takes any certificate of its pool for the end of a chain, and does not insist on what STRICT asks for.
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_TRUSTED_FIRST
            context.verify_flags &= ~ssl.VERIFY_X509_STRICT
            if self._system:
                _trust_system(context)
            for text in (*self._authorities, *rules.authorities):
                _trust(context, text)
        else:
            context.verify_mode = ssl.CERT_NONE
            context.set_ciphers(f"{_CIPHERS}:@SECLEVEL=0")
        for pair in reversed(rules.client_pairs):  # of several that suit, Go shows the first, OpenSSL the last
            _show(context, pair)
        return context


def _trust_system(context: ssl.SSLContext) -> None:
    """Load what SSL_CERT_FILE and SSL_CERT_DIR name, or the system's own; a missing file is an empty one, as in Go."""
    context.set_default_verify_paths()
    paths = ssl.get_default_verify_paths()
    if paths.openssl_cafile_env in os.environ or (paths.cafile and Path(paths.cafile).is_file()):
        return
    # A Python that brings its own OpenSSL looks where nobody put anything.
    bundle = next((bundle for bundle in _BUNDLES if Path(bundle).is_file()), None)
    if bundle is not None:
        with contextlib.suppress(OSError):
            context.load_verify_locations(cafile=bundle)


def _trust(context: ssl.SSLContext, text: bytes) -> None:
    """Trust each certificate of a PEM text that can be read; Go passes over the rest without a word."""
    for block in blocks(text):
        if block.label == "CERTIFICATE" and not block.has_headers:
            with contextlib.suppress(ssl.SSLError, ValueError):
                context.load_verify_locations(cadata=block.der)


def _show(context: ssl.SSLContext, pair: ClientPair) -> None:
    """Load a client certificate and its key, or say what Go's tls.LoadX509KeyPair says (crypto/tls/tls.go)."""
    go = _fault(pair)
    if go:
        raise _refused(pair, go)
    try:
        with _as_file(pair.certificate) as certificate, _as_file(pair.key) as key:
            context.load_cert_chain(certificate, key, password=_no_passphrase)
    except ssl.SSLError as error:
        go = {
            "KEY_VALUES_MISMATCH": "tls: private key does not match public key",
            "NO_CERTIFICATE_ASSIGNED": "tls: private key type does not match public key type",
        }.get(error.reason, "tls: failed to parse private key")
        raise _refused(pair, go) from error
    except (OSError, ValueError) as error:  # ValueError: the refused passphrase
        raise _refused(pair, "tls: failed to parse private key") from error


def _no_passphrase() -> bytes:
    raise ValueError("the key is encrypted")  # without a callback, OpenSSL would ask on the terminal


def _fault(pair: ClientPair) -> str:
    """Return what is wrong with the PEM texts of a pair, nothing where they have what they should."""
    certificates, keys = blocks(pair.certificate), blocks(pair.key)
    if not certificates:
        return "tls: failed to find any PEM data in certificate input"
    if not any(block.label == "CERTIFICATE" for block in certificates):
        if len(certificates) == 1 and certificates[0].label.endswith("PRIVATE KEY"):
            return (
                "tls: failed to find certificate PEM data in certificate input, but did find a private key; "
                "PEM inputs may have been switched"
            )
        return (
            'tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the '
            f"following types: {_labels(certificates)}"
        )
    try:
        read_certificate(next(block.der for block in certificates if block.label == "CERTIFICATE"))
    except MalformedError:
        return "x509: malformed certificate"
    if not keys:
        return "tls: failed to find any PEM data in key input"
    if not any(block.label == "PRIVATE KEY" or block.label.endswith(" PRIVATE KEY") for block in keys):
        if len(keys) == 1 and keys[0].label == "CERTIFICATE":
            return "tls: found a certificate rather than a key in the PEM for the private key"
        return (
            'tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of '
            f"the following types: {_labels(keys)}"
        )
    return ""


def _labels(found: tuple[Block, ...]) -> str:
    return "[" + " ".join(printable(block.label, 60) for block in found[:20]) + "]"


def _refused(pair: ClientPair, go: str) -> CertificatesError:
    files = f"{printable(pair.certificate_file)} and {printable(pair.key_file)}"
    cause = go.removeprefix("tls: ").removeprefix("x509: ")
    return CertificatesError(f"the client certificate in {files} cannot be used: {cause}", go=go)


@contextlib.contextmanager
def _as_file(data: bytes) -> Iterator[str]:
    """Give bytes a path for as long as OpenSSL reads them: in memory, or in a file that only this user can read."""
    try:
        number = os.memfd_create("pem")
    except (OSError, AttributeError):  # older than Linux 3.17, or another system
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            yield file.name
        return
    with os.fdopen(number, "wb") as memory:
        memory.write(data)
        memory.flush()
        yield f"/proc/self/fd/{number}"
