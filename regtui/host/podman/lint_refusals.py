"""Findings about what podman refuses: its own words, and what to write instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from regtui.host.lint.wording import error
from regtui.text import go_quote, printable, strip_userinfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.model import Finding, Source

_SCHEME = re.compile(r"invalid location '(https?)://(.*)': URI schemes are not supported", re.DOTALL)
_WITH_SCHEME = re.compile(r"https?://")
_SHORT_NAMES = "podman pulls no name without a registry"


def refusal_findings(refused: str, aliases_refused: str, source: Source | None) -> Iterator[Finding]:
    """Yield podman's errors as findings."""
    if refused:
        message = f"podman pulls nothing: {strip_userinfo(refused)}"
        yield error("conf-refused", message, source, _fix(refused, source.name if source else ""))
    if aliases_refused:
        yield error("aliases-refused", f"{_SHORT_NAMES}: {strip_userinfo(aliases_refused)}", None)


def _fix(refused: str, key: str) -> str:
    """Return what to write, empty where the error says it itself."""
    scheme = _SCHEME.search(refused)
    if scheme is not None:
        host = printable(_WITH_SCHEME.sub("", scheme[2]), 200)
        insecure = ", and insecure = true" if scheme[1] == "http" else ""
        if key == "unqualified-search-registries":
            return f"write {go_quote(host)} without the scheme"
        return f"{printable(key or 'location', 60)} = {go_quote(host)}{insecure}"
    if "mixing sysregistry v1/v2" in refused:
        return "move [registries.search] into unqualified-search-registries, and the rest into [[registry]] tables"
    if "must be in v2 format" in refused:
        return "write unqualified-search-registries and [[registry]], without [registries.*]"
    if "location is unset and prefix" in refused:
        return 'give the table a location = "HOST"'
    return ""
