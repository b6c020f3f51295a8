"""The proxies of the daemon's own environment, and Go's rule for which requests go through them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from regtui.host.gonet import in_network, parse_cidr, parse_ip, split_host_port
from regtui.host.gourl import GoUrlError, parse_url
from regtui.host.model import Proxies, Source
from regtui.text import strip_userinfo

if TYPE_CHECKING:
    from regtui.host.environment import Assignment
    from regtui.host.model import Address

Environment = Mapping[str, "Assignment"]
_SCHEMES = ("http", "https", "socks5")


def proxies_of(environment: Environment) -> Proxies:
    """Return the proxies that Go programs take from these variables: upper case first, an empty one counts as unset."""
    sources: list[Source] = []

    def first(name: str) -> str:
        for one in (environment.get(name), environment.get(name.lower())):
            if one is not None and one.value:
                sources.append(one.source)
                return one.value
        return ""

    https, http, no_proxy = first("HTTPS_PROXY"), first("HTTP_PROXY"), first("NO_PROXY")
    return Proxies(http, https, no_proxy, sources[0] if sources else None)


def proxies_in(environment: Mapping[str, str]) -> Proxies:
    """Return the proxies of a person's own environment, for an engine whose client pulls."""
    named = {name: value for name in ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY") if (value := _own(environment, name))}
    source = Source("environment", None, next(iter(named))) if named else None
    return Proxies(named.get("HTTP_PROXY", ""), named.get("HTTPS_PROXY", ""), named.get("NO_PROXY", ""), source)


def _own(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name) or environment.get(name.lower(), "")


def proxy_for(proxies: Proxies, scheme: str, host: str, port: int, *, go110: bool = False) -> str:
    """Return the URL of the proxy for a request to `scheme://host:port`, empty where it goes direct.

    The rule is golang.org/x/net/http/httpproxy's. With `go110` it is net/http's of Go 1.10, with which RHEL's Docker is
    built: https falls back to HTTP_PROXY, and NO_PROXY knows neither networks nor `*.` nor ports. A value that is no
    URL counts as none. `host` may have the brackets of IPv6. The result may hold a password: print `masked` of it.
    """
    value = proxies.https if scheme == "https" else ""
    if scheme == "http" or (go110 and not value):
        value = proxies.http
    if not (url := _proxy_url(value)):
        return ""
    bare = host.removeprefix("[").removesuffix("]")
    address = parse_ip(bare)
    if bare == "localhost" or (address is not None and address.is_loopback):
        return ""
    covered = _covered_110 if go110 else _covered
    return "" if covered(proxies.no_proxy, _ascii(bare.strip().lower()), str(port), address) else url


def masked(url: str) -> str:
    """Return a proxy's URL for people: without user name and password."""
    return strip_userinfo(url)


def is_proxy_url(value: str) -> bool:
    """Tell whether the value is a proxy's URL, or one without `http://`, and not something that Go makes do with."""
    return _proxy_url(value) in ((value,) if "://" in value else ("http://" + value,))


def _proxy_url(value: str) -> str:
    """Return the value as Go uses it: `http://` is put before anything that is no URL of a known scheme.

    So `http://proxy:port`, which is none, becomes the proxy `http:`, which Go then looks up in vain.
    """
    if not value:
        return ""
    try:
        if parse_url(value).scheme in _SCHEMES:
            return value
    except GoUrlError:
        pass
    try:
        return "http://" + value if parse_url("http://" + value).host else ""
    except GoUrlError:
        return ""


def _covered(no_proxy: str, host: str, port: str, address: Address | None) -> bool:
    """Tell whether an entry of NO_PROXY covers the host; a malformed entry covers nothing."""
    return any(_matches(entry, host, port, address) for entry in _entries(no_proxy))


def _matches(entry: str, host: str, port: str, address: Address | None) -> bool:
    if entry == "*":
        return True
    if (network := parse_cidr(entry)) is not None:
        return address is not None and in_network(address, network)
    name, own_port = split_host_port(entry) or (entry, "")  # `[::1]` without a port matches nothing, as with Go
    if own_port not in ("", port):
        return False
    if (own := parse_ip(name)) is not None:
        return own == address
    if name.startswith("*."):
        name = name[1:]
    if not name:
        return False
    name = _ascii(name)
    return host.endswith(name) if name.startswith(".") else host == name or host.endswith("." + name)


def _covered_110(no_proxy: str, host: str, _port: str, _address: Address | None) -> bool:
    """Go 1.10's rule (net/http/transport.go, useProxy): texts alone, ports cut off, IPv6 in its brackets."""
    if no_proxy == "*":
        return True
    host = f"[{host}]" if ":" in host else host
    for entry in _entries(no_proxy):
        name = entry[: entry.rfind(":")] if entry.rfind(":") > entry.rfind("]") else entry
        if name and (host == name or (host.endswith(name) if name.startswith(".") else host.endswith("." + name))):
            return True
        if name.startswith(".") and host == name[1:]:
            return True
    return False


def _entries(no_proxy: str) -> list[str]:
    return [entry for part in no_proxy.split(",") if (entry := part.strip().lower())]


def _ascii(name: str) -> str:
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:  # Go leaves such a name as it is
        return name
