"""One file of registries.conf, version 2 or 1, as podman takes it or refuses it.

Rules: pkg/sysregistriesv2/system_registries_v2.go of containers/image 5.23 (loadConfigFile, postProcessRegistries,
ConvertToV2); the errors are its own.
"""

from __future__ import annotations

import re
from dataclasses import field, replace
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.model import Source
from regtui.host.podman.model import Alias, Location, PodmanRegistry, PullFromMirror, ShortNameMode
from regtui.host.podman.names import InvalidAlias, check_short_name, parse_alias_value
from regtui.host.podman.toml_words import TomlRefused, read_as_library
from regtui.host.podman.typed import Table, WrongType
from regtui.host.toml_file import TomlFailure, TomlFile, lines_in, read_toml
from regtui.text import go_quote, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_DOMAIN = re.compile(r"(?:[a-zA-Z0-9]++(?:-++[a-zA-Z0-9]++)*+)(?:\.[a-zA-Z0-9]++(?:-++[a-zA-Z0-9]++)*+)*+(?::[0-9]+)?")


class Refused(ValueError):  # noqa: N818 - reads as what happened
    """podman refuses the file; `str()` is the error behind `loading registries configuration "FILE": `."""

    def __init__(self, sentence: str, source: Source | None = None) -> None:
        super().__init__(sentence)
        self.source = source


@dataclass(frozen=True, slots=True)
class RegistriesFile:
    """What one file says; None where it says nothing, which leaves the value of an earlier file."""

    file: TomlFile
    version_1: bool = False
    registries: tuple[PodmanRegistry, ...] = ()
    search: tuple[str, ...] | None = None
    search_source: Source | None = None
    helpers: tuple[str, ...] | None = None
    short_name_mode: ShortNameMode | None = None
    aliases: Mapping[str, Alias] = field(default_factory=dict)


def read_registries_file(path: str, data: bytes, *, drop_in: bool) -> RegistriesFile:
    """Read a file; a drop-in must be of version 2. Raises Refused."""
    file = read_podman_toml(path, data)
    root = Table(file, file.fields)
    try:
        read, version_1 = _decode(root), _Version1.decode(root)
    except WrongType as error:
        raise Refused(str(error), error.source) from None
    if version_1.says_something:
        place = file.source("registries")
        if drop_in:
            raise Refused("registry must be in v2 format but is in v1", place)
        if read.says_something:
            raise Refused("mixing sysregistry v1/v2 is not supported", place)
        registries, search, place = version_1.convert(), version_1.search, version_1.search_source
    else:
        registries, search, place = tuple(_registry(table) for table in read.registries), read.search, read.place
    _check_conflicts(registries)
    return RegistriesFile(
        file=file,
        version_1=version_1.says_something,
        search=None if search is None else tuple(_search_entry(entry, place) for entry in search),
        search_source=None if search is None else place,
        short_name_mode=_mode(read.mode, root),
        registries=_unique(registries),
        helpers=read.helpers,
        aliases=read_aliases(path, read.aliases),
    )


def read_podman_toml(path: str, data: bytes) -> TomlFile:
    """Read TOML as podman's library does, which takes some things that tomllib refuses. Raises Refused."""
    file = read_toml(path, data)
    if isinstance(file, TomlFailure):
        try:
            fields = read_as_library(data)
        except TomlRefused as error:
            # The library's line is off by one where a line or the file ends too early; tomllib's is not.
            raise Refused(str(error), Source(printable(path), file.line)) from None
        return TomlFile(path, fields, lines_in(data.decode(errors="replace")))
    return file


@dataclass(frozen=True, slots=True)
class _Read:
    """A file's values in their types, nothing else checked yet."""

    registries: tuple[Table, ...]
    search: tuple[str, ...] | None
    place: Source
    helpers: tuple[str, ...] | None
    mode: str
    aliases: tuple[tuple[str, str, Source], ...]

    @property
    def says_something(self) -> bool:
        return bool(self.registries or self.search or self.helpers or self.mode or self.aliases)


