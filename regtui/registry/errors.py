"""What can go wrong between regtui and a registry.

RegistryError
 +- NetworkError        no HTTP answer came: dns, tcp, tls, or the connection broke
 +- ChallengeError      a 401 whose WWW-Authenticate the engine cannot read
 +- NoCredentials       basic auth is asked for and there is nothing to send
 +- TokenError          the token service answered, and not with a token
 +- CertificatesError   the host's certs.d directory for this registry is broken; nothing was asked
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regtui.outcome import Stage, Trouble


class RegistryError(Exception):
    """Base of all errors of this package. `str()` is a clean sentence without secrets."""


class NetworkError(RegistryError):
    """No HTTP answer came.

    `go` is the cause in Go's words, without the URL in front
    (`dial tcp 198.51.100.6:443: connect: connection refused`); `own_limit` says that regtui stopped waiting
    before the engine would have; `detail` is a longer explanation (issuer, dates, fingerprint of a rejected
    certificate), cleaned.
    """

    def __init__(
        self, stage: Stage, trouble: Trouble, sentence: str, *, go: str, detail: str = "", own_limit: bool = False
    ) -> None:
        super().__init__(sentence)
        self.stage = stage
        self.trouble = trouble
        self.go = go
        self.detail = detail
        self.own_limit = own_limit
