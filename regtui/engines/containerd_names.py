"""Image names as containerd's clients read them: ctr takes any locator with an object, the others complete names.

Sources: reference/reference.go of containerd 1.6; nerdctl and CRI use distribution/reference.
"""

from __future__ import annotations

import posixpath
import re

from regtui.frozen import dataclass
from regtui.host.gourl import GoUrlError, parse_url
from regtui.host.model import ContainerdClient
from regtui.reference import InvalidReference, parse_moby
from regtui.text import go_quote

_OBJECT = re.compile(r"[:@]")
_DIGEST_SIZES = {"sha256": 64, "sha384": 96, "sha512": 128}


class ContainerdRefusalError(ValueError):
    """The client asks nobody; `message` is its error without its own name in front."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Spec:
    """A name in full: `registry` is the namespace whose hosts are asked, `object` a tag, a digest or both."""

    text: str
    registry: str
    repository: str
    tag: str
    digest: str

    @property
    def name(self) -> str:
        """Registry and repository."""
        return f"{self.registry}/{self.repository}"


def read_name(text: str, client: ContainerdClient) -> Spec:
    """Return the name that the client resolves. Raises ContainerdRefusalError."""
    if client is ContainerdClient.CTR:
        return _for_ctr(text)
    try:
        reference = parse_moby(text).with_default_tag()
    except InvalidReference as error:
        if client is ContainerdClient.CRI:
            raise ContainerdRefusalError(f"failed to parse image reference {go_quote(text)}: {error.message}") from None
        raise ContainerdRefusalError(error.message) from None
    tag = "" if reference.digest else reference.tag or ""  # ParseDockerRef drops a tag beside a digest
    whole = f"{reference.name}@{reference.digest}" if reference.digest else f"{reference.name}:{tag}"
    return Spec(whole, reference.domain, reference.path, tag, reference.digest or "")


def _for_ctr(text: str) -> Spec:
    if not text:
        raise ContainerdRefusalError("please provide an image reference to pull")
    refused = f"failed to resolve reference {go_quote(text)}: "
    if "://" in text:
        raise ContainerdRefusalError(f"{refused}invalid reference")
    try:
        url = parse_url(f"dummy://{text}")
    except GoUrlError as error:
        raise ContainerdRefusalError(f"{refused}parse {go_quote(f'dummy://{text}')}: {error}") from None
    if not url.host:
        raise ContainerdRefusalError(f"{refused}hostname required")
    found = _OBJECT.search(url.path)
    path, named = (url.path[: found.start()], url.path[found.start() :]) if found else (url.path, "")
    registry, _slash, repository = posixpath.normpath(f"{url.host}/{path}").partition("/")
    named = named.removeprefix(":")
    if not named:
        raise ContainerdRefusalError(f"{refused}object required")
    tag, _at, digest = named.partition("@")
    if digest and (fault := _digest_fault(digest)):
        raise ContainerdRefusalError(refused + fault)
    return Spec(text, registry, repository.lstrip("/"), tag, digest)


def _digest_fault(digest: str) -> str:
    """Return why a text is no digest (go-digest, Validate)."""
    algorithm, colon, value = digest.partition(":")
    if not colon or not re.fullmatch(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+", digest):
        return "invalid checksum digest format"
    size = _DIGEST_SIZES.get(algorithm)
    if size is None:
        return "unsupported digest algorithm"
    if len(value) != size:
        return "invalid checksum digest length"
    return "" if re.fullmatch(r"[a-f0-9]+", value) else "invalid checksum digest format"
