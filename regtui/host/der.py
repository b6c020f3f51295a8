"""The validity of a certificate, read from its DER: enough to say when it ends, without OpenSSL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

_SEQUENCE, _SET, _VERSION = 0x30, 0x31, 0xA0
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_COMMON_NAME = bytes.fromhex("0603550403")
_NAME = 80


@dataclass(frozen=True, slots=True)
class Validity:
    """From when to when a certificate is valid, and its subject's common name, clean and maybe empty."""

    name: str
    not_before: datetime
    not_after: datetime


def validity_of(der: bytes) -> Validity | None:
    """Return the validity of a certificate (RFC 5280, 4.1), None for anything else. Never raises."""
    try:
        certificate = _content(der, _SEQUENCE)
        fields = [one for one in _values(_content(certificate, _SEQUENCE)) if one[0] != _VERSION]
        _serial, _signature, _issuer, (tag, validity), (_, subject) = fields[:5]
        if tag != _SEQUENCE:
            return None
        begin, end = list(_values(validity))[:2]
        return Validity(_common_name(subject), _time(*begin), _time(*end))
    except (ValueError, IndexError, OverflowError):
        return None


def _values(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and content of each value; lengths are definite and tags one byte, as certificates have them."""
    at = 0
    while at < len(data):
        tag, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            size = length & 0x7F
            if not 0 < size <= 4:
                raise ValueError("a length that DER does not have")
            length = int.from_bytes(data[at : at + size], "big")
            at += size
        if at + length > len(data):
            raise ValueError("cut short")
        yield tag, data[at : at + length]
        at += length


def _content(data: bytes, wanted: int) -> bytes:
    tag, content = next(_values(data), (0, b""))
    if tag != wanted:
        raise ValueError("another type")
    return content


def _time(tag: int, content: bytes) -> datetime:
    text = content.decode("ascii")
    if tag == _UTC_TIME:  # RFC 5280, 4.1.2.5.1: two digits, 50 and above are of the last century
        text = ("19" if text[:2] >= "50" else "20") + text
    elif tag != _GENERALIZED_TIME:
        raise ValueError("no time")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def _common_name(subject: bytes) -> str:
    for tag, group in _values(subject):
        for _, pair in _values(group) if tag == _SET else ():
            if pair.startswith(_COMMON_NAME):
                _, text = list(_values(pair))[1]
                return printable(text.decode("utf-8", "replace"), _NAME)
    return ""
