"""Certificates read from DER: the few fields that tell people why one was rejected, and whom it is for."""

from __future__ import annotations

import hashlib
from dataclasses import field
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.registry.addresses import literal
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.model import Address

_BOOLEAN, _INTEGER, _BITS, _OCTETS, _OID, _SEQUENCE, _SET = 0x01, 0x02, 0x03, 0x04, 0x06, 0x30, 0x31
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_VERSION, _EXTENSIONS = 0xA0, 0xA3
_SAN_DNS, _SAN_IP = 0x82, 0x87
_TEXTS = {0x0C: "utf-8", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x1C: "utf-32-be", 0x1E: "utf-16-be"}

_COMMON_NAME, _ORGANIZATION = bytes.fromhex("550403"), bytes.fromhex("55040a")
_ALTERNATIVE_NAMES, _BASIC_CONSTRAINTS = bytes.fromhex("551d11"), bytes.fromhex("551d13")
# Prefixes of the identifiers of public keys and of signatures -> the family that Go names.
_KEYS = {
    bytes.fromhex("2a864886f70d0101"): "RSA",
    bytes.fromhex("2a8648ce3d0201"): "ECDSA",
    bytes.fromhex("2a8648ce3d04"): "ECDSA",
    bytes.fromhex("2b6570"): "Ed25519",
}
_SHA1_SIGNATURES = {bytes.fromhex("2a864886f70d010105"): "SHA1-RSA", bytes.fromhex("2a8648ce3d0401"): "ECDSA-SHA1"}

NAMES = 10_000
"""Alternative names that are read; a certificate that fits into a handshake can hold more, none needs to."""


class MalformedError(ValueError):
    """The bytes are no certificate in DER."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What regtui reads of a certificate. Texts are as the certificate has them: clean before printing.

    `key` and `signature` are the families RSA, ECDSA, Ed25519, or empty; `weak_signature` is Go's name of a signature
    over SHA-1.
    """

    der: bytes = field(repr=False)
    subject: bytes = field(repr=False)
    issuer: bytes = field(repr=False)
    serial: int
    not_before: datetime
    not_after: datetime
    subject_name: str
    subject_organization: str
    issuer_name: str
    has_names: bool = False
    dns_names: tuple[str, ...] = ()
    addresses: tuple[Address, ...] = ()
    is_authority: bool = False
    key: str = ""
    signature: str = ""
    weak_signature: str = ""

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the DER, in hex."""
        return hashlib.sha256(self.der).hexdigest()


def read_certificate(der: bytes) -> Certificate:
    """Read a certificate (RFC 5280, 4.1). MalformedError for anything else, never another exception."""
    try:
        return _read(der)
    except (ValueError, IndexError, OverflowError) as error:
        raise MalformedError(printable(str(error), 200)) from error


def describe(certificate: Certificate) -> str:
    """Return who, by whom, for whom and for how long, in one clean line."""
    names = (*certificate.dns_names, *map(str, certificate.addresses))
    shown = ", ".join(printable(name, 100) for name in names[:8])
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return "; ".join(
        (
            f"subject {printable(certificate.subject_name or certificate.subject_organization or '(no name)', 100)}",
            f"issuer {printable(certificate.issuer_name or '(no name)', 100)}",
            f"names {shown}{more}" if names else "no names",
            f"valid {certificate.not_before:%Y-%m-%d %H:%M} to {certificate.not_after:%Y-%m-%d %H:%M} UTC",
            f"SHA-256 {certificate.fingerprint}",
        )
    )


@dataclass(frozen=True, slots=True)
class _Value:
    """One DER value: its tag, its content, and its whole encoding."""

    tag: int
    content: bytes
    whole: bytes


def _values(data: bytes) -> Iterator[_Value]:
    """Split a constructed value's content. Lengths are definite, tags have one byte: all that a certificate has."""
    at = 0
    while at < len(data):
        tag, length = data[at], data[at + 1]
        start = at + 2
        if length & 0x80:
            size = length & 0x7F
            if not 0 < size <= 4:
                raise ValueError("a length that DER does not have")
            length = int.from_bytes(data[start : start + size], "big")
            start += size
        if start + length > len(data):
            raise ValueError("cut short")
        yield _Value(tag, data[start : start + length], data[at : start + length])
        at = start + length


def _one(data: bytes, tag: int) -> _Value:
    value = next(_values(data), None)
    return _expect(value, tag)


def _expect(value: _Value | None, tag: int) -> _Value:
    if value is None or value.tag != tag:
        raise ValueError(f"expected a value of tag {tag:#x}")
    return value


