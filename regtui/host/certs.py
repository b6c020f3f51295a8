"""A registry's directory below /etc/docker/certs.d, as the engine reads it before its first request."""

from __future__ import annotations

import base64
import binascii
from dataclasses import field
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.files import FileTrouble, TroubleKind
from regtui.host.model import EngineName, Finding, Severity, Source
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.files import FileSource, FileText

CERTS_LIMIT = 8 << 20  # bytes; a bundle of every public authority is a tenth of it
DIRECTORY_LIMIT = 32 << 20  # bytes of all files of one directory; what is beyond it is told and left out
_BEGIN = b"-----BEGIN "
_END = b"-----END "
_DASHES = b"-----"
_NO_DIRECTORY = "not a directory"
# What dockerd, running as root, meets too; anything else says only that this user may not read the file.
_ROOT_FAILS_TOO = (TroubleKind.MISSING, TroubleKind.DIRECTORY, TroubleKind.LOOP)


@dataclass(frozen=True, slots=True)
class ClientPair:
    """A client certificate and its key: where they lie on the host, and their PEM."""

    certificate_file: str
    key_file: str
    certificate: bytes = field(repr=False)
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CertsDirectory:
    """What the engine takes from one directory.

    `authorities` are path and PEM of each `*.crt`, added to the system's. With an `error`, in the engine's words, no
    request is made, and the rest is what was read before it. `unreadable` are files that the engine, being root, reads
    and regtui cannot: what the registry answers the engine is not known then.
    """

    path: str = ""
    authorities: tuple[tuple[str, bytes], ...] = ()
    pairs: tuple[ClientPair, ...] = ()
    error: str | None = None
    unreadable: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


class _CertsError(Exception):
    """The engine's own error about the directory."""


def read_certs(files: FileSource, directory: str, engine: EngineName = EngineName.RHEL_DOCKER) -> CertsDirectory:
    """Read a directory such as `/etc/docker/certs.d/quay.io` (registry/registry.go:59-103); missing is empty.

    Files are taken in the order of their names, and the first error ends it. Never raises.
    """
    reader = _Reader(files, directory.rstrip("/"), engine)
    error = None
    try:
        reader.run()
    except _CertsError as reason:
        error = str(reason)
    return CertsDirectory(
        reader.directory,
        tuple(reader.authorities),
        tuple(reader.pairs),
        error,
        tuple(reader.unreadable),
        tuple(reader.findings),
    )


