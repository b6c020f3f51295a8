"""What dockerd makes of a flag's value: its validators and Go's number parsing, with their error texts.

Sources: opts/{opts,hosts,ip,runtime,quotedstring}.go, registry/config.go, go-units (ulimit.go, size.go), Go's strconv.
The texts changed over the years; each is given for the versions in which it stood.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from regtui.host.flags_known import FORK, Check, Kind, KnownFlag, Version
from regtui.host.gonet import parse_ip, split_host_port
from regtui.host.gourl import GoUrl, GoUrlError, parse_url
from regtui.host.refusal import MASKED
from regtui.text import go_quote

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

_TRUE = {"1", "t", "T", "true", "TRUE", "True"}
_FALSE = {"0", "f", "F", "false", "FALSE", "False"}
# Patterns as text: few command lines need them, and compiling them costs every start.
_INTEGER = r"(?a)[+-]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO]?[0-7_]+|[1-9][0-9_]*|0)"
_DOMAIN = (
    r"(?a)(:?(:?[a-zA-Z0-9]|(:?[a-zA-Z0-9][a-zA-Z0-9\-]*[a-zA-Z0-9]))"
    r"(:?\.(:?[a-zA-Z0-9]|(:?[a-zA-Z0-9][a-zA-Z0-9\-]*[a-zA-Z0-9])))*)\.?[\t\n\f\r ]*"
)
_SIZE = r"(?a)\d+(\.\d+)*[ ]?[kKmMgGtTpP]?[iI]?[bB]?"
_ULIMITS = frozenset(
    {"core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice"}
    | {"nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack"}
)
_RESERVED = ("com.docker.", "io.docker.", "org.dockerproject.")


class BadValueError(ValueError):
    """The engine does not take the value; `str()` is its reason in its own words."""


def stored_value(flag: KnownFlag, text: str, version: Version, runtimes: AbstractSet[str] = frozenset()) -> str:
    """Return the value as the engine stores it, or raise `BadValueError`; `runtimes` are the names given before."""
    match flag.kind:
        case Kind.BOOL:
            return "true" if parse_bool(text) else "false"
        case Kind.INT:
            return str(parse_int(text))
        case Kind.QUOTED:
            quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "'\""
            return text[1:-1] if quoted else text
        case Kind.IP:
            return _ip(text, version)
        case Kind.ULIMIT:
            return _ulimit(text, version)
        case Kind.RUNTIME:
            return _runtime(text, runtimes)
        case Kind.BYTES if not re.fullmatch(_SIZE, text):
            raise BadValueError(f"invalid size: '{text}'")
        case Kind.LIST if flag.check is not None:
            return check_value(flag.check, text, version)
        case _:
            return text


def check_value(check: Check, text: str, version: Version) -> str:
    """Return a list's value normalized by its validator, or raise `BadValueError`."""
    match check:
        case Check.INDEX_NAME:
            return index_name(text, version)
        case Check.MIRROR:
            return mirror(text, version)
        case Check.IP_ADDRESS:
            address = parse_ip(text.strip())
            if address is None:
                old, new = f"{text} is not an ip address", f"IP address is not correctly formatted: {text}"
                raise BadValueError(old if version < (25, 0) else new)
            return str(address)
        case Check.DNS_SEARCH:
            return _dns_search(text.strip(" "))
        case Check.LABEL:
            return _label(text, version)
        case Check.HOST:
            _host(text.strip(), version)
            return text
        case Check.GENERIC_RESOURCE:
            if "=" not in text:
                raise BadValueError(f"invalid node-generic-resource format `{text}` expected `name=value`")
            return text


def parse_bool(text: str) -> bool:
    """Return the boolean as strconv.ParseBool reads it, or raise `BadValueError`."""
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise BadValueError(f"strconv.ParseBool: parsing {go_quote(text)}: invalid syntax")