def _decode(root: Table) -> _Read:
    registries = tuple(root.tables("registry", "Registry"))
    for table in registries:
        table.flag("mirror-by-digest-only"), table.flag("blocked"), table.text("prefix")
        for place in (table, *table.tables("mirror", "Endpoint")):
            place.text("location"), place.flag("insecure"), place.text("pull-from-mirror")
    return _Read(
        registries=registries,
        search=root.texts("unqualified-search-registries"),
        place=root.source("unqualified-search-registries"),
        helpers=root.texts("credential-helpers"),
        mode=root.text("short-name-mode"),
        aliases=tuple(root.pairs("aliases")),
    )


@dataclass(frozen=True, slots=True)
class _Version1:
    """The three lists of version 1."""

    search: tuple[str, ...] | None
    insecure: tuple[str, ...]
    block: tuple[str, ...]
    search_source: Source
    insecure_source: Source
    block_source: Source

    @classmethod
    def decode(cls, root: Table) -> _Version1:
        registries = root.table("registries", "V1TOMLConfig")
        search, insecure, block = (
            registries.table(name, "V1TOMLregistries") for name in ("search", "insecure", "block")
        )
        return cls(
            search.texts("registries"),
            insecure.texts("registries") or (),
            block.texts("registries") or (),
            search.source("registries"),
            insecure.source("registries"),
            block.source("registries"),
        )

    @property
    def says_something(self) -> bool:
        return bool(self.search or self.insecure or self.block)

    def convert(self) -> tuple[PodmanRegistry, ...]:
        """Return the registries of version 2 that mean the same (ConvertToV2)."""
        found: dict[str, PodmanRegistry] = {}
        for name in self.block:
            location = _without_scheme(name, self.block_source)
            source = self.block_source
            found[location] = PodmanRegistry(
                location, Location(location, source=source), (), True, False, source, source
            )
        for name in self.insecure:
            location = _without_scheme(name, self.insecure_source)
            source = self.insecure_source
            known = found.get(location, PodmanRegistry(location, Location(location), source=source))
            place = Location(location, True, PullFromMirror.UNSET, source, source)
            found[location] = replace(known, location=place)
        return tuple(found.values())


def _registry(table: Table) -> PodmanRegistry:
    """Check one table in the order of postProcessRegistries."""
    location = _without_scheme(table.text("location"), table.source("location"))
    prefix = _without_scheme(table.text("prefix"), table.source("prefix"))
    source = table.file.source(*table.place, name="registry")
    if not location and not table.text("prefix"):
        raise Refused("invalid condition: both location and prefix are unset", source)
    if table.text("prefix") and not location and not prefix.startswith("*."):
        sentence = "invalid condition: location is unset and prefix is not in the format: *.example.com"
        raise Refused(sentence, source)
    prefix = prefix if table.text("prefix") else location
    if table.text("pull-from-mirror"):
        sentence = f"pull-from-mirror must not be set for a non-mirror registry {go_quote(prefix)}"
        raise Refused(sentence, table.source("pull-from-mirror"))
    by_digest = table.flag("mirror-by-digest-only")
    return PodmanRegistry(
        prefix=prefix,
        location=_location(table, location, PullFromMirror.UNSET),
        mirrors=tuple(_mirror(mirror, prefix, by_digest=by_digest) for mirror in table.tables("mirror", "Endpoint")),
        blocked=table.flag("blocked"),
        mirror_by_digest_only=by_digest,
        source=source,
        blocked_source=table.source("blocked"),
    )


