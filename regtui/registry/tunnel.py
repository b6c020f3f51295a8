"""Proxies of the daemon: who they are without their password, and the CONNECT that opens a way through one."""

from __future__ import annotations

import base64
import re
from dataclasses import field
from urllib.parse import unquote_to_bytes

from regtui.frozen import dataclass
from regtui.host.gourl import GoUrlError, parse_url
from regtui.outcome import Stage, Trouble
from regtui.registry import failures, limits
from regtui.registry.errors import NetworkError
from regtui.text import go_quote, printable, printable_bytes, strip_userinfo

_PORTS = {"http": 80, "https": 443}
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_STATUS_LINE = re.compile(rb"HTTP/\d\.\d ([1-9]\d\d)(?: ([^\r\n]*))?\r?\n")


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy; `authorization` is the value of Proxy-Authorization, empty where none is configured."""

    scheme: str
    host: str
    port: int
    authorization: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"{self.scheme}://{failures.place(self.host, self.port)}"


def read_proxy(url: str) -> Proxy:
    """Read a proxy's URL. NetworkError where regtui cannot use it; the text has no password in it."""
    shown = printable(strip_userinfo(url), 200)
    try:
        parts = parse_url(url)
    except GoUrlError as error:
        raise _unusable(f"the proxy {shown} is no URL: {error}", "proxyconnect tcp: invalid URL") from None
    if parts.scheme not in _PORTS:
        sentence = f"regtui cannot use the proxy {shown}: it speaks to http and https proxies only"
        raise _unusable(sentence, "proxyconnect tcp: unsupported proxy scheme")
    found = re.fullmatch(r"(\[[^\[\]]*\]|[^:]*)(?::(\d{0,5}))?", parts.host, re.ASCII)
    port = int(found[2]) if found and found[2] else _PORTS[parts.scheme]
    if not found or not found[1].strip("[]") or not 0 < port < 65536:
        raise _unusable(f"the proxy {shown} has no host and port to connect to", "proxyconnect tcp: invalid address")
    authorization = ""
    if parts.user is not None:
        name, _, password = parts.user.partition(":")
        pair = unquote_to_bytes(name) + b":" + unquote_to_bytes(password)
        authorization = "Basic " + base64.b64encode(pair).decode("ascii")
    return Proxy(parts.scheme, found[1].strip("[]").lower(), port, authorization)


def _unusable(sentence: str, go: str) -> NetworkError:
    return NetworkError(Stage.TCP, Trouble.PROXY, sentence, go=go, own_limit=True)


def blame(proxy: Proxy, error: NetworkError) -> NetworkError:
    """Return the error of a connection to the proxy itself, naming the proxy (net/http/transport.go, dialConn)."""
    return NetworkError(
        error.stage,
        Trouble.PROXY,
        f"the proxy {proxy} cannot be reached: {error}",
        go=f"proxyconnect tcp: {error.go}",
        detail=error.detail,
        own_limit=error.own_limit,
    )


def behind(proxy: Proxy, error: NetworkError) -> NetworkError:
    """Return the error of what a proxy opened the way to, naming the proxy; the engine does not, so `go` stays."""
    return NetworkError(
        error.stage,
        error.trouble,
        f"{error}, behind the proxy {proxy}",
        go=error.go,
        detail=error.detail,
        own_limit=error.own_limit,
    )


def silent(proxy: Proxy, seconds: float) -> NetworkError:
    """The proxy did not answer CONNECT within regtui's limit; Go waits a minute."""
    sentence = f"no answer from the proxy {proxy} in {failures.span(seconds)}; the engine waits 60 s"
    return NetworkError(Stage.TCP, Trouble.PROXY, sentence, go="context deadline exceeded", own_limit=True)


def connect_request(proxy: Proxy, host: str, port: int) -> bytes:
    """Return the request that asks a proxy for a way to host and port."""
    place = failures.place(host, port)
    lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}", "User-Agent: regtui"]
    if proxy.authorization:
        lines.append(f"Proxy-Authorization: {proxy.authorization}")
    return "\r\n".join([*lines, "", ""]).encode("ascii")


def head_is_complete(head: bytes) -> bool:
    """Tell whether a proxy's answer to CONNECT has ended, or is longer than an answer may be."""
    return len(head) > limits.PROXY_HEAD_BYTES or _BLANK_LINE.search(head) is not None


def check_answer(proxy: Proxy, head: bytes) -> None:
    """Raise NetworkError unless the proxy opened the way; Go takes nothing but 200, and its error is the reason."""
    if not head:
        raise NetworkError(Stage.TCP, Trouble.PROXY, f"the proxy {proxy} closed the connection", go="EOF")
    status = _STATUS_LINE.match(head)
    if status is None:
        line = head.partition(b"\n")[0].rstrip(b"\r")
        sentence = f"the proxy {proxy} does not speak HTTP"
        raise NetworkError(Stage.TCP, Trouble.PROXY, sentence, go=f"malformed HTTP response {go_quote(line[:200])}")
    if not _BLANK_LINE.search(head):
        raise NetworkError(Stage.TCP, Trouble.PROXY, f"the proxy {proxy} sent half an answer", go="unexpected EOF")
    if status[1] != b"200":
        reason = printable_bytes(status[2] or b"", 200)
        answer = f"{status[1].decode('ascii')} {reason}".rstrip()
        sentence = f"the proxy {proxy} refuses the connection: {answer}"
        raise NetworkError(Stage.TCP, Trouble.PROXY, sentence, go=reason or "unknown status code")
