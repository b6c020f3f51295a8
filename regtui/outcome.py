"""The words that every layer shares: stages of an attempt, and what can come of one."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """A step of one attempt, in the order in which they happen."""

    DNS = "dns"
    TCP = "tcp"
    TLS = "tls"
    PING = "ping"
    AUTH = "auth"
    MANIFEST = "manifest"


class Outcome(StrEnum):
    """What came of an endpoint, a candidate, a resolution."""

    FOUND = "found"
    NOT_FOUND = "not-found"
    DENIED = "denied"
    UNAUTHORIZED = "unauthorized"
    RATE_LIMITED = "rate-limited"
    SERVER_ERROR = "server-error"
    UNREACHABLE = "unreachable"
    TLS_FAILED = "tls-failed"
    NOT_A_REGISTRY = "not-a-registry"
    INVALID = "invalid"
    UNDECIDED = "undecided"
    BLOCKED = "blocked"
    SKIPPED = "skipped"


class Trouble(StrEnum):
    """Why a connection gave no HTTP answer."""

    NO_SUCH_HOST = "no-such-host"
    DNS_TIMEOUT = "dns-timeout"
    DNS_FAILURE = "dns-failure"
    REFUSED = "refused"
    NO_ROUTE = "no-route"
    CONNECT_TIMEOUT = "connect-timeout"
    TLS_TIMEOUT = "tls-timeout"
    CERTIFICATE = "certificate"
    CLIENT_CERTIFICATE = "client-certificate"
    TLS = "tls"
    PLAIN_HTTP = "plain-http"
    RESET = "reset"
    CLOSED = "closed"
    ANSWER_TIMEOUT = "answer-timeout"
    PROTOCOL = "protocol"
    PROXY = "proxy"
    TOO_LARGE = "too-large"
    REDIRECT = "redirect"


class CertificateFault(StrEnum):
    """What is wrong with a certificate that was rejected; `AUTHORITY_OUTDATED` is one further up its chain."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    OTHER_NAME = "other-name"
    UNKNOWN_AUTHORITY = "unknown-authority"
    AUTHORITY_OUTDATED = "authority-outdated"
    OTHER = "other"
