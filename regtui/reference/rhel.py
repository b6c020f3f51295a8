"""How RHEL's Docker (projectatomic/docker, branch docker-1.13.1-rhel) reads an image name.

Syntax is that of docker/distribution 28602af; what a name means is in the fork's own reference/reference.go and
reference/utils.go. Line numbers are those files'.
"""

from __future__ import annotations

from dataclasses import replace

from regtui.frozen import dataclass
from regtui.reference.grammar import (
    DEFAULT_TAG,
    INVALID_FORMAT,
    NAME_LIMIT,
    NO_COMPONENT,
    TOO_LONG,
    UPPERCASE,
    InvalidReference,
    go_lower,
    is_host_component,
    is_identifier,
    is_uppercase_only_fault,
    scan,
    scan_name,
)
from regtui.text import go_quote

DEFAULT_HOSTNAME = "docker.io"
LEGACY_HOSTNAME = "index.docker.io"
LIBRARY = "library/"

_DIGEST_SIZES = {"sha256": 64, "sha384": 96, "sha512": 128}


@dataclass(frozen=True, slots=True)
class RhelReference:
    """An image name as the fork holds it.

    `name` is Name(), without `library/` on docker.io; `full_name` is FullName(), with it, and `remote_name` is
    that without the host: the path that a registry is asked for. `hostname` is empty for a name without a host.
    `fully_qualified` (utils.go:63) decides whether the registry list is left aside; it can be false although there
    is a hostname (`foo_bar.com/x`). At most one of `tag` and `digest` is set; `digest` has its algorithm.
    `str()` is the familiar form with tag or digest, as messages print it.
    """

    name: str
    full_name: str
    hostname: str
    remote_name: str
    tag: str | None
    digest: str | None
    fully_qualified: bool

    def __str__(self) -> str:
        if self.digest is not None:
            return f"{self.name}@{self.digest}"
        return self.name if self.tag is None else f"{self.name}:{self.tag}"

    def with_default_tag(self) -> RhelReference:
        """The same with `latest`, where there is neither tag nor digest."""
        return self if self.tag is not None or self.digest is not None else replace(self, tag=DEFAULT_TAG)


def parse_rhel(text: str) -> RhelReference:
    """The name as typed (ParseNamed, reference.go:55-73). Of a tag and a digest the digest is kept.

    Raises InvalidReference with the line that `docker pull` prints, which it does before it asks the daemon.
    """
    syntax = scan(text, ipv6=False)
    if syntax is None:
        if not text:
            raise _not_a_name(text, NO_COMPONENT)
        raise _not_a_name(text, UPPERCASE if is_uppercase_only_fault(text, ipv6=False) else INVALID_FORMAT)
    if len(syntax.name) > NAME_LIMIT:
        raise _not_a_name(text, TOO_LONG)
    if syntax.digest and (fault := _digest_fault(syntax.digest)):
        raise _not_a_name(text, fault)
    return _reference(syntax.name, None if syntax.digest else syntax.tag or None, syntax.digest or None)


def qualify(reference: RhelReference, registry: str) -> RhelReference:
    """The reference on one registry of the search list (QualifyUnqualifiedReference, utils.go:47-59).

    A reference that has a host already is returned as it is. Raises InvalidReference for a registry that can be
    no host, and for a joined name that breaks the grammar; the engine then skips the registry, or fails.
    """
    if not is_valid_hostname(registry):
        raise InvalidReference(f"Invalid hostname {go_quote(registry)}")
    check_remote_name(reference)
    if reference.fully_qualified:
        return reference
    return _reference(f"{registry}/{reference.name}", reference.tag, reference.digest)


def check_remote_name(reference: RhelReference) -> None:
    """Raise InvalidReference where SplitReposName does: the name behind the host must be a name itself.

    `quay.io/` and 64 hexadecimal digits is parsed and is fully qualified; it fails only later, with this.
    """
    if reference.fully_qualified:
        _normalized(reference.name.partition("/")[2])


def is_valid_hostname(hostname: str) -> bool:
    """What the fork takes as a registry (utils.go:83-87): no slash, and a `.`, a `:` or `localhost`."""
    return "/" not in hostname and is_host_component(hostname)


def _not_a_name(text: str, reason: str) -> InvalidReference:
    return InvalidReference(f"Error parsing reference: {go_quote(text)} is not a valid repository/tag: {reason}")


def _digest_fault(digest: str) -> str:
    """Why a digest of the right form is none (distribution 28602af, digest/digest.go Validate)."""
    algorithm, _colon, value = digest.partition(":")
    wanted = _DIGEST_SIZES.get(algorithm)
    if wanted is None:
        return "unsupported digest algorithm"
    return "" if len(value) == wanted else "invalid checksum digest length"


def _reference(name: str, tag: str | None, digest: str | None) -> RhelReference:
    name = _normalized(name)
    hostname, remote_name = _split_hostname(name)
    syntax = scan_name(name, ipv6=False)
    return RhelReference(
        name=name,
        full_name=f"{hostname}/{remote_name}" if hostname else remote_name,
        hostname=hostname,
        remote_name=remote_name,
        tag=tag,
        digest=digest,
        fully_qualified=syntax is not None and is_valid_hostname(syntax[0]),
    )


def _normalized(name: str) -> str:
    """WithName (reference.go:76-90): `index.docker.io` and `library/` gone, and the checks that come with it."""
    hostname, remote_name = _split_hostname(name)
    if go_lower(remote_name) != remote_name:
        raise InvalidReference(f"{INVALID_FORMAT}: {UPPERCASE}")
    if hostname == DEFAULT_HOSTNAME:
        name = f"{DEFAULT_HOSTNAME}/{remote_name.removeprefix(LIBRARY)}"
    if is_identifier(name.removeprefix(f"{DEFAULT_HOSTNAME}/")):
        raise InvalidReference(f"Invalid repository name ({name}), cannot specify 64-byte hexadecimal strings")
    if len(name.encode(errors="replace")) > NAME_LIMIT:  # one byte for each surrogate, which stands for one
        raise InvalidReference(TOO_LONG)
    if scan_name(name, ipv6=False) is None:
        raise InvalidReference(INVALID_FORMAT)
    return name


def _split_hostname(name: str) -> tuple[str, str]:
    """Host, or "" where the name has none, and the rest with `library/` on docker.io (reference.go:182-196)."""
    first, slash, rest = name.partition("/")
    if not slash or not is_host_component(first):
        return "", name
    hostname = DEFAULT_HOSTNAME if first == LEGACY_HOSTNAME else first
    return hostname, LIBRARY + rest if hostname == DEFAULT_HOSTNAME and "/" not in rest else rest
