"""What is wrong with an answer that is no HTTP, told from its first bytes as Go tells it."""

from __future__ import annotations

import re

from regtui.outcome import Stage, Trouble
from regtui.registry import failures
from regtui.registry.errors import NetworkError
from regtui.text import go_quote, printable, printable_bytes

_BROKEN = "net/http: HTTP/1.x transport connection broken: "
_TOO_LONG = "Receive buffer too long"
"""h11's words for a header block over 100 KiB."""
_SHOWN = 200
"""Characters of a broken answer that are shown: enough to know it by."""


def is_no_http(head: bytes) -> bool:
    """Tell whether the first line of an answer is there, and is no status line."""
    return b"\n" in head and not head.startswith(b"HTTP/")


def broken_body(stage: Stage, remote: str, reason: str, *, ended: bool) -> NetworkError:
    """Return the error for a body that httpcore could not read; `reason` is what it said."""
    if ended:
        return failures.closed(stage, remote, midway=True)
    go = "invalid byte in chunk length" if "chunk" in reason.lower() else printable(reason, _SHOWN)
    return failures.protocol(stage, f"{remote} sent a broken body: {printable(reason, _SHOWN)}", go)


def malformed(stage: Stage, remote: str, head: bytes, *, ended: bool, reason: str = "") -> NetworkError:
    """Return the error for an answer that begins with `head`; `reason` is what httpcore said of it.

    `ended`: the server closed the connection.
    """
    if reason.startswith(_TOO_LONG):
        sentence = f"{remote} sent more than 100 KiB of headers"
        go = "net/http: server response headers exceeded 102400 bytes; aborted"
        return NetworkError(stage, Trouble.TOO_LARGE, sentence, go=go, own_limit=True)
    line, _, block = head.partition(b"\n")
    line = line.removesuffix(b"\r")
    if fault := _status_line_fault(line):
        start = printable_bytes(line, 60)
        return failures.protocol(stage, f"{remote} does not speak HTTP, it sent: {start}", _BROKEN + fault)
    if ended:
        error = failures.closed(stage, remote, midway=True)
        return NetworkError(stage, error.trouble, str(error), go=f"{_BROKEN}{error.go}")
    if line.split()[1:2] == [b"101"]:
        fault = "unexpected switch to another protocol"
    else:
        fault = _header_fault(block) or re.sub(r"bytearray\(b(.*)\)", r"\1", reason)
    return failures.protocol(stage, f"{remote} sent a broken answer: {fault}", _BROKEN + fault)


def _status_line_fault(line: bytes) -> str:
    """Return what Go's http.ReadResponse says of a status line (net/http/response.go), nothing where it is good."""
    version, blank, rest = line.partition(b" ")
    if not blank:
        return f"malformed HTTP response {go_quote(line[:_SHOWN])}"
    status = rest.lstrip(b" ").partition(b" ")[0]
    if not re.fullmatch(rb"[0-9]{3}", status):
        return f"malformed HTTP status code {go_quote(status[:_SHOWN])}"
    if not re.fullmatch(rb"HTTP/[0-9]\.[0-9]", version):
        return f"malformed HTTP version {go_quote(version[:_SHOWN])}"
    return ""


def _header_fault(block: bytes) -> str:
    """Return what net/textproto and net/http say of a header block; nothing where they would take it."""
    lengths = []
    for line in re.split(rb"\r?\n\r?\n", block, maxsplit=1)[0].splitlines():
        name, colon, value = line.partition(b":")
        if not colon and line and line[:1] not in b" \t":
            return f"malformed MIME header: missing colon: {go_quote(line[:_SHOWN])}"
        if name.lower() == b"content-length":
            lengths.append(value.strip()[:_SHOWN])
        elif name.lower() == b"transfer-encoding" and value.strip().lower() != b"chunked":
            return f"unsupported transfer encoding: {go_quote(value.strip()[:_SHOWN])}"
    if len(set(lengths)) > 1:
        got = " ".join(map(go_quote, lengths[:5]))
        return f"http: message cannot contain multiple Content-Length headers; got [{got}]"
    if lengths and not re.fullmatch(rb"[0-9]{1,18}", lengths[0]):
        return f"bad Content-Length {go_quote(lengths[0])}"
    return ""
