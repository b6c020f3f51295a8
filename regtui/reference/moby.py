"""How Docker Engine reads an image name: ParseNormalizedNamed of distribution/reference, then and now."""

from __future__ import annotations

import re
from dataclasses import replace
from enum import Enum

from regtui.frozen import dataclass
from regtui.reference.grammar import (
    DEFAULT_TAG,
    INVALID_FORMAT,
    NAME_LIMIT,
    TOO_LONG,
    UPPERCASE,
    InvalidReference,
    go_lower,
    is_host_component,
    is_identifier,
    is_uppercase_only_fault,
    scan,
)

DEFAULT_DOMAIN = "docker.io"
LEGACY_DOMAIN = "index.docker.io"
LIBRARY = "library/"

# opencontainers/go-digest: digits in lower case, unlike in the grammar of a name.
_DIGEST_SIZES = {"sha256": 64, "sha384": 96, "sha512": 128}
_DIGEST = re.compile(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+")


class MobyGrammar(Enum):
    """Which generation of the library reads the name.

    DISTRIBUTION_2: docker/distribution 2.7 and 2.8, in Docker Engine up to 24, and as a copy in podman
    (containers/image 5.23). No IPv6 hosts, an upper-case first component is no host, and the host counts towards
    the length.
    CURRENT: distribution/reference 0.6, in Docker Engine 26 and later.
    """

    DISTRIBUTION_2 = "distribution-2"
    CURRENT = "current"


@dataclass(frozen=True, slots=True)
class MobyReference:
    """A normalized name: domain and path (`docker.io`, `library/etcd`), and a tag, a digest, both or none.

    `digest` has its algorithm. `domain` is empty where the first component was taken for a host and the grammar
    then let it pass as a path only (`foo_bar.com/x`). `str()` is the name in full.
    """

    domain: str
    path: str
    tag: str | None
    digest: str | None

    @property
    def name(self) -> str:
        """Domain and path, without tag and digest."""
        return f"{self.domain}/{self.path}" if self.domain else self.path

    @property
    def familiar_name(self) -> str:
        """The name as Docker shows it: without `docker.io/`, and without `library/` before a single component."""
        if self.domain != DEFAULT_DOMAIN:
            return self.name
        short = self.path.removeprefix(LIBRARY)
        return self.path if "/" in short else short

    @property
    def familiar(self) -> str:
        """FamiliarString: the familiar name with tag and digest."""
        return self.familiar_name + self._suffix

    @property
    def _suffix(self) -> str:
        return (f":{self.tag}" if self.tag is not None else "") + (f"@{self.digest}" if self.digest is not None else "")

    def __str__(self) -> str:
        return self.name + self._suffix

    def with_default_tag(self) -> MobyReference:
        """The same with `latest`, where there is neither tag nor digest (TagNameOnly)."""
        return self if self.tag is not None or self.digest is not None else replace(self, tag=DEFAULT_TAG)


def parse_moby(text: str, grammar: MobyGrammar = MobyGrammar.CURRENT) -> MobyReference:
    """The name as typed. Raises InvalidReference with the line that `docker pull` prints."""
    if is_identifier(text):
        raise InvalidReference(f"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings")
    current = grammar is MobyGrammar.CURRENT
    domain, remainder = _split_domain(text, uppercase_is_host=current)
    remote = remainder.partition(":")[0]
    if go_lower(remote) != remote:
        subject = f"repository name ({remote}) must be lowercase" if current else UPPERCASE
        raise InvalidReference(f"{INVALID_FORMAT}: {subject}")
    whole = f"{domain}/{remainder}"
    syntax = scan(whole, ipv6=current)
    if syntax is None:
        raise InvalidReference(UPPERCASE if is_uppercase_only_fault(whole, ipv6=current) else INVALID_FORMAT)
    if len(syntax.path if current else syntax.name) > NAME_LIMIT:
        raise InvalidReference(TOO_LONG)
    if syntax.digest and (fault := _digest_fault(syntax.digest)):
        raise InvalidReference(fault)
    return MobyReference(syntax.domain, syntax.path, syntax.tag or None, syntax.digest or None)


def _split_domain(text: str, *, uppercase_is_host: bool) -> tuple[str, str]:
    """splitDockerDomain: the host, `docker.io` where there is none, and the rest with `library/` where it belongs."""
    first, slash, rest = text.partition("/")
    if not slash or not (is_host_component(first) or (uppercase_is_host and go_lower(first) != first)):
        domain, rest = DEFAULT_DOMAIN, text
    else:
        domain = DEFAULT_DOMAIN if first == LEGACY_DOMAIN else first
    return domain, LIBRARY + rest if domain == DEFAULT_DOMAIN and "/" not in rest else rest


def _digest_fault(digest: str) -> str:
    """Why a digest of the right form is none (go-digest 1.0, Digest.Validate)."""
    algorithm, _colon, value = digest.partition(":")
    wanted = _DIGEST_SIZES.get(algorithm)
    if wanted is None:
        return "unsupported digest algorithm" if _DIGEST.fullmatch(digest) else "invalid checksum digest format"
    if len(value) != wanted:
        return "invalid checksum digest length"
    return "" if value == value.lower() else "invalid checksum digest format"