def _mirror(table: Table, prefix: str, *, by_digest: bool) -> Location:
    name = _without_scheme(table.text("location"), table.source("location"))
    if not name:
        place = table.file.source(*table.place, name="mirror")
        raise Refused("invalid condition: mirror location is unset", place)
    value, place = table.text("pull-from-mirror"), table.source("pull-from-mirror")
    if by_digest and value:
        sentence = (
            f"cannot set mirror usage mirror-by-digest-only for the registry ({go_quote(prefix)}) and "
            f"pull-from-mirror for per-mirror ({go_quote(name)}) at the same time"
        )
        raise Refused(sentence, place)
    if value not in set(PullFromMirror):
        sentence = f"unsupported pull-from-mirror value {go_quote(value)} for mirror {go_quote(name)}"
        raise Refused(sentence, place)
    # Only the check cuts the slash off; with it the rewritten name is malformed, and the pull fails.
    return _location(table, table.text("location"), PullFromMirror(value))


def _location(table: Table, name: str, rule: PullFromMirror) -> Location:
    return Location(name, table.flag("insecure"), rule, table.source("location"), table.source("insecure"))


def _without_scheme(name: str, source: Source | None) -> str:
    """Return a location without slashes at its end (parseLocation)."""
    trimmed = name.rstrip("/")
    if trimmed.startswith(("http://", "https://")):
        raise Refused(f"invalid location '{name}': URI schemes are not supported", source)
    return trimmed


def _check_conflicts(registries: tuple[PodmanRegistry, ...]) -> None:
    """Refuse two entries for one location that do not agree."""
    by_place: dict[str, list[PodmanRegistry]] = {}
    for registry in registries:
        by_place.setdefault(registry.location.name or registry.prefix, []).append(registry)
    for registry in registries:
        for other in by_place[registry.location.name or registry.prefix]:
            name = registry.location.name
            if registry.location.insecure != other.location.insecure:
                sentence = f"registry '{name}' is defined multiple times with conflicting 'insecure' setting"
                raise Refused(sentence, other.source)
            if registry.blocked != other.blocked:
                sentence = f"registry '{name}' is defined multiple times with conflicting 'blocked' setting"
                raise Refused(sentence, other.source)


def _search_entry(entry: str, source: Source | None) -> str:
    name = _without_scheme(entry, source)
    if _DOMAIN.fullmatch(name) is None:
        raise Refused(f"Invalid unqualified-search-registries entry {go_quote(name)}", source)
    return name


def _mode(mode: str, root: Table) -> ShortNameMode | None:
    if not mode:
        return None
    try:
        return ShortNameMode(mode)
    except ValueError:
        raise Refused(f"invalid short-name mode: {go_quote(mode)}", root.source("short-name-mode")) from None


def _unique(registries: tuple[PodmanRegistry, ...]) -> tuple[PodmanRegistry, ...]:
    """Return the registries sorted by prefix, the first of each; refuse a wildcard that is more than a host."""
    found: dict[str, PodmanRegistry] = {}
    for registry in registries:
        found.setdefault(registry.prefix, registry)
    kept = tuple(found[prefix] for prefix in sorted(found, key=lambda prefix: prefix.encode(errors="surrogateescape")))
    for registry in kept:
        if registry.prefix.startswith("*.") and any(c in registry.prefix for c in "/@:"):
            current = f"Current prefix {go_quote(registry.prefix)} is incorrectly formatted"
            sentence = f"Wildcarded prefix should be in the format: *.example.com. {current}"
            raise Refused(sentence, registry.source)
    return kept


def read_aliases(path: str, pairs: Iterable[tuple[str, str, Source]]) -> Mapping[str, Alias]:
    """Return the aliases of a file. Raises Refused with all that are malformed (newShortNameAliasCache)."""
    found: dict[str, Alias] = {}
    faults: list[tuple[str, Source]] = []
    for name, value, source in pairs:
        try:
            check_short_name(name)
        except InvalidAlias as error:
            faults.append((str(error), source))
        try:
            found[name] = Alias(name, parse_alias_value(value) if value else None, path, source)
        except InvalidAlias as error:
            faults.append((str(error), source))
    if faults:
        sentences = [sentence for sentence, _source in faults]
        listed = "\n: ".join(reversed(sentences))
        raise Refused(f"validating short-name aliases: {listed}", faults[0][1])
    return found
