"""The registries as `podman info` prints them: tables by prefix, then the search list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from regtui.host.podman.model import Location, PodmanConfig, PodmanRegistry

_NAME = 1000  # characters of one name
_PLAIN_BEGIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/.")
_NOT_TEXT = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"))


def podman_registries(config: PodmanConfig) -> dict[str, object]:
    """Return what stands below `registries` of `podman info` (libpod/info.go, getRegistries); texts are as written."""
    found: dict[str, object] = {registry.prefix: _table(registry) for registry in config.registries}
    return {**found, "search": list(config.search)} if config.search else found


def podman_info_lines(config: PodmanConfig) -> tuple[str, ...]:
    """Return the lines of `podman info`, in its YAML: keys in order, texts in quotes where YAML wants them."""
    tables = podman_registries(config)
    if not tables:
        return ("registries: {}",)
    return ("registries:", *(f"  {line}" for line in _mapping(tables)))


def _table(registry: PodmanRegistry) -> dict[str, object]:
    return {
        "Prefix": registry.prefix,
        **_location(registry.location),
        "Mirrors": [_location(mirror) for mirror in registry.mirrors] or None,
        "Blocked": registry.blocked,
        "MirrorByDigestOnly": registry.mirror_by_digest_only,
    }


def _location(location: Location) -> dict[str, object]:
    return {
        "Location": location.name,
        "Insecure": location.insecure,
        "PullFromMirror": str(location.pull_from_mirror),
    }


def _mapping(table: Mapping[str, object]) -> Iterator[str]:
    for key, value in sorted(table.items()):
        match value:
            case dict():
                yield f"{_text(key)}:"
                yield from (f"  {line}" for line in _mapping(value))
            case list():
                yield f"{_text(key)}:"
                yield from _items(value)
            case _:
                yield f"{_text(key)}: {_scalar(value)}"


def _items(values: list[object]) -> Iterator[str]:
    for value in values:
        first, *rest = _mapping(value) if isinstance(value, dict) else (_scalar(value),)
        yield f"- {first}"
        yield from (f"  {line}" for line in rest)


def _scalar(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case _:
            return _text(str(value))


def _text(text: str) -> str:
    shown = printable(text, _NAME)
    if not shown:
        return '""'
    plain = shown[0] in _PLAIN_BEGIN and ": " not in shown and " #" not in shown and not shown.endswith(":")
    return shown if plain and shown.lower() not in _NOT_TEXT else "'" + shown.replace("'", "''") + "'"
