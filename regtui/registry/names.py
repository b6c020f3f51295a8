"""What may be put into a registry's URL: the grammars of repositories, tags and digests (distribution-spec)."""

from __future__ import annotations

import hashlib
import re

from regtui.registry.errors import NameRefused
from regtui.text import printable

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REPOSITORY = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*", re.ASCII)
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}", re.ASCII)
_DIGEST_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}
_DIGEST = re.compile(r"(sha256|sha384|sha512):([0-9a-f]+)", re.ASCII)
LONGEST_REPOSITORY = 255
"""Characters of a repository's name (distribution/reference, NameTotalLengthMax)."""


def is_repository(name: str) -> bool:
    """Say whether a repository name has the grammar (spec, Pulling manifests) and no more than 255 characters."""
    return len(name) <= LONGEST_REPOSITORY and _REPOSITORY.fullmatch(name) is not None


def is_tag(text: str) -> bool:
    """Say whether a tag has the grammar: at most 128 characters, none of them `:` or `/`."""
    return _TAG.fullmatch(text) is not None


def is_digest(text: str) -> bool:
    """Say whether a digest is of an algorithm that can be verified, in lower-case hex of its exact length."""
    match = _DIGEST.fullmatch(text) if len(text) <= 136 else None
    return match is not None and len(match[2]) == _DIGEST_LENGTHS[match[1]]


def digest_of(body: bytes, like: str = "sha256:") -> str:
    """Return the digest of a body, with the algorithm of another digest."""
    algorithm = like.partition(":")[0]
    return f"{algorithm}:{hashlib.new(algorithm, body).hexdigest()}"


def verify(body: bytes, digest: str) -> bool:
    """Say whether the body is what the digest names; False for a digest outside the grammar."""
    return is_digest(digest) and digest_of(body, digest) == digest


def checked_repository(name: str) -> str:
    """Return the name, or raise NameRefused."""
    if not is_repository(name):
        raise NameRefused(f"{printable(name, 100)} is no repository name")
    return name


def checked_reference(reference: str) -> str:
    """Return the tag or digest, or raise NameRefused.

    Hex digits of a digest may be upper-case: Docker 1.13.1 asks for it as it was typed.
    """
    algorithm, colon, digits = reference.partition(":")
    if not (is_digest(f"{algorithm}:{digits.lower()}") if colon and digits.isascii() else is_tag(reference)):
        raise NameRefused(f"{printable(reference, 100)} is neither a tag nor a digest")
    return reference


def checked_digest(digest: str) -> str:
    """Return the digest, or raise NameRefused."""
    if not is_digest(digest):
        raise NameRefused(f"{printable(digest, 100)} is no digest")
    return digest


def fallback_tag(digest: str) -> str:
    """Return the tag that lists a digest's referrers where a registry has no API for them (distribution-spec)."""
    algorithm, _, encoded = checked_digest(digest).partition(":")
    return re.sub(r"[^A-Za-z0-9_.-]", "-", f"{algorithm[:32]}-{encoded[:64]}")