def pem_blocks(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield type and content of each PEM block; what Go cannot decode is passed over (encoding/pem, Decode)."""
    kind: bytes | None = None
    body: list[bytes] = []
    for raw in data.split(b"\n"):
        line = raw.rstrip(b" \t\r")
        if line.startswith(_BEGIN) and line.endswith(_DASHES):
            kind = line[len(_BEGIN) : -len(_DASHES)]
            body = []
        elif kind is not None and line == _END + kind + _DASHES:
            content = _content(body)
            if content is not None:
                yield kind.decode("utf-8", "replace"), content
            kind = None
        else:
            body.append(line)


def _content(lines: list[bytes]) -> bytes | None:
    at = 0
    while at < len(lines) and b":" in lines[at]:  # headers, as of an encrypted key
        at += 1
    try:
        return base64.b64decode(b"".join(b"".join(lines[at:]).split()), validate=True)
    except binascii.Error:
        return None


class _Reader:
    """One directory's files, in the engine's order."""

    def __init__(self, files: FileSource, directory: str, engine: EngineName) -> None:
        self.directory = directory
        self.authorities: list[tuple[str, bytes]] = []
        self.pairs: list[ClientPair] = []
        self.unreadable: list[str] = []
        self.findings: list[Finding] = []
        self._files = files
        self._engine = engine
        self._room = DIRECTORY_LIMIT

    def run(self) -> None:
        names = self._files.entries(self.directory)
        if isinstance(names, FileTrouble):
            if names.kind is not TroubleKind.MISSING:
                self._failed(names, self._cannot_list(names))
            return
        for name in names:
            if name.endswith(".crt"):
                self._authority(name)
            elif name.endswith(".cert"):
                self._pair(name, name.removesuffix(".cert") + ".key", names)
            elif name.endswith(".key"):
                certificate = name.removesuffix(".key") + ".cert"
                if certificate not in names:
                    word = "missing" if self._engine is EngineName.PODMAN else "Missing"
                    raise _CertsError(f"{word} client certificate {certificate} for key {name}")
            elif name.endswith((".pem", ".cer", ".ca")):
                why = f"{printable(name)} is not read; a certificate authority needs the ending .crt"
                self._note("certs-ignored", name, why, f"mv {name} {name.rpartition('.')[0]}.crt", Severity.NOTE)

    def _cannot_list(self, trouble: FileTrouble) -> str:
        if trouble.cause != _NO_DIRECTORY:
            return trouble.as_go
        return f"readdirent{'' if self._engine is EngineName.RHEL_DOCKER else f' {self.directory}'}: {trouble.cause}"

    def _authority(self, name: str) -> None:
        text = self._read(name)
        if isinstance(text, FileTrouble):
            if self._engine is EngineName.PODMAN and text.kind is TroubleKind.MISSING:
                self._note("certs-dangling", name, f"{printable(name)} leads nowhere; podman passes it over")
            else:
                self._failed(text, text.as_go)
            return
        self.authorities.append((text.path, text.data))
        certificates = [content for kind, content in pem_blocks(text.data) if kind == "CERTIFICATE"]
        if not certificates:
            why = f"{printable(name)} holds no certificate in PEM form, and the engine does not say so"
            self._note("certs-garbage", name, why, "write the authority's certificate into it, in PEM form")
        elif not any(map(_is_certificate, certificates)):
            why = f"{printable(name)} holds no certificate that can be read, and the engine does not say so"
            self._note("certs-garbage", name, why)
        if any(kind.endswith("PRIVATE KEY") for kind, _ in pem_blocks(text.data)):
            self._note(
                "certs-key-in-crt", name, f"{printable(name)} holds a private key too, which does not belong there"
            )

    def _pair(self, name: str, key_name: str, names: tuple[str, ...]) -> None:
        if key_name not in names:
            if self._engine is EngineName.RHEL_DOCKER:
                word, end = "Missing", "."
            else:
                word, end = "missing", ""
            note = f"Note that CA certificates should use the extension .crt{end}"
            raise _CertsError(f"{word} key {key_name} for client certificate {name}. {note}")
        certificate = self._required(name)
        key = self._required(key_name)
        if certificate is None or key is None:
            return
        if (reason := pair_error(certificate.data, key.data)) is not None:
            raise _CertsError(reason)
        self.pairs.append(ClientPair(certificate.path, key.path, certificate.data, key.data))

    def _required(self, name: str) -> FileText | None:
        text = self._read(name)
        if isinstance(text, FileTrouble):
            self._failed(text, text.as_go)
            return None
        return text

    def _read(self, name: str) -> FileText | FileTrouble:
        text = self._files.read(f"{self.directory}/{name}", min(CERTS_LIMIT, self._room))
        if not isinstance(text, FileTrouble):
            self._room -= len(text.data)
        return text

    def _failed(self, trouble: FileTrouble, reason: str) -> None:
        if trouble.kind in _ROOT_FAILS_TOO or trouble.cause == _NO_DIRECTORY:
            raise _CertsError(reason)
        self.unreadable.append(trouble.path)
        large = trouble.kind is TroubleKind.TOO_LARGE
        cause = "the engine reads it all the same" if large else "dockerd runs as root and may read it"
        source = Source(printable(trouble.path))
        fix = "" if large else "run regtui as root"
        why = f"{trouble.message}; {cause}"
        self.findings.append(Finding("certs-unreadable", Severity.WARNING, why, source, fix))

    def _note(self, code: str, name: str, why: str, fix: str = "", severity: Severity = Severity.WARNING) -> None:
        source = Source(printable(f"{self.directory}/{name}"))
        self.findings.append(Finding(code, severity, why, source, printable(fix)))


def pair_error(certificate: bytes, key: bytes) -> str | None:
    """Return what crypto/tls says of a pair that holds no certificate or no key (tls.go, X509KeyPair)."""
    kinds = [kind for kind, _ in pem_blocks(certificate)]
    if "CERTIFICATE" not in kinds:
        if not kinds:
            return "tls: failed to find any PEM data in certificate input"
        if len(kinds) == 1 and kinds[0].endswith("PRIVATE KEY"):
            return (
                "tls: failed to find certificate PEM data in certificate input, but did find a private key; "
                "PEM inputs may have been switched"
            )
        skipped = f"after skipping PEM blocks of the following types: [{' '.join(kinds)}]"
        return f'tls: failed to find "CERTIFICATE" PEM block in certificate input {skipped}'
    skipped_kinds: list[str] = []
    for kind, _ in pem_blocks(key):
        if kind == "PRIVATE KEY" or kind.endswith(" PRIVATE KEY"):
            return None
        skipped_kinds.append(kind)
    if not skipped_kinds:
        return "tls: failed to find any PEM data in key input"
    if skipped_kinds == ["CERTIFICATE"]:
        return "tls: found a certificate rather than a key in the PEM for the private key"
    skipped = f"after skipping PEM blocks of the following types: [{' '.join(skipped_kinds)}]"
    return f'tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input {skipped}'


def _is_certificate(content: bytes) -> bool:
    import ssl  # here, because a configuration without certificates must not wait for OpenSSL

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=content)
    except (ssl.SSLError, ValueError):
        return False
    return True
