"""Where a redirect may lead: followed by hand, because no library asks before it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.gourl import GoUrlError
from regtui.host.gourl import parse_url as parse_as_go
from regtui.registry.addresses import is_inside, is_loopback_name, is_written_as_address, literal
from regtui.registry.weburl import WebUrl, resolve, scheme_of
from regtui.text import go_quote, printable, strip_userinfo

if TYPE_CHECKING:
    from regtui.host.model import Address

MOST = 5
"""Redirects of one request; Go follows ten, real registries send one or two."""
STATUSES = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Refusal:
    """A redirect that is not followed: a clean sentence, and Go's text where Go would not follow it either."""

    sentence: str
    go: str = ""

    @property
    def own(self) -> bool:
        """The engine would have followed it."""
        return not self.go


def is_redirect(status: int, location: str | None) -> bool:
    """Say whether Go's client takes an answer for a redirect; a 307 or 308 without Location is none."""
    return status in STATUSES and (location is not None or status < 307)


def next_hop(current: WebUrl, status: int, location: str | None, visited: tuple[WebUrl, ...]) -> WebUrl | Refusal:
    """Return where a redirect leads, or why it is not followed (net/http/client.go says where Go gives up).

    `visited` are the URLs asked so far, the current one among them.
    """
    if not location:
        return Refusal(f"answered {status} without saying where to go", f"{status} response missing Location header")
    shown = printable(strip_userinfo(location), 200)
    target = resolve(current, location)
    if target is None:
        return Refusal(f"refused the redirect to {shown}", _what_go_says(location))
    if target.userinfo:
        return Refusal(f"refused the redirect to {shown}: it has a user name in it")
    if current.scheme == "https" and target.scheme == "http":
        return Refusal(f"refused the redirect to {shown}: it leads from https to plain HTTP")
    if target in visited:
        return Refusal(f"the redirect to {shown} leads in a circle", "stopped after 10 redirects")
    if len(visited) > MOST:
        return Refusal(f"stopped after {MOST} redirects")
    return target


def leads_inside(target: WebUrl, addresses: tuple[Address, ...] | None, origin_addresses: tuple[Address, ...]) -> bool:
    """Say whether a redirect leads from a public server to an address inside this host or its network.

    `addresses` are the target's, None where a proxy looks the name up; `origin_addresses` those of the server that was
    asked first (empty: taken for public).
    """
    if origin_addresses and all(map(is_inside, origin_addresses)):
        return False
    written = literal(target.host)
    known = (addresses or ()) if written is None else (written,)
    inside_name = is_loopback_name(target.host) or (written is None and is_written_as_address(target.host))
    return inside_name or any(map(is_inside, known))


def _what_go_says(location: str) -> str:
    """Return Go's error for a Location that it cannot follow; nothing for one that it could."""
    try:
        parsed = parse_as_go(location)
    except GoUrlError as error:
        quoted = go_quote(printable(location, 200))
        return f"failed to parse Location header {quoted}: parse {quoted}: {error}"
    if parsed.scheme and parsed.scheme not in ("http", "https"):
        return f"unsupported protocol scheme {go_quote(scheme_of(location))}"
    return ""
