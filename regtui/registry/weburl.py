"""The URLs that a registry may name: a strict reading that no two parsers can understand differently."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import quote_plus, unquote_to_bytes

from regtui.frozen import dataclass

DEFAULT_PORTS = {"http": 80, "https": 443}

_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?:(?P<userinfo>[^/?#@]*)@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?(?:#.*)?"
)
_BAD_CHARACTER = re.compile(r"[^!-~]|[\"<>\\^`{|}]")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
LIMIT = 8192
"""Characters of a URL; longer ones are refused. Signed URLs of blob stores stay below 4,000."""


@dataclass(frozen=True, slots=True)
class WebUrl:
    """An http or https URL in parts: `host` lower-case without brackets, `port` always set, no fragment.

    `userinfo` says that there was a user name or password in it, which is not kept.
    """

    scheme: str
    host: str
    port: int
    path: str = "/"
    query: str = ""
    userinfo: bool = False

    @property
    def authority(self) -> str:
        """`HOST[:PORT]`, without the scheme's own port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def place(self) -> tuple[str, int]:
        """Host and port: what a socket is opened to."""
        return self.host, self.port

    @property
    def origin(self) -> str:
        """`SCHEME://HOST[:PORT]`."""
        return f"{self.scheme}://{self.authority}"

    def __str__(self) -> str:
        return f"{self.origin}{self.path}{'?' + self.query if self.query else ''}"


def parse_url(text: str) -> WebUrl | None:
    """Return the parts of an absolute http or https URL, None for anything else.

    Only printable ASCII is taken, no backslash and no other character that RFC 3986 leaves out, so that what is
    checked here and what is asked for later cannot be two different hosts.
    """
    if len(text) > LIMIT or _BAD_CHARACTER.search(text):
        return None
    match = _URL.fullmatch(text)
    scheme = match["scheme"].lower() if match else ""
    if match is None or scheme not in DEFAULT_PORTS:
        return None
    port = int(match["port"]) if match["port"] else DEFAULT_PORTS[scheme]
    if not 0 < port < 65536 or _BAD_ESCAPE.search(match["path"] or ""):
        return None
    host = match["host"].lower().strip("[]")
    return WebUrl(scheme, host, port, match["path"] or "/", match["query"] or "", match["userinfo"] is not None)


def scheme_of(text: str) -> str:
    """Return what stands before the first `:` where that is a scheme, lower-case, else nothing."""
    match = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", text)
    return match[1].lower() if match else ""


def with_query(url: WebUrl, added: tuple[tuple[str, str], ...]) -> WebUrl:
    """Return the URL with parameters added to those it has, encoded as Go's url.Values.Encode does: sorted by name."""
    pairs = [*_pairs(url.query), *((name.encode(), value.encode("utf-8", "surrogateescape")) for name, value in added)]
    encoded = sorted(((quote_plus(name), quote_plus(value)) for name, value in pairs), key=lambda pair: pair[0])
    return replace(url, query="&".join(f"{name}={value}" for name, value in encoded))


def _pairs(query: str) -> list[tuple[bytes, bytes]]:
    """Return a query's parameters; a pair with a bad escape is dropped, as url.ParseQuery does."""
    pairs = []
    for pair in query.split("&"):
        if pair and not _BAD_ESCAPE.search(pair):
            name, _, value = pair.replace("+", " ").partition("=")
            pairs.append((unquote_to_bytes(name), unquote_to_bytes(value)))
    return pairs


def resolve(base: WebUrl, reference: str) -> WebUrl | None:
    """Return where a reference found at `base` leads (RFC 3986, 5.3), None where it is no http or https URL.

    Dot segments are refused rather than removed: no registry needs them.
    """
    if not reference or len(reference) > LIMIT or _BAD_CHARACTER.search(reference):
        return None
    reference = reference.partition("#")[0]
    if scheme_of(reference):
        return _without_dots(parse_url(reference))
    if reference.startswith("//"):
        return _without_dots(parse_url(f"{base.scheme}:{reference}"))
    path, mark, query = reference.partition("?")
    if not path:
        return replace(base, query=query if mark else base.query, userinfo=False)
    if not path.startswith("/"):
        path = base.path[: base.path.rfind("/") + 1] + path
    return _without_dots(replace(base, path=path, query=query, userinfo=False))


def _without_dots(url: WebUrl | None) -> WebUrl | None:
    if url is None:
        return None
    segments = {re.sub("%2e", ".", segment, flags=re.IGNORECASE) for segment in url.path.split("/")}
    return None if segments & {".", ".."} else url
