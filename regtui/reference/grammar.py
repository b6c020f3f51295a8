"""The syntax of an image name, which the engines share: `[host[:port]/]path[:tag][@digest]`.

The engines match one large regular expression. Read from the right it has one reading only, so it is taken apart
at `@`, `:` and `/` here, and each piece is matched alone, in linear time. Everything that passes is ASCII and free
of `..`, `%`, `?` and `#`: it may stand in the path of a URL.
"""

from __future__ import annotations

import re

from regtui.frozen import dataclass
from regtui.text import printable

NAME_LIMIT = 255
"""Bytes of a repository name; which part of the name counts differs between the engines."""

DEFAULT_TAG = "latest"

INVALID_FORMAT = "invalid reference format"
UPPERCASE = "repository name must be lowercase"
NO_COMPONENT = "repository name must have at least one component"
TOO_LONG = f"repository name must not be more than {NAME_LIMIT} characters"

# distribution/reference regexp.go. Its separator `-*` may be empty, which makes no difference to what matches
# but would make a backtracking matcher exponential.
_COMPONENT = r"[a-z0-9]++(?:(?:\.|__?|-++)[a-z0-9]++)*+"
_PATH = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*+")
_LABEL = r"[a-zA-Z0-9]++(?:-++[a-zA-Z0-9]++)*+"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*+(?::[0-9]+)?")
_IPV6_DOMAIN = re.compile(r"\[[a-fA-F0-9:]+\](?::[0-9]+)?")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}")
_IDENTIFIER = re.compile(r"[a-f0-9]{64}")


class InvalidReference(ValueError):  # noqa: N818 - the engines' own words: "invalid reference format"
    """A name that the engine refuses.

    `message` is what the engine prints, to the letter: for a typed name the whole line of `docker pull`. It may
    quote the name as typed, control characters and all, so people are shown `str()`, which is clean.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return printable(self.message)


@dataclass(frozen=True, slots=True)
class Syntax:
    """The pieces of a well-formed name as they stand in it; an absent piece is empty. `digest` has its algorithm."""

    domain: str
    path: str
    tag: str
    digest: str

    @property
    def name(self) -> str:
        return f"{self.domain}/{self.path}" if self.domain else self.path


def scan(text: str, *, ipv6: bool) -> Syntax | None:
    """The pieces of a name (ReferenceRegexp), or None where the text is not one. `ipv6` admits `[::1]:5000/`."""
    rest, at, digest = text.partition("@")
    if at and not _DIGEST.fullmatch(digest):
        return None
    first_colon_of_last_component = rest.find(":", rest.rfind("/") + 1)
    tag = ""
    if first_colon_of_last_component >= 0:
        rest, tag = rest[:first_colon_of_last_component], rest[first_colon_of_last_component + 1 :]
        if not _TAG.fullmatch(tag):
            return None
    found = scan_name(rest, ipv6=ipv6)
    return None if found is None else Syntax(*found, tag, digest)


def scan_name(name: str, *, ipv6: bool) -> tuple[str, str] | None:
    """Domain (or "") and path of a name without tag and digest (anchoredNameRegexp).

    Any first component that could be a host is the domain, `library` of `library/etcd` too: whether it is meant
    as a host is the engine's question.
    """
    first, slash, rest = name.partition("/")
    if slash and (_DOMAIN.fullmatch(first) or (ipv6 and _IPV6_DOMAIN.fullmatch(first))):
        return (first, rest) if _PATH.fullmatch(rest) else None
    return ("", name) if _PATH.fullmatch(name) else None


def is_uppercase_only_fault(text: str, *, ipv6: bool) -> bool:
    """Whether a text that is no name would be one in lower case."""
    lower = go_lower(text)
    return lower != text and scan(lower, ipv6=ipv6) is not None


def go_lower(text: str) -> str:
    """Go's strings.ToLower, as far as comparing with the text and matching against ASCII can tell.

    Go lowers `İ` to a plain `i`, and replaces a byte that is not UTF-8 (here a surrogate), which is a change too.
    """
    if text.isascii():
        return text.lower()
    return re.sub("[\ud800-\udfff]", "\ufffd", text.replace("\u0130", "i").lower())


def is_host_component(component: str) -> bool:
    """Whether the first component of a name means a host: it has a `.` or a `:`, or it is `localhost`."""
    return "." in component or ":" in component or component == "localhost"


def is_identifier(text: str) -> bool:
    """Whether a text is an image ID in full: 64 hexadecimal digits in lower case. No engine takes one as a name."""
    return _IDENTIFIER.fullmatch(text) is not None


def split_hostport(text: str) -> tuple[str, str | None]:
    """Host and port as Go's net.SplitHostPort finds them: `("::1", "5000")` of `[::1]:5000`.

    Where Go gives an error (no port, `::1`, `[::1]`, stray brackets) the port is None and the host is the text as
    it stands, which is what the engines then go on with. The port is any text, also an empty one.
    """
    head, colon, port = text.rpartition(":")
    if not colon:
        return text, None
    if head.startswith("["):
        host = head[1:-1]
        if not head.endswith("]") or "]" in host or "[" in host:
            return text, None
    else:
        host = head
        if ":" in host or "[" in host or "]" in host:
            return text, None
    return (text, None) if "[" in port or "]" in port else (host, port)