def _read(der: bytes) -> Certificate:
    signed = _one(_one(der, _SEQUENCE).content, _SEQUENCE)
    fields = [value for value in _values(signed.content) if value.tag != _VERSION]
    serial, algorithm, issuer, validity, subject, key = fields[:6]
    begins, ends = list(_values(_expect(validity, _SEQUENCE).content))[:2]
    signature = _identifier(algorithm)
    dns_names: tuple[str, ...] = ()
    addresses: tuple[Address, ...] = ()
    has_names = is_authority = False
    extensions = next((value for value in fields[6:] if value.tag == _EXTENSIONS), None)
    for identifier, content in _extensions(extensions):
        if identifier == _ALTERNATIVE_NAMES:
            has_names = True
            dns_names, addresses = _alternative_names(content)
        elif identifier == _BASIC_CONSTRAINTS:
            first = next(_values(_one(content, _SEQUENCE).content), None)
            is_authority = first is not None and first.tag == _BOOLEAN and first.content == b"\xff"
    return Certificate(
        der=der,
        subject=_expect(subject, _SEQUENCE).whole,
        issuer=_expect(issuer, _SEQUENCE).whole,
        serial=int.from_bytes(_expect(serial, _INTEGER).content, "big", signed=True),
        not_before=_time(begins),
        not_after=_time(ends),
        subject_name=_attribute(subject, _COMMON_NAME),
        subject_organization=_attribute(subject, _ORGANIZATION),
        issuer_name=_attribute(issuer, _COMMON_NAME) or _attribute(issuer, _ORGANIZATION),
        has_names=has_names,
        dns_names=dns_names,
        addresses=addresses,
        is_authority=is_authority,
        key=_family(_identifier(_one(_expect(key, _SEQUENCE).content, _SEQUENCE))),
        signature=_family(signature),
        weak_signature=_SHA1_SIGNATURES.get(signature, ""),
    )


def _identifier(algorithm: _Value) -> bytes:
    return _one(_expect(algorithm, _SEQUENCE).content, _OID).content


def _family(identifier: bytes) -> str:
    return next((name for prefix, name in _KEYS.items() if identifier.startswith(prefix)), "")


def _time(value: _Value) -> datetime:
    text = value.content.decode("ascii")
    if value.tag == _UTC_TIME:  # RFC 5280, 4.1.2.5.1: two digits, 50 and above are of the last century
        text = ("19" if text[:2] >= "50" else "20") + text
    elif value.tag != _GENERALIZED_TIME:
        raise ValueError("no time")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def _attribute(name: _Value, wanted: bytes) -> str:
    """Return the last attribute of a name with this identifier, as Go's pkix.Name does."""
    found = ""
    for group in _values(name.content):
        for pair in _values(_expect(group, _SET).content):
            identifier, text = list(_values(_expect(pair, _SEQUENCE).content))[:2]
            if identifier.content == wanted:
                found = text.content.decode(_TEXTS.get(text.tag, "latin-1"), "replace")
    return found


def _extensions(value: _Value | None) -> Iterator[tuple[bytes, bytes]]:
    if value is None:
        return
    for extension in _values(_one(value.content, _SEQUENCE).content):
        parts = list(_values(_expect(extension, _SEQUENCE).content))
        yield _expect(parts[0], _OID).content, _expect(parts[-1], _OCTETS).content


def _alternative_names(content: bytes) -> tuple[tuple[str, ...], tuple[Address, ...]]:
    names: list[str] = []
    addresses: list[Address] = []
    for count, value in enumerate(_values(_one(content, _SEQUENCE).content)):
        if count >= NAMES:
            raise ValueError("more alternative names than any server needs")
        if value.tag == _SAN_DNS:
            names.append(value.content.decode("ascii"))  # Go reads no other certificate either
        elif value.tag == _SAN_IP:
            addresses.append(ip_address(value.content))
    return tuple(names), tuple(addresses)


def matches(certificate: Certificate, host: str) -> bool:
    """Tell whether a certificate is for a host, as Go decides (crypto/x509/verify.go, VerifyHostname).

    An address must be among the addresses. A name matches a name label for label, in whatever case; the first label
    of the certificate's name may be `*`, for any one label. Names outside of the host name grammar match as a whole.
    OpenSSL would refuse `*.corp`, which Go and so the engines take. The subject's common name counts for nothing.
    """
    address = literal(host)
    if address is not None:
        return any(_plain(address) == _plain(candidate) for candidate in certificate.addresses)
    return host.isascii() and any(_name_matches(pattern.lower(), host.lower()) for pattern in certificate.dns_names)


def name_matches(pattern: str, host: str) -> bool:
    """Tell whether a name or pattern covers a host: label for label, `*` in front for any one label."""
    labels, wanted = pattern.lower().split("."), host.lower().removesuffix(".").split(".")
    if not pattern or wanted == [""] or len(labels) != len(wanted):
        return False
    return labels[0] in ("*", wanted[0]) and labels[1:] == wanted[1:]


def _name_matches(pattern: str, host: str) -> bool:
    fixed = "any" if pattern == "*" else pattern.removeprefix("*.")
    if _is_host_name(host.removesuffix(".")) and _is_host_name(fixed):
        return name_matches(pattern, host)
    return pattern == host and host not in ("", ".")


def _is_host_name(text: str) -> bool:
    """Tell whether each label is not empty, of letters, digits, `-` and `_`, and does not begin with `-`."""
    return all(
        label and label[0] != "-" and label.isascii() and all(char.isalnum() or char in "-_" for char in label)
        for label in text.split(".")
    )


def _plain(address: Address) -> int:
    """Go's net.IP takes an IPv4 address for the IPv6 address that it is mapped to."""
    return int(address) if isinstance(address, IPv6Address) else int(address) | 0xFFFF00000000
