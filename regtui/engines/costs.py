"""What the engines' own time limits cost, in seconds, and the words they have for them.

dockerd's transport: dial 30 s and TLS handshake 10 s (registry/registry.go, NewTransport), `GET /v2/` 15 s in all
(registry/auth.go:259-300); Go's resolver asks a silent name server twice for 5 s each (net/dnsclient_unix.go).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.engines.base import Step
from regtui.outcome import Trouble

if TYPE_CHECKING:
    from regtui.engines.base import NoAnswer

DIAL = 30.0
TLS_HANDSHAKE = 10.0
PING = 15.0
TOKEN = 15.0
NAME_LOOKUP = 10.0

TIMEOUTS = {Trouble.CONNECT_TIMEOUT, Trouble.ANSWER_TIMEOUT, Trouble.TLS_TIMEOUT, Trouble.DNS_TIMEOUT}


def seconds(failure: NoAnswer) -> float:
    """Return what waiting for this request costs the engine; a request that failed at once costs nothing."""
    match failure.trouble:
        case Trouble.DNS_TIMEOUT:
            return NAME_LOOKUP
        case Trouble.TLS_TIMEOUT:
            return TLS_HANDSHAKE
        case Trouble.CONNECT_TIMEOUT:
            return PING if failure.step is Step.PING else DIAL
        case Trouble.ANSWER_TIMEOUT:
            return {Step.PING: PING, Step.TOKEN: TOKEN, Step.MANIFEST: 0.0}[failure.step]
        case _:
            return 0.0


def cause(failure: NoAnswer) -> str:
    """Return Go's cause for the request; the ping's own limit ends it before the dialer's would."""
    if failure.step is Step.PING and failure.trouble is Trouble.CONNECT_TIMEOUT:
        return "context deadline exceeded"
    if failure.step is not Step.MANIFEST and failure.trouble is Trouble.ANSWER_TIMEOUT:
        return "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
    return failure.go
