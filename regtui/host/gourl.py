"""URLs as Go's net/url reads them, for the values that dockerd validates with it."""

from __future__ import annotations

import re

from regtui.frozen import dataclass
from regtui.text import go_quote

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:", re.ASCII)
_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NOT_IN_HOST = re.compile(r"[\x00-\x20/?#@\\^`{|}\x7f]")
_USERINFO = re.compile(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*", re.ASCII)


class GoUrlError(ValueError):
    """The text is no URL for Go; `str()` is url.Parse's cause, without the text itself."""


@dataclass(frozen=True, slots=True)
class GoUrl:
    """The parts of a parsed URL; `user` is None without an `@`, `opaque` is what follows a scheme without a slash."""

    scheme: str
    host: str = ""
    user: str | None = None
    path: str = ""
    query: str = ""
    fragment: str = ""
    opaque: str = ""


def parse_url(text: str) -> GoUrl:
    """Return the parts as url.Parse does (net/url/url.go), or raise `GoUrlError`."""
    text, _, fragment = text.partition("#")
    if re.search(r"[\x00-\x1f\x7f]", text):
        raise GoUrlError("net/url: invalid control character in URL")
    if text.startswith(":"):
        raise GoUrlError("missing protocol scheme")
    found = _SCHEME.match(text)
    scheme = found[0][:-1].lower() if found else ""
    rest, _, query = text[len(found[0]) if found else 0 :].partition("?")
    if not rest.startswith("/"):
        if scheme:
            return GoUrl(scheme, opaque=rest, query=query, fragment=fragment)
        if ":" in rest.partition("/")[0]:
            raise GoUrlError("first path segment in URL cannot contain colon")
    user, host = None, ""
    if rest.startswith("//") and (scheme or not rest.startswith("///")):
        authority, slash, path = rest[2:].partition("/")
        user, host = _authority(authority)
        rest = slash + path
    _check_escapes(rest)
    return GoUrl(scheme, host, user, rest, query, fragment)


def _authority(authority: str) -> tuple[str | None, str]:
    user, at, host = authority.rpartition("@")
    if at and not _USERINFO.fullmatch(user):
        raise GoUrlError("net/url: invalid userinfo")
    if host.startswith("["):
        end = host.rfind("]")
        if end < 0:
            raise GoUrlError("missing ']' in host")
        port = host[end + 1 :]
    else:
        port = host[host.rfind(":") :] if ":" in host else ""
    if port and not re.fullmatch(r":[0-9]*", port, re.ASCII):
        raise GoUrlError(f"invalid port {go_quote(port)} after host")
    _check_escapes(host)
    if bad := _NOT_IN_HOST.search(host):
        raise GoUrlError(f"invalid character {go_quote(bad[0])} in host name")
    return (user if at else None), host


def _check_escapes(text: str) -> None:
    if bad := _ESCAPE.search(text):
        raise GoUrlError(f"invalid URL escape {go_quote(text[bad.start() : bad.start() + 3])}")
