"""What can go wrong between regtui and a registry.

RegistryError
 +- NetworkError        no HTTP answer came: dns, tcp, tls, or the connection broke, or a redirect is refused
 +- ChallengeError      a 401 whose WWW-Authenticate the engine cannot read
 +- NoCredentials       basic auth is asked for and there is nothing to send
 +- TokenError          the token service answered, and not with a token
 +- HelperError         a credential helper is missing, fails, or says something that is no credential
 +- CertificatesError   the host's certs.d directory for this registry is broken; nothing was asked
 +- NameRefused         a repository, tag or digest is outside the grammar; nothing was asked
 +- AnswerRefused       the registry answered, and not with what was asked for: `answer` tells
     +- DigestMismatch  the content is not what its digest says
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regtui.outcome import CertificateFault, Stage, Trouble
    from regtui.registry.replies import Reply


class RegistryError(Exception):
    """Base of all errors of this package. `str()` is a clean sentence without secrets."""


class NetworkError(RegistryError):
    """No HTTP answer came.

    `go` is the cause in Go's words, without the URL in front
    (`dial tcp 198.51.100.6:443: connect: connection refused`); `own_limit` says that regtui stopped waiting
    before the engine would have; `detail` is a longer explanation (issuer, dates, fingerprint of a rejected
    certificate), cleaned, and `fault` what is wrong with that certificate. `method` and `url` are the request's as the
    engine would print them, empty until the client that made the request has filled them in.
    """

    def __init__(
        self,
        stage: Stage,
        trouble: Trouble,
        sentence: str,
        *,
        go: str,
        detail: str = "",
        own_limit: bool = False,
        fault: CertificateFault | None = None,
    ) -> None:
        super().__init__(sentence)
        self.stage = stage
        self.trouble = trouble
        self.go = go
        self.detail = detail
        self.own_limit = own_limit
        self.fault = fault
        self.method = ""
        self.url = ""

    def asked(self, method: str, url: str) -> NetworkError:
        """Return the same error of this request; the original may be a resolver's, for many requests."""
        error = NetworkError(
            self.stage,
            self.trouble,
            str(self),
            go=self.go,
            detail=self.detail,
            own_limit=self.own_limit,
            fault=self.fault,
        )
        error.method, error.url = method, url
        return error


class ChallengeError(RegistryError):
    """The registry's challenge leads nowhere; `go` is what docker/distribution says of it."""

    def __init__(self, sentence: str, *, go: str) -> None:
        super().__init__(sentence)
        self.go = go


class NoCredentials(RegistryError):  # noqa: N818 - the state of the host, not a fault
    """The registry wants basic authentication and nothing may be sent; `go` is ErrNoBasicAuthCredentials' text.

    `withheld` is not empty where a credential is stored and regtui keeps it back (plain HTTP to a registry that is
    not listed as insecure). `asks` is the sentence without why there is nothing; `helper` is what a credential helper
    did, empty where none was asked, and `failed` says that it broke.
    """

    go = "no basic auth credentials"

    def __init__(self, asks: str, *, withheld: str = "", helper: str = "", failed: bool = False) -> None:
        super().__init__(asks if withheld else f"{asks}, and {helper or 'none is stored for it'}")
        self.asks = asks
        self.withheld = withheld
        self.helper = helper
        self.failed = failed


class TokenError(RegistryError):
    """The token service answered, and there is no token in it that could be used.

    `answer` is its answer. `go` is the engine's text where the status was a success; for any other status it is empty,
    and the engine's rules read the answer. `withheld` as in `Granted`. `user` and `words` say who asked: the user that
    the service was told, empty for nobody, and what a credential helper did.
    """

    user = ""
    words = ""

    def __init__(self, sentence: str, *, answer: Reply, go: str = "", withheld: str = "") -> None:
        super().__init__(sentence)
        self.answer = answer
        self.go = go
        self.withheld = withheld


class HelperError(RegistryError):
    """A credential helper gave no credential; the sentence never holds what it printed."""


class CertificatesError(RegistryError):
    """A certs.d directory is broken; `go` is the engine's text for it."""

    def __init__(self, sentence: str, *, go: str) -> None:
        super().__init__(sentence)
        self.go = go


class NameRefused(RegistryError):  # noqa: N818 - reads as what happened, like NoCredentials
    """A name that must not be put into a URL."""


class AnswerRefused(RegistryError):  # noqa: N818 - reads as what happened, like NoCredentials
    """An HTTP answer that is not what was asked for: a refusal, another content type, more bytes than allowed."""

    def __init__(self, sentence: str, *, answer: Reply) -> None:
        super().__init__(sentence)
        self.answer = answer


class DigestMismatch(AnswerRefused):
    """The body's digest is not the one that was asked for, or that it was announced with."""
