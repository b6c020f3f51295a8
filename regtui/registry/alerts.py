"""What TLS itself complains of, in Go's words: alerts of the server, and faults in what it sent."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from regtui.outcome import Stage, Trouble
from regtui.registry import failures
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.registry.errors import NetworkError

# OpenSSL's reason (ssl/ssl_err.c) -> the text of the alert in Go (crypto/tls/alert.go).
_ALERTS = {
    "SSLV3_ALERT_UNEXPECTED_MESSAGE": "unexpected message",
    "SSLV3_ALERT_BAD_RECORD_MAC": "bad record MAC",
    "TLSV1_ALERT_DECRYPTION_FAILED": "decryption failed",
    "TLSV1_ALERT_RECORD_OVERFLOW": "record overflow",
    "SSLV3_ALERT_DECOMPRESSION_FAILURE": "decompression failure",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "handshake failure",
    "SSLV3_ALERT_BAD_CERTIFICATE": "bad certificate",
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": "unsupported certificate",
    "SSLV3_ALERT_CERTIFICATE_REVOKED": "revoked certificate",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "expired certificate",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "unknown certificate",
    "SSLV3_ALERT_ILLEGAL_PARAMETER": "illegal parameter",
    "TLSV1_ALERT_UNKNOWN_CA": "unknown certificate authority",
    "TLSV1_ALERT_ACCESS_DENIED": "access denied",
    "TLSV1_ALERT_DECODE_ERROR": "error decoding message",
    "TLSV1_ALERT_DECRYPT_ERROR": "error decrypting message",
    "TLSV1_ALERT_EXPORT_RESTRICTION": "export restriction",
    "TLSV1_ALERT_PROTOCOL_VERSION": "protocol version not supported",
    "TLSV1_ALERT_INSUFFICIENT_SECURITY": "insufficient security level",
    "TLSV1_ALERT_INTERNAL_ERROR": "internal error",
    "TLSV1_ALERT_INAPPROPRIATE_FALLBACK": "inappropriate fallback",
    "TLSV1_ALERT_USER_CANCELLED": "user canceled",
    "TLSV1_ALERT_NO_RENEGOTIATION": "no renegotiation",
    "TLSV13_ALERT_MISSING_EXTENSION": "missing extension",
    "TLSV1_UNSUPPORTED_EXTENSION": "unsupported extension",
    "TLSV1_CERTIFICATE_UNOBTAINABLE": "certificate unobtainable",
    "TLSV1_UNRECOGNIZED_NAME": "unrecognized name",
    "TLSV1_BAD_CERTIFICATE_STATUS_RESPONSE": "bad certificate status response",
    "TLSV1_BAD_CERTIFICATE_HASH_VALUE": "bad certificate hash value",
    "TLSV1_ALERT_UNKNOWN_PSK_IDENTITY": "unknown PSK identity",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": "certificate required",
    "TLSV1_ALERT_NO_APPLICATION_PROTOCOL": "no application protocol",
}
_NEWER = {109: "missing extension", 116: "certificate required", 120: "no application protocol"}
"""Alerts that some Python versions have no reason for, by number."""
_ABOUT_OUR_CERTIFICATE = frozenset(
    {
        "bad certificate",
        "unsupported certificate",
        "revoked certificate",
        "expired certificate",
        "unknown certificate",
        "unknown certificate authority",
        "access denied",
        "certificate required",
    }
)
_ALERT, _HANDSHAKE = 21, 22
_LONGEST_RECORD = 16384 + 2048
"""RFC 5246, 6.2.3: a larger record is an error in Go as in OpenSSL."""


class Records:
    """Watches the records that a server sends: how they begin, and whether the last one is complete."""

    def __init__(self) -> None:
        self.head = b""
        self.count = 0
        self._missing = 5
        self._header = b""

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        self.head += data[: 16 - len(self.head)]
        self.count += len(data)
        while len(data) >= self._missing:
            taken, data = data[: self._missing], data[self._missing :]
            if len(self._header) < 5:
                self._header += taken
                self._missing = int.from_bytes(self._header[3:5], "big")
            else:
                self._header, self._missing = b"", 5
        if len(self._header) < 5:
            self._header += data
        self._missing -= len(data)

    @property
    def midway(self) -> bool:
        """The last record is not complete."""
        return bool(self._header)


def no_tls(records: Records, remote: str) -> NetworkError | None:
    """Return the error where the server's first record is none of TLS; it takes the first five bytes to tell.

    Go looks at the same five (crypto/tls/conn.go, readRecordOrCCS), and net/http takes `HTTP/` for what it is.
    """
    head = records.head
    if len(head) < 5:
        return None
    if head[:5] == b"HTTP/":
        return failures.protocol(
            Stage.TLS,
            f"{remote} speaks plain HTTP, not TLS",
            "http: server gave HTTP response to HTTPS client",
            trouble=Trouble.PLAIN_HTTP,
        )
    if head[0] not in (_ALERT, _HANDSHAKE) or head[1] >= 0x10:
        go = "tls: first record does not look like a TLS handshake"
        return failures.protocol(Stage.TLS, f"{remote} does not speak TLS", go, trouble=Trouble.TLS)
    length = int.from_bytes(head[3:5], "big")
    if length > _LONGEST_RECORD:
        go = f"tls: oversized record received with length {length}"
        return failures.protocol(Stage.TLS, f"{remote} does not speak TLS", go, trouble=Trouble.TLS)
    return None


def in_handshake(error: ssl.SSLError, records: Records, remote: str) -> NetworkError:
    """Return what ended a handshake, other than the judgement of the server's certificate."""
    head = records.head
    if isinstance(error, ssl.SSLZeroReturnError):
        return failures.closed(Stage.TLS, remote)
    if error.reason in ("UNSUPPORTED_PROTOCOL", "WRONG_SSL_VERSION") and head[:1] == bytes([_HANDSHAKE]):
        go = f"tls: server selected unsupported protocol version {int.from_bytes(head[9:11], 'big'):x}"
        return failures.protocol(Stage.TLS, f"{remote} speaks no TLS newer than 1.1", go, trouble=Trouble.TLS)
    if error.reason not in _ALERTS and head[0:1] == bytes([_ALERT]) and head[3:5] == b"\0\2" and len(head) > 6:
        return _alerted(Stage.TLS, _NEWER.get(head[6], f"alert({head[6]})"), remote)
    return during(Stage.TLS, error, remote)


def during(stage: Stage, error: ssl.SSLError, remote: str) -> NetworkError:
    """Return what OpenSSL complains of, at this stage; from TLS 1.3 on servers refuse a client after the handshake."""
    if error.reason in _ALERTS:
        return _alerted(stage, _ALERTS[error.reason], remote)
    words = printable((error.reason or str(error) or "unknown error").replace("_", " ").lower(), 200)
    return failures.protocol(stage, f"TLS with {remote} failed: {words}", f"tls: {words}", trouble=Trouble.TLS)


def _alerted(stage: Stage, alert: str, remote: str) -> NetworkError:
    if alert == "alert(0)":
        return failures.closed(stage, remote)
    if alert in _ABOUT_OUR_CERTIFICATE:
        sentence, trouble = f"{remote} wants a client certificate, or another one: {alert}", Trouble.CLIENT_CERTIFICATE
    else:
        sentence, trouble = f"{remote} refuses the TLS handshake: {alert}", Trouble.TLS
    return failures.protocol(stage, sentence, f"remote error: tls: {alert}", trouble=trouble)
