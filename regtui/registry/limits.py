"""How long and how much: every limit on the network, with the reason for its value."""

from __future__ import annotations

import dataclasses

from regtui.frozen import dataclass

MIB = 1024 * 1024

# Bytes of a body, for the callers of the transport.
MANIFEST_BYTES = 4 * MIB
"""What the specification asks every registry to take, and what containers/image and oras-go read at most."""
CONFIG_BYTES = 4 * MIB
"""An image configuration, as containers/image limits it."""
PAGE_BYTES = 8 * MIB
"""A page of tags or of a catalog; Artifact Registry sends all tags in one page."""
TOKEN_BYTES = 128 * 1024
"""An answer of a token service, as oras-go limits it; the largest real tokens have some 10 KiB."""
ERROR_BYTES = 64 * 1024
"""The body of an error, as containerd limits it; the codes are in its first lines."""

# What the engines wait, in seconds: a limit below these is regtui's own, and leaves the outcome undecided.
ENGINE_DNS = 10.0
"""Go's resolver: two attempts of five seconds (net/dnsconfig_unix.go)."""
ENGINE_DIAL = 30.0
"""The dialer of docker's registry transport (registry/registry.go, NewTransport)."""
ENGINE_TLS = 10.0
"""The TLS handshake in the same transport."""
ENGINE_PING = 15.0
"""`GET /v2/` in total (registry/auth.go, PingV2Registry)."""

ADDRESSES = 16
"""Addresses of one name that are tried: more than any registry has, few enough for the time limit."""
LOOKUPS = 64
"""Threads that look names up at one time. A lookup that hangs keeps its thread, so there must be many."""
LANES = 256
"""Origins whose connections and places are remembered; the longest search lists have a dozen."""
HEAD_BYTES = 2048
"""The first bytes of an answer, kept to tell what it is when it is not HTTP."""
HANDSHAKE_BYTES = MIB
"""Bytes that a server may send before its TLS handshake ends; certificate chains have some 10 KiB."""
PROXY_HEAD_BYTES = 64 * 1024
"""The header block of a proxy's answer to CONNECT."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Time limits in seconds, and how many connections. The engines wait longer, a person should not have to."""

    # glibc asks a name server for 5 s; what answers later than that answers somebody else.
    dns: float = 5.0
    # A lost SYN is sent again after 1 s and 3 s; a third loss is a host that is not there.
    tcp: float = 5.0
    # Two round trips and a signature: a machine that needs seconds for them is about to fail.
    tls: float = 5.0
    # The engine's ping gets 15 s in all, so an answer that takes longer has failed there too.
    first_byte: float = 15.0
    # Between two pieces of an answer: a link that stalls this long will not recover.
    idle: float = 10.0
    # One request in all, connecting included: the only end of a server that trickles bytes or 1xx answers.
    total: float = 30.0
    # RFC 8305 recommends 250 ms between two attempts to connect, Go uses 300 ms.
    stagger: float = 0.25
    # Servers close idle connections after 60 s and more (nginx 75 s, Go's clients 90 s).
    kept: float = 55.0
    # Browsers have six; a registry that throttles counts from five on.
    per_origin: int = 4
    # All sockets together: enough for the longest search list, and a laptop's router survives it.
    connections: int = 16

    def within(self, seconds: float) -> Limits:
        """Return limits for `--timeout`: `seconds` for a request in all, and no stage above it.

        The stages stay a little below, so that the one that hangs is named and not the request in all.
        """
        stages = ("dns", "tcp", "tls", "first_byte", "idle")
        shorter = {name: min(getattr(self, name), seconds * 0.9) for name in stages}
        return dataclasses.replace(self, **shorter, total=seconds)
