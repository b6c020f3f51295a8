"""Findings about single files of registries.conf: keys that mean nothing, and what a later file takes back."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from regtui.host.lint.wording import listed, note, place, shown, warning
from regtui.text import go_quote, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from regtui.host.model import Finding, Source
    from regtui.host.podman.model import Alias, PodmanRegistry
    from regtui.host.podman.registries_file import RegistriesFile
    from regtui.host.toml_file import Place, TomlFile

SEARCH = "unqualified-search-registries"
_ROOT = ("registry", SEARCH, "credential-helpers", "short-name-mode", "aliases", "registries")
_LATER_ROOT = ("additional-layer-store-auth-helper",)
"""Known to newer podmans only."""
_REGISTRY = ("prefix", "location", "insecure", "blocked", "mirror", "mirror-by-digest-only", "pull-from-mirror")
_MIRROR = ("location", "insecure", "pull-from-mirror")
_V1 = ("search", "insecure", "block")
_MEANT = {"mirrors": "[[registry.mirror]]", "registries": "registry", "block": "blocked", "host": "location"}
_KEYS_LIMIT = 100
"""Keys of one file that are judged; registries.conf knows a dozen."""


def file_findings(files: tuple[RegistriesFile, ...]) -> Iterator[Finding]:
    """Yield what is wrong with the files one by one, and where one takes another's place."""
    for file in files:
        yield from _unknown_keys(file.file)
        if file.version_1:
            yield _version_1(file)
        yield from _twice(file.file)
    yield from _replaced(files)


# Keys


def _unknown_keys(file: TomlFile) -> Iterator[Finding]:
    yield from _unknown(file, file.fields, (), (*_ROOT, *_LATER_ROOT))
    for index, registry in enumerate(_tables(file.fields.get("registry"))):
        yield from _unknown(file, registry, ("registry", index), _REGISTRY)
        for number, mirror in enumerate(_tables(registry.get("mirror"))):
            yield from _unknown(file, mirror, ("registry", index, "mirror", number), _MIRROR)
    version_1 = file.fields.get("registries")
    if isinstance(version_1, dict):
        yield from _unknown(file, version_1, ("registries",), _V1)
        for name in _V1:
            fields = version_1.get(name)
            if isinstance(fields, dict):
                yield from _unknown(file, fields, ("registries", name), ("registries",))


def _unknown(file: TomlFile, fields: Mapping[str, Any], where: Place, known: tuple[str, ...]) -> Iterator[Finding]:
    folded = {name.lower() for name in known}
    for key in list(fields)[:_KEYS_LIMIT]:
        if key.lower() in folded:
            continue
        source = file.source(*where, key)
        table = _header(where)
        if where and key.lower() in _ROOT:
            message = f"{shown(key)} stands below {table}, so it belongs to that table, where podman passes over it"
            yield warning("conf-misplaced-key", message, source, "move it above the first [[registry]]")
        elif not where and key.lower() in _REGISTRY:
            message = f"{shown(key)} stands in no table, where podman passes over it"
            yield warning("conf-misplaced-key", message, source, "write [[registry]] above it")
        else:
            message = f"podman knows no key {shown(key)}{f' in {table}' if table else ''}, and passes over it"
            yield warning("conf-unknown-key", message, source, _meant(key, known))


def _meant(key: str, known: tuple[str, ...]) -> str:
    meant = _MEANT.get(key.lower())
    if meant is None or (meant not in known and not meant.startswith("[[")):
        near = get_close_matches(key.lower().replace("_", "-"), known, 1, 0.75)
        meant = near[0] if near else ""
    return f"write {meant} in place of {printable(key, 60)}" if meant else ""


def _header(where: Place) -> str:
    names = [part for part in where if isinstance(part, str)]
    if not names:
        return ""
    return f"`[{'.'.join(names)}]`" if names[0] == "registries" else f"`[[{'.'.join(names)}]]`"


def _tables(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


# Versions and repetitions


def _version_1(file: RegistriesFile) -> Finding:
    message = "the file is of version 1, which podman still reads, but not beside anything of version 2"
    names = ", ".join(go_quote(printable(name, 100)) for name in file.search or ())
    fix = f"{SEARCH} = [{names}]" if names else ""
    return note("conf-version-1", message, file.file.source("registries"), fix)


def _twice(file: TomlFile) -> Iterator[Finding]:
    seen: dict[str, Source] = {}
    for index, table in enumerate(_tables(file.fields.get("registry"))):
        prefix = table.get("prefix") or table.get("location")
        if not isinstance(prefix, str):
            continue
        name, source = prefix.rstrip("/"), file.source("registry", index)
        if name in seen:
            message = f"a table for {shown(name)} stands at {place(seen[name])} already: podman drops this one"
            yield warning("prefix-twice", message, source, "put what it says into the first one")
        seen.setdefault(name, source)


def _replaced(files: tuple[RegistriesFile, ...]) -> Iterator[Finding]:
    """Yield what a later file replaces: whole tables by prefix, aliases by name, the search list."""
    registries: dict[str, PodmanRegistry] = {}
    aliases: dict[str, Alias] = {}
    search: RegistriesFile | None = None
    for file in files:
        for registry in file.registries:
            before = registries.get(registry.prefix)
            registries[registry.prefix] = registry
            if before is not None and _unlike(before, registry):
                message = f"the table for {shown(registry.prefix)} at {place(registry.source)} takes this one's place"
                if before.mirrors and not registry.mirrors:
                    message += ", mirrors included"
                yield warning("prefix-replaced", message, before.source)
        for alias in file.aliases.values():
            other = aliases.get(alias.name)
            aliases[alias.name] = alias
            if other is not None and other.value != alias.value:
                now = f"stands for {shown(alias.value)}" if alias.value else "is no alias any more"
                message = f"{shown(alias.name)} {now}: {place(alias.source)} is read later"
                yield note("alias-replaced", message, other.source)
        if file.search is not None:
            if search is not None and search.search != file.search:
                names = listed(file.search) if file.search else "nothing"
                message = f"{place(file.search_source)} is read later: podman searches {names} instead"
                yield note("search-replaced", message, search.search_source)
            search = file


def _unlike(one: PodmanRegistry, other: PodmanRegistry) -> bool:
    def parts(registry: PodmanRegistry) -> tuple[object, ...]:
        mirrors = tuple((mirror.name, mirror.insecure, mirror.pull_from_mirror) for mirror in registry.mirrors)
        place, by_digest = registry.location, registry.mirror_by_digest_only
        return place.name, place.insecure, registry.blocked, by_digest, mirrors

    return parts(one) != parts(other)
