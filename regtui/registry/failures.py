"""The ways in which a connection fails: as `NetworkError`, in plain words and in Go's own."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from regtui.outcome import Stage, Trouble
from regtui.registry import limits
from regtui.registry.errors import NetworkError
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.host.model import Address

_NO_ROUTE = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL})
_CANCELED = "(Client.Timeout exceeded while awaiting headers)"


def place(address: Address | str, port: int) -> str:
    """Return `ADDRESS:PORT` as Go's net.JoinHostPort writes it: what holds a colon stands in brackets."""
    text = str(address)
    return f"[{text}]:{port}" if ":" in text else f"{text}:{port}"


def span(seconds: float) -> str:
    """Return a duration for a sentence: `5 s`, `250 ms`."""
    return f"{seconds:g} s" if seconds >= 1 else f"{seconds * 1000:g} ms"


def system_text(error: OSError) -> str:
    """Return the words of a system error as Go's syscall.Errno has them: strerror(3) in lower case."""
    return os.strerror(error.errno).lower() if error.errno else printable(str(error) or type(error).__name__)


def no_such_host(host: str, server: str) -> NetworkError:
    """NXDOMAIN, no address, or a name that cannot be asked for (then `server` is empty, as in Go)."""
    return NetworkError(
        Stage.DNS,
        Trouble.NO_SUCH_HOST,
        f"no such host: {printable(host, 255)}",
        go=f"{_lookup(host, server)}: no such host",
    )


def dns_failure(host: str, server: str, cause: str = "server misbehaving") -> NetworkError:
    """The name server answered that it cannot say (SERVFAIL), or something else that is no answer."""
    return NetworkError(
        Stage.DNS,
        Trouble.DNS_FAILURE,
        f"the name server could not look up {printable(host, 255)}",
        go=f"{_lookup(host, server)}: {cause}",
    )


def dns_timeout(host: str, server: str, *, seconds: float, local: str = "", own: bool) -> NetworkError:
    """No answer from the name server; `own` where regtui stopped waiting before Go's resolver would have.

    Go names its own end of the socket, `local`; where that is not known the unspecified address stands for it.
    """
    asking = f"{local or '0.0.0.0:0'}->{server}"
    return NetworkError(
        Stage.DNS,
        Trouble.DNS_TIMEOUT,
        f"no answer from DNS for {printable(host, 255)} in {span(seconds)}"
        + (f"; the engine waits {span(limits.ENGINE_DNS)}" if own else ""),
        go=f"{_lookup(host, server)}: read udp {asking}: i/o timeout",
        own_limit=own,
    )


def _lookup(host: str, server: str) -> str:
    return f"dial tcp: lookup {printable(host, 255)}" + (f" on {server}" if server else "")


def dial_failed(address: Address, port: int, error: OSError) -> NetworkError:
    """connect(2) failed with this error."""
    where = place(address, port)
    match error.errno:
        case errno.ECONNREFUSED:
            trouble, sentence = Trouble.REFUSED, f"connection refused by {where}"
        case errno.ETIMEDOUT:
            trouble, sentence = Trouble.CONNECT_TIMEOUT, f"no answer from {where}"
        case errno.ECONNRESET:
            trouble, sentence = Trouble.RESET, f"connection reset by {where}"
        case _:
            trouble, sentence = Trouble.NO_ROUTE, f"no way to {where}: {system_text(error)}"
    return NetworkError(Stage.TCP, trouble, sentence, go=f"dial tcp {where}: connect: {system_text(error)}")


def dial_timeout(address: Address, port: int, seconds: float) -> NetworkError:
    """No answer to the SYN within regtui's limit."""
    own = seconds < limits.ENGINE_DIAL
    where = place(address, port)
    return NetworkError(
        Stage.TCP,
        Trouble.CONNECT_TIMEOUT,
        f"no answer from {where} in {span(seconds)}"
        + (f"; the engine waits {span(limits.ENGINE_DIAL)}" if own else ""),
        go=f"dial tcp {where}: i/o timeout",
        own_limit=own,
    )