def parse_int(text: str) -> int:
    """Return the number as strconv.ParseInt(text, 0, 64) reads it, or raise `BadValueError`."""
    plain = text.lstrip("+-")
    underscores = re.search(r"__|_$|^_", plain) or (plain[:1] != "0" and "_" in plain)
    if not re.fullmatch(_INTEGER, text) or underscores or len(text) > 80:
        raise BadValueError(f"strconv.ParseInt: parsing {go_quote(text)}: invalid syntax")
    octal = re.fullmatch(r"0[0-7_]+", plain, re.ASCII)
    number = int(plain.replace("_", ""), 8 if octal else 0)
    number = -number if text.startswith("-") else number
    if not -(2**63) <= number < 2**63:
        raise BadValueError(f"strconv.ParseInt: parsing {go_quote(text)}: value out of range")
    return number


def index_name(text: str, version: Version) -> str:
    """Return the name of a registry; nothing but a hyphen at an end is refused (registry/config.go:271-287)."""
    name = "docker.io" if text == "index.docker.io" else text
    if name.startswith("-") or name.endswith("-"):
        old = version < (23, 0)
        raise BadValueError(
            f"Invalid index name ({name}). Cannot begin or end with a hyphen."
            if old
            else f"invalid index name ({name}). Cannot begin or end with a hyphen"
        )
    return name


def mirror(text: str, version: Version) -> str:
    """Return a mirror's URL with a slash at its end, or raise `BadValueError` (registry/config.go:253-268)."""
    if version == FORK:
        return _fork_mirror(text)
    scheme, marker, _ = text.partition("://")
    if version >= (28, 0) and not (scheme and marker):
        raise BadValueError(
            f"invalid mirror: no scheme specified for {go_quote(text)}: must use either 'https://' or 'http://'"
        )
    try:
        url = parse_url(text)
    except GoUrlError as error:
        cause = "" if version < (23, 0) else f": parse {go_quote(text)}: {error}"
        raise BadValueError(f"invalid mirror: {go_quote(text)} is not a valid URI{cause}") from None
    return _moby_mirror(text, url, version)


def _fork_mirror(text: str) -> str:
    try:
        url = parse_url(text)
    except GoUrlError:
        raise BadValueError(f"{text} is not a valid URI") from None
    if url.scheme not in ("http", "https"):
        raise BadValueError(f"Unsupported scheme {url.scheme}")
    if url.path or url.query or url.fragment:
        raise BadValueError("Unsupported path/query/fragment at end of the URI")
    return f"{url.scheme}://{url.host}/"


def _moby_mirror(text: str, url: GoUrl, version: Version) -> str:
    shown = go_quote(text)
    if url.scheme not in ("http", "https"):
        hint = ": must use either 'https://' or 'http://'" if version >= (28, 0) else ""
        raise BadValueError(f"invalid mirror: unsupported scheme {go_quote(url.scheme)} in {shown}{hint}")
    if version < (24, 0) and (url.path not in ("", "/") or url.query or url.fragment):
        raise BadValueError(f"invalid mirror: path, query, or fragment at end of the URI {shown}")
    if url.query or url.fragment:
        raise BadValueError(f"invalid mirror: query or fragment at end of the URI {shown}")
    if url.user is not None:
        name, colon, _ = url.user.partition(":")
        name = name if colon else "***"  # a user without a password may be a token
        masked = f"{url.scheme}://{name}{MASKED}{url.host}{url.path}"
        raise BadValueError(f"invalid mirror: username/password not allowed in URI {go_quote(masked)}")
    return text.removesuffix("/") + "/"


def _ip(text: str, version: Version) -> str:
    address = parse_ip(text)
    if address is None:
        old = version < (23, 0)
        raise BadValueError(f"{text} is not an ip address" if old else f"failed to parse IP: {go_quote(text)}")
    return str(address)


def _dns_search(text: str) -> str:
    if text == ".":
        return text
    found = re.fullmatch(_DOMAIN, text)
    if found is None or len(found[1]) >= 255 or not re.search(r"[a-zA-Z]", text):
        raise BadValueError(f"{text} is not a valid domain")
    return found[1]


def _label(text: str, version: Version) -> str:
    if "=" not in text:
        raise BadValueError(f"bad attribute format: {text}")
    if version != FORK and text.lower().startswith(_RESERVED):
        raise BadValueError(
            f"label {text} is not allowed: the namespaces com.docker.*, io.docker.*, and org.dockerproject.* "
            "are reserved for internal use"
        )
    return text


