"""HTTP/1.1 as the embedded servers need it: a request head in, an answer out, no socket."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote

_REQUEST_LINE = re.compile(r"([A-Z]{1,20}) (/[!-~]*) HTTP/1\.([01])")
_FIELD = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*")

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One request: `target` is the path and query as sent, header names are in lower case."""

    method: str
    target: str
    headers: Headers
    minor_version: int = 1

    def header(self, name: str) -> str | None:
        """Return the first value of a header, by its name in lower case."""
        return next((value for field, value in self.headers if field == name), None)

    @property
    def path(self) -> str:
        """Return the path without query, percent-decoded."""
        return unquote(self.target.partition("?")[0])

    @property
    def query(self) -> list[tuple[str, str]]:
        """Return the query's pairs in order."""
        return parse_qsl(self.target.partition("?")[2], keep_blank_values=True)

    def parameter(self, name: str) -> str | None:
        """Return the first value of a query parameter."""
        return next((value for key, value in self.query if key == name), None)

    @property
    def closes(self) -> bool:
        """Say whether the connection ends with this request: asked for, HTTP/1.0, or a body that nobody reads."""
        if self.minor_version == 0 or "transfer-encoding" in dict(self.headers):
            return True
        return (self.header("connection") or "").lower() == "close" or self.header("content-length") not in {None, "0"}


@dataclass(frozen=True, slots=True)
class Answer:
    """One response; Content-Length is added when it is written."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    def with_headers(self, *headers: tuple[str, str]) -> Answer:
        """Return the answer with more headers."""
        return Answer(self.status, (*self.headers, *headers), self.body)

    def encoded(self, *, close: bool, head_only: bool = False) -> bytes:
        """Return the bytes to send; the answer to HEAD announces a body and has none."""
        try:
            phrase = HTTPStatus(self.status).phrase
        except ValueError:
            phrase = ""
        lines = [f"HTTP/1.1 {self.status} {phrase}", *(f"{name}: {value}" for name, value in self.headers)]
        lines.append(f"Content-Length: {len(self.body)}")
        if close:
            lines.append("Connection: close")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
        return head if head_only else head + self.body


def parse_request(head: bytes) -> Request | None:
    """Read a request head that ends with an empty line; None where it is no HTTP/1 request."""
    lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    line = _REQUEST_LINE.fullmatch(lines[0])
    if line is None:
        return None
    headers = []
    for text in lines[1:]:
        field = _FIELD.fullmatch(text)
        if field is None:
            return None
        headers.append((field[1].lower(), field[2]))
    return Request(line[1], line[2], tuple(headers), int(line[3]))


def json_answer(status: int, value: object, *headers: tuple[str, str]) -> Answer:
    """Return a JSON answer as registries write it: compact, with a line end."""
    body = (json.dumps(value, separators=(",", ":")) + "\n").encode()
    return Answer(status, (("Content-Type", "application/json; charset=utf-8"), *headers), body)


def error_answer(status: int, code: str, message: str, detail: object = None) -> Answer:
    """Return one registry error (distribution-spec, Error Codes); the key `detail` is left out where there is none."""
    error: dict[str, object] = {"code": code, "message": message}
    if detail is not None:
        error["detail"] = detail
    return json_answer(status, {"errors": [error]})


def page_not_found() -> Answer:
    """Return what Go's server says of a path that nobody serves."""
    return Answer(404, (("Content-Type", "text/plain; charset=utf-8"),), b"404 page not found\n")