def unconnected(authority: str, seconds: float) -> NetworkError:
    """The request's time was over before a connection stood."""
    return NetworkError(
        Stage.TCP,
        Trouble.CONNECT_TIMEOUT,
        f"no connection to {authority} in {span(seconds)}; the engine waits {span(limits.ENGINE_DIAL)}",
        go=f"dial tcp {authority}: i/o timeout",
        own_limit=True,
    )


def tls_timeout(where: str, seconds: float) -> NetworkError:
    """The TLS handshake did not end within regtui's limit."""
    own = seconds < limits.ENGINE_TLS
    return NetworkError(
        Stage.TLS,
        Trouble.TLS_TIMEOUT,
        f"{where} did not finish the TLS handshake in {span(seconds)}"
        + (f"; the engine waits {span(limits.ENGINE_TLS)}" if own else ""),
        go="net/http: TLS handshake timeout",
        own_limit=own,
    )


def broken(stage: Stage, local: str, remote: str, error: OSError, *, doing: str = "read") -> NetworkError:
    """An established connection failed while `doing` (read or write)."""
    ends = f"{local}->{remote}" if local else remote
    cause = system_text(error)
    reset = error.errno in (errno.ECONNRESET, errno.EPIPE)
    trouble = Trouble.RESET if reset else (Trouble.NO_ROUTE if error.errno in _NO_ROUTE else Trouble.CLOSED)
    return NetworkError(
        stage, trouble, f"the connection to {remote} broke: {cause}", go=f"{doing} tcp {ends}: {doing}: {cause}"
    )


def closed(stage: Stage, remote: str, *, midway: bool = False, detail: str = "") -> NetworkError:
    """The server closed the connection in place of an answer, or in the middle of one."""
    if midway:
        return NetworkError(
            stage, Trouble.CLOSED, f"{remote} closed the connection in the middle of its answer", go="unexpected EOF"
        )
    return NetworkError(
        stage, Trouble.CLOSED, f"{remote} closed the connection without an answer", go="EOF", detail=detail
    )


def answer_timeout(stage: Stage, remote: str, seconds: float, *, begun: bool = False) -> NetworkError:
    """The answer did not come, or did not go on, or did not end in time.

    The engine gives a ping 15 s in all; for anything else it has no limit, so the limit is regtui's own.
    """
    own = stage is not Stage.PING or seconds < limits.ENGINE_PING
    if begun:
        go = "context deadline exceeded (Client.Timeout or context cancellation while reading body)"
    else:
        go = "net/http: timeout awaiting response headers"
    waits = span(limits.ENGINE_PING) if stage is Stage.PING else "without end"
    return NetworkError(
        stage,
        Trouble.ANSWER_TIMEOUT,
        f"{'no end of the' if begun else 'no'} answer from {remote} in {span(seconds)}"
        + (f"; the engine waits {waits}" if own else ""),
        go=go,
        own_limit=own,
    )


def too_large(stage: Stage, remote: str) -> NetworkError:
    """More came than regtui takes."""
    sentence = f"{remote} sent more than regtui reads"
    return NetworkError(stage, Trouble.TOO_LARGE, sentence, go="http: response too large", own_limit=True)


def protocol(stage: Stage, sentence: str, go: str, *, trouble: Trouble = Trouble.PROTOCOL) -> NetworkError:
    """What came is not HTTP as it should be; both texts are cleaned here."""
    return NetworkError(stage, trouble, printable(sentence), go=printable(go, 1000))


def ping_text(error: NetworkError, *, before_go_1_15: bool) -> str:
    """Return Go's text for an error of `GET /v2/`, which docker asks with a time limit of 15 s in all.

    That limit strikes before the dialer's 30 s, so a time-out reads otherwise than for any other request. RHEL's
    Docker is built with Go 1.10; from 1.15 on (moby 20.10) docker's wrapped transport gives the context's own error
    in most runs, as recorded.
    """
    if error.trouble not in (Trouble.CONNECT_TIMEOUT, Trouble.ANSWER_TIMEOUT) or not error.go.endswith(
        ("i/o timeout", "awaiting response headers")
    ):
        return error.go
    if not before_go_1_15:
        return "context deadline exceeded"
    waiting = " while waiting for connection" if error.trouble is Trouble.CONNECT_TIMEOUT else ""
    return f"net/http: request canceled{waiting} {_CANCELED}"
