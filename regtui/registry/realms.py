"""The credential rule: to which token service a stored secret may go, and why not to others.

Docker sends a registry's credentials to whatever host the registry's challenge names. The rule here: to the registry's
own host and port, to one of the built-in pairs, or to a pair that the user allowed; over https, or over the plain HTTP
of a registry that the host lists as insecure; and to no address inside this host or its network that the registry does
not itself have. See CVE-2026-33540 and CVE-2026-48978 for clients without such a rule.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.registry.addresses import (
    is_inside,
    is_loopback_name,
    is_own_host_or_link,
    is_written_as_address,
    literal,
)
from regtui.registry.weburl import WebUrl, parse_url
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.host.model import Address

Pairs = frozenset[tuple[str, str]]
"""(`HOST[:PORT]` of a registry, `HOST[:PORT]` of its token service), lower-case, without the scheme's own port."""

BUILT_IN_PAIRS: Pairs = frozenset(
    {
        ("registry-1.docker.io", "auth.docker.io"),
        ("registry.gitlab.com", "gitlab.com"),
        ("nvcr.io", "authn.nvidia.com"),
    }
)
_DOCKER_HUB = {"docker.io", "index.docker.io"}


class RealmUse(Enum):
    """What a realm may be given."""

    SECRET = auto()  # the stored credential
    ANONYMOUS = auto()  # a request without it
    REFUSED = auto()  # nothing: no connection is made


@dataclass(frozen=True, slots=True)
class RealmJudgement:
    """What a realm may be given, and why not more, as words that follow `because it`.

    `allowable` says that naming the pair (`--allow-auth-realm`) would let the secret go.
    """

    use: RealmUse
    reason: str = ""
    allowable: bool = False


def judge_realm(
    registry_origin: str,
    realm_url: str,
    addresses: tuple[Address, ...] | None,
    allowed_pairs: Pairs = frozenset(),
    *,
    insecure: bool = False,
    registry_addresses: tuple[Address, ...] = (),
) -> RealmJudgement:
    """Return what the token service at `realm_url` may be given by a client of `registry_origin`.

    `addresses` are those that the realm's host has now, None where a proxy looks the name up; `registry_addresses` are
    the registry's own (empty: taken for public); `insecure` says that the host's configuration lists the registry as
    insecure. A realm on an inside address of a public registry is not even connected to, unless the user named it. A
    pair that the user allowed may have a private address where the registry has one too (GitLab on premises), but
    never a loopback or link-local one.
    """
    registry, realm = parse_url(registry_origin), parse_url(realm_url)
    if registry is None or realm is None:
        return RealmJudgement(RealmUse.REFUSED, "is no http or https URL")
    return judge(registry, realm, addresses, allowed_pairs, insecure=insecure, registry_addresses=registry_addresses)


def judge(
    registry: WebUrl,
    realm: WebUrl,
    addresses: tuple[Address, ...] | None,
    allowed_pairs: Pairs,
    *,
    insecure: bool,
    registry_addresses: tuple[Address, ...],
) -> RealmJudgement:
    """Return what `judge_realm` does, for URLs in parts."""
    pair = (registry.authority, realm.authority)
    same_place = registry.place == realm.place
    approved = pair in allowed_pairs
    registry_is_inside = bool(registry_addresses) and all(map(is_inside, registry_addresses))
    written = literal(realm.host)
    known = (addresses or ()) if written is None else (written,)
    leads_inside = any(map(is_inside, known)) or is_loopback_name(realm.host)
    if leads_inside and not (same_place or approved or registry_is_inside):
        return RealmJudgement(RealmUse.REFUSED, "leads to an address inside this host or its network")
    if reason := _unfit(registry, realm, insecure=insecure and same_place):
        return RealmJudgement(RealmUse.ANONYMOUS, reason)
    if same_place:
        return RealmJudgement(RealmUse.SECRET)
    if reason := _unfit_place(realm, known, registry_is_inside=registry_is_inside, proxied=addresses is None):
        return RealmJudgement(RealmUse.ANONYMOUS, reason)
    if approved or pair in BUILT_IN_PAIRS:
        return RealmJudgement(RealmUse.SECRET)
    return RealmJudgement(RealmUse.ANONYMOUS, "is another host than the registry", allowable=True)


def _unfit(registry: WebUrl, realm: WebUrl, *, insecure: bool) -> str:
    """Return why the URL itself must not be sent a secret, nothing where it may."""
    if realm.userinfo:
        return "has a user name in its URL"
    if realm.scheme == "https" or (registry.scheme == "http" and insecure):
        return ""
    return "is plain HTTP"


def _unfit_place(realm: WebUrl, addresses: tuple[Address, ...], *, registry_is_inside: bool, proxied: bool) -> str:
    """Return why another host than the registry must not be sent a secret whoever allowed it."""
    if is_written_as_address(realm.host):
        return "is an address instead of a name"
    if any(map(is_own_host_or_link, addresses)):
        return "leads to a loopback or link-local address"
    if any(map(is_inside, addresses)) and not registry_is_inside:
        return "leads to a private address"
    return "" if addresses or proxied else "has no address that could be checked"


def withheld_sentence(
    secret: str, registry_origin: str, realm_url: str, judgement: RealmJudgement, program: str
) -> str:
    """Return the sentence about a secret that was kept back.

    `secret` names it (`the password of alice`), never its value; `program` is who would have sent it (`dockerd`).
    """
    registry, realm = parse_url(registry_origin), parse_url(realm_url)
    asker = registry.authority if registry else printable(registry_origin, 200)
    asked = realm.authority if realm else printable(realm_url, 200)
    sentence = (
        f"{secret} for {asker} was not sent to {asked}, which {asker} names as its token service, "
        f"because it {judgement.reason}; {program} would have sent it"
    )
    return f"{sentence}; --allow-auth-realm {asker}={asked} allows it" if judgement.allowable else sentence


def normal_pairs(pairs: Pairs) -> Pairs:
    """Return the user's pairs as they are compared: `docker.io` is registry-1.docker.io, and port 443 is not written.

    What is no host allows nothing.
    """
    found = set()
    for registry, realm in pairs:
        parts = [url.authority for part in (registry, realm) if (url := _host_only(part)) is not None]
        if len(parts) == 2:
            found.add(("registry-1.docker.io" if parts[0] in _DOCKER_HUB else parts[0], parts[1]))
    return frozenset(found)


def _host_only(text: str) -> WebUrl | None:
    url = parse_url(f"https://{text}")
    return url if url is not None and str(url) == f"{url.origin}/" and not url.userinfo and "/" not in text else None