def _ulimit(text: str, version: Version) -> str:
    name, equals, limits = text.partition("=")
    if not equals:
        raise BadValueError(f"invalid ulimit argument: {text}")
    if name not in _ULIMITS:
        raise BadValueError(f"invalid ulimit type: {name}")
    parts = limits.split(":")
    if len(parts) > 2:
        raise BadValueError(f"too many limit value arguments - {limits}, can only have up to two, `soft[:hard]`")
    hard = _decimal(parts[-1])
    soft = _decimal(parts[0])
    unlimited = version != FORK and hard == -1
    if version != FORK and soft == -1 and not unlimited:
        limit = f"soft: -1 (unlimited), hard: {hard}"
        raise BadValueError(f"ulimit soft limit must be less than or equal to hard limit: {limit}")
    if soft > hard and not unlimited:
        raise BadValueError(f"ulimit soft limit must be less than or equal to hard limit: {soft} > {hard}")
    return f"{name}={soft}:{hard}"


def _decimal(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]+", text, re.ASCII):
        raise BadValueError(f"strconv.ParseInt: parsing {go_quote(text)}: invalid syntax")
    if len(text) > 40 or not -(2**63) <= int(text) < 2**63:
        raise BadValueError(f"strconv.ParseInt: parsing {go_quote(text)}: value out of range")
    return int(text)


def _runtime(text: str, runtimes: AbstractSet[str]) -> str:
    name, equals, path = (part.strip() for part in text.partition("="))
    if not equals or not name or not path:
        raise BadValueError(f"invalid runtime argument: {text}")
    name = name.lower()
    if name == "runc":
        raise BadValueError("runtime name 'runc' is reserved")
    if name in runtimes:
        raise BadValueError(f"runtime '{name}' was already defined")
    return f"{name}={path}"


def _host(text: str, version: Version) -> None:
    """Refuse what `-H` refuses (opts/hosts.go, parseDaemonHost); an empty text means the default."""
    if not text:
        return
    protocol, marker, rest = text.partition("://")
    if not marker:
        protocol, rest = "tcp", text
    new = version >= (23, 0)
    if protocol in ("unix", "npipe"):
        rest = rest.removeprefix(f"{protocol}://")
        if "://" in rest:
            raise BadValueError(f"{'invalid' if new else 'Invalid'} proto, expected {protocol}: {rest}")
    elif protocol == "tcp":
        _new_tcp(text) if new else _old_tcp(rest, version)
    elif protocol != "fd":
        unknown = f"invalid bind address ({text}): unsupported proto '{protocol}'"
        raise BadValueError(unknown if new else f"Invalid bind address format: {text}")


def _old_tcp(text: str, version: Version) -> None:
    if text in ("", "tcp://"):
        return
    address = text.removeprefix("tcp://")
    if not address or "://" in address:
        raise BadValueError(f"Invalid proto, expected tcp: {text}")
    if address.endswith("]:"):
        address += "2375"
    try:
        host = parse_url(f"tcp://{address}").host
    except GoUrlError as error:
        shown = f"tcp://{address}"  # url.Error quotes it since Go 1.14, which came after the fork's
        raise BadValueError(f"parse {shown if version == FORK else go_quote(shown)}: {error}") from None
    parts = split_host_port(host) or split_host_port(f"[{host}]:2375" if ":" in host else f"{host}:2375")
    if parts is None or not re.fullmatch(r"[+-]?[0-9]+", parts[1] or "2375", re.ASCII):
        raise BadValueError(f"Invalid bind address format: {text}")


def _new_tcp(text: str) -> None:
    address = text if "://" in text else f"tcp://{text}"
    try:
        url = parse_url(address)
    except GoUrlError as error:
        raise BadValueError(f"invalid bind address ({text}): parse {go_quote(address)}: {error}") from None
    if url.path:
        raise BadValueError(f"invalid bind address ({text}): should not contain a path element")
    port = (split_host_port(url.host) or ("", ""))[1]
    if port and int(port) == 0:
        raise BadValueError(f"invalid bind address ({text}): invalid port: {port}")
