"""Image names and short-name aliases as containers/image 5.23 reads them.

Sources: docker/reference (a copy of docker/distribution 2.8's) and pkg/sysregistriesv2/shortnames.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.reference import InvalidReference, MobyGrammar, is_host_component, parse_moby
from regtui.reference.grammar import (
    INVALID_FORMAT,
    NAME_LIMIT,
    NO_COMPONENT,
    TOO_LONG,
    UPPERCASE,
    Syntax,
    is_uppercase_only_fault,
    scan,
)
from regtui.text import go_quote

if TYPE_CHECKING:
    from regtui.reference import MobyReference


class InvalidAlias(ValueError):  # noqa: N818 - the engine's own words: "invalid alias"
    """An alias that podman refuses; `str()` is its sentence."""


def parse_plain(text: str) -> Syntax:
    """Return the pieces of a name as they stand in it (reference.Parse); any first component is the domain.

    Raises InvalidReference with the library's words.
    """
    syntax = scan(text, ipv6=False)
    if syntax is None:
        if not text:
            raise InvalidReference(NO_COMPONENT)
        raise InvalidReference(UPPERCASE if is_uppercase_only_fault(text, ipv6=False) else INVALID_FORMAT)
    if len(syntax.name) > NAME_LIMIT:
        raise InvalidReference(TOO_LONG)
    if syntax.digest:
        parse_moby(f"localhost/name@{syntax.digest}", MobyGrammar.DISTRIBUTION_2)  # for what is wrong with a digest
    return syntax


def normalize(text: str) -> MobyReference:
    """Return the name in full (reference.ParseNormalizedNamed). Raises InvalidReference."""
    return parse_moby(text, MobyGrammar.DISTRIBUTION_2)


def is_short(syntax: Syntax) -> bool:
    """Whether a name has no host: its first component has neither `.` nor `:` and is not `localhost`."""
    return not is_host_component(syntax.domain)


def check_short_name(name: str) -> None:
    """Raise InvalidAlias where a text cannot be the left side of an alias (validateShortName)."""
    try:
        syntax = parse_plain(name)
    except InvalidReference as error:
        raise InvalidAlias(f"cannot parse short name: {go_quote(name)}: {error.message}") from None
    fault = ""
    if syntax.digest:
        fault = "must not contain digest"
    elif syntax.tag:
        fault = "must not contain tag"
    elif not is_short(syntax):
        fault = "must not contain registry"
    if fault:
        raise InvalidAlias(f"invalid short name {go_quote(name)}: {fault}")


def parse_alias_value(value: str) -> str:
    """Return the full name that an alias stands for, without a tag (parseShortNameValue). Raises InvalidAlias."""
    try:
        syntax = parse_plain(value)
    except InvalidReference as error:
        raise InvalidAlias(f"parsing alias {go_quote(value)}: {error.message}") from None
    fault = ""
    if syntax.digest:
        fault = "must not contain digest"
    elif syntax.tag:
        fault = "must not contain tag"
    elif is_short(syntax):
        fault = "must contain registry and repository"
    if fault:
        raise InvalidAlias(f"invalid alias {go_quote(value)}: {fault}")
    try:
        return normalize(value).name
    except InvalidReference as error:
        raise InvalidAlias(error.message) from None
