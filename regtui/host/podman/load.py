"""From the files of a host to podman's configuration: which files, in which order, and what they add up to.

Rules: pkg/sysregistriesv2 of containers/image 5.23 (newConfigWrapper, tryUpdatingCache, updateWithConfigurationFrom).
Podman 6 reads the distribution's own files below /usr/share too, before the others; here they count where they exist.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.files import FileText, FileTrouble, TroubleKind
from regtui.host.model import BUILT_IN, EngineName, HostConfig, InsecureEntry, Setting, Source
from regtui.host.podman.lint import Evidence, findings_of
from regtui.host.podman.model import PodmanConfig, Replaced
from regtui.host.podman.places import ROOT, SYSTEM, VENDOR, Places
from regtui.host.podman.policy import read_policy
from regtui.host.podman.registries_file import (
    Refused,
    RegistriesFile,
    read_aliases,
    read_podman_toml,
    read_registries_file,
)
from regtui.host.podman.typed import Table, WrongType
from regtui.host.proxies import proxies_in
from regtui.host.refusal import refuse
from regtui.text import go_quote, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from regtui.host.files import FileSource
    from regtui.host.podman.model import Alias, PodmanRegistry


SEARCH, MODE, HELPERS = "unqualified-search-registries", "short-name-mode", "credential-helpers"
"""The settings that are not tables, as the files have them."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The configuration, and each file that took part in it, in the order of reading."""

    config: PodmanConfig
    evidence: Evidence


def load_podman(
    files: FileSource,
    places: Places = ROOT,
    reason: str = "named with --engine",
    environment: Mapping[str, str] | None = None,
) -> HostConfig:
    """Read what podman reads; never raises for what the files hold.

    `environment` is that of who pulls, which the proxies come from.

    A refusal is podman's error of every pull. `registries` of the result are the search list, `mirrors` those of each
    prefix, `insecure` and `blocked` the prefixes, for what shows them of any engine; everything is in its `podman`.
    """
    config = _host_config(read_podman(files, places), reason)
    return replace(config, files=files.looked_at, proxies=proxies_in(environment or {}))


def load_given(file: FileText, reason: str) -> HostConfig:
    """Return what podman makes of one registries.conf alone, with the policy that every distribution ships."""
    config = PodmanConfig(config_file=printable(file.path), certs_folders=ROOT.certs_folders)
    try:
        read = _read_found(file, drop_in=False)
    except Refused as error:
        refused = replace(config, refused=str(error))
        return _host_config(Loaded(refused, Evidence(refused_at=error.source)), reason)
    return _host_config(Loaded(_merged(config, [read], file.path), Evidence((read,))), reason)


def _host_config(loaded: Loaded, reason: str) -> HostConfig:
    config = loaded.config
    refusal = refuse(config.refused, loaded.evidence.refused_at) if config.refused else None
    blocked = [registry for registry in config.registries if registry.blocked]
    insecure = [registry for registry in config.registries if registry.location.insecure]
    mirrors = [(registry, mirror) for registry in config.registries for mirror in registry.mirrors]
    return HostConfig(
        engine=EngineName.PODMAN,
        engine_reason=reason,
        registries=tuple(Setting(SEARCH, name, config.search_source or BUILT_IN) for name in config.search),
        insecure=tuple(InsecureEntry(entry.prefix, entry.location.insecure_source or BUILT_IN) for entry in insecure),
        mirrors=tuple(Setting(entry.prefix, mirror.name, mirror.source or BUILT_IN) for entry, mirror in mirrors),
        blocked=tuple(Setting("blocked", entry.prefix, entry.blocked_source or BUILT_IN) for entry in blocked),
        signature_verification=False,
        refusal=refusal,
        findings=findings_of(config, loaded.evidence),
        podman=config,
    )


def read_podman(files: FileSource, places: Places = ROOT) -> Loaded:
    """Read registries.conf with its drop-ins, the recorded aliases and policy.json."""
    main, folders = _where(files, places)
    not_conf, passed_over = tuple(_not_conf(files, folders)), tuple(_passed_over(files, main, places))
    config = PodmanConfig(
        auth_files=places.auth_files,
        certs_folders=places.certs_folders,
        config_file=main,
        config_folder=folders[-1],
        policy=read_policy(files.read(_first(files, places.policy_file, *_system("policy.json")))),
    )
    read: list[RegistriesFile] = []
    try:
        found = _main_file(files, main, given=bool(places.registries_conf))
        read += [] if found is None else [found]
        for path in _drop_ins(files, folders):
            read.append(_read(files, path, drop_in=True))
    except Refused as error:
        evidence = Evidence(tuple(read), error.source, not_conf, passed_over)
        return Loaded(replace(config, refused=str(error)), evidence)
    config = _merged(config, read, main if read and read[0].file.path == main else "")
    try:
        config = replace(config, recorded_aliases=_recorded(files, places.recorded_aliases))
    except Refused as error:
        config = replace(config, aliases_refused=str(error))
    return Loaded(config, Evidence(tuple(read), None, not_conf, passed_over))


def _where(files: FileSource, places: Places) -> tuple[str, tuple[str, ...]]:
    """Return the main file, and the folders of drop-ins in order (newConfigWrapper)."""
    if not places.registries_conf and files.exists(places.own_file):
        return places.own_file, (places.own_folder,)
    system = _system("registries.conf")
    main = places.registries_conf or _first(files, *system)
    vendor = tuple(f"{path}.d" for path in system[1:] if files.exists(f"{path}.d"))
    return main, (*vendor, f"{system[0]}.d", places.own_folder)


def _system(name: str) -> tuple[str, str]:
    return f"{SYSTEM}/{name}", f"{VENDOR}/{name}"


def _first(files: FileSource, *paths: str) -> str:
    """Return the first path where something is; for nothing at all podman names the one of the host."""
    here = next((path for path in paths if path.startswith(SYSTEM)), paths[0])
    return next((path for path in paths if files.exists(path)), here)


def _main_file(files: FileSource, path: str, *, given: bool) -> RegistriesFile | None:
    found = files.read(path)
    if isinstance(found, FileTrouble):
        if found.kind is TroubleKind.MISSING and not given:
            return None
        raise Refused(f"loading registries configuration {go_quote(path)}: {found.as_go}", Source(printable(path)))
    return _read_found(found, drop_in=False)


def _drop_ins(files: FileSource, folders: tuple[str, ...]) -> Iterator[str]:
    """Yield the drop-ins in order; one of the distribution's is replaced by the host's of the same name."""
    vendor = f"{VENDOR}/"
    own = set(files.list(f"{SYSTEM}/registries.conf.d"))
    for folder in folders:
        names = files.entries(folder)
        if isinstance(names, FileTrouble):
            if names.kind is TroubleKind.MISSING or names.cause == "not a directory":
                continue
            # A folder that cannot even be reached fails earlier than one that cannot be listed.
            words = names.as_go if files.exists(folder) else f"lstat {folder}: {names.cause}"
            raise Refused(f"reading registries.conf.d: {words}", Source(printable(folder)))
        for name in names:
            path = f"{folder}/{name}"
            replaced = folder.startswith(vendor) and name in own
            if name.endswith(".conf") and not replaced and isinstance(files.entries(path), FileTrouble):
                yield path


def _not_conf(files: FileSource, folders: tuple[str, ...]) -> Iterator[str]:
    """Yield the files among the drop-ins that podman does not look at."""
    for folder in folders:
        for name in files.list(folder):
            path = f"{folder}/{name}"
            if not name.endswith(".conf") and name != "README" and isinstance(files.entries(path), FileTrouble):
                yield path


def _passed_over(files: FileSource, main: str, places: Places) -> Iterator[str]:
    """Yield the host's files that are not read since a person has an own one."""
    if main != places.own_file:
        return
    for path in _system("registries.conf"):
        if files.exists(path):
            yield path
        yield from (f"{path}.d/{name}" for name in files.list(f"{path}.d") if name.endswith(".conf"))


def _read(files: FileSource, path: str, *, drop_in: bool) -> RegistriesFile:
    found = files.read(path)
    if isinstance(found, FileTrouble):
        raise Refused(
            f"loading drop-in registries configuration {go_quote(path)}: {found.as_go}", Source(printable(path))
        )
    return _read_found(found, drop_in=drop_in)


def _read_found(found: FileText, *, drop_in: bool) -> RegistriesFile:
    try:
        return read_registries_file(found.path, found.data, drop_in=drop_in)
    except Refused as error:
        what = "drop-in registries configuration" if drop_in else "registries configuration"
        sentence = f"loading {what} {go_quote(found.path)}: {error}"
        raise Refused(sentence, error.source or Source(printable(found.path))) from None


def _merged(config: PodmanConfig, read: list[RegistriesFile], main: str) -> PodmanConfig:
    """Return what the files add up to: tables by prefix and aliases by name, of everything else the last."""
    registries: dict[str, PodmanRegistry] = {}
    aliases: dict[str, Alias] = {}
    config = replace(config, search_file=main)
    for file in read:
        registries |= {registry.prefix: registry for registry in file.registries}
        aliases |= file.aliases
        if file.search is not None:
            config = replace(config, search=file.search, search_file=file.file.path, search_source=file.search_source)
        config = replace(
            config,
            helpers=config.helpers if file.helpers is None else file.helpers,
            helpers_source=config.helpers_source if file.helpers is None else file.file.source(HELPERS),
            short_name_mode=file.short_name_mode or config.short_name_mode,
            mode_source=file.file.source(MODE) if file.short_name_mode else config.mode_source,
        )
    ordered = sorted(registries.values(), key=lambda entry: entry.prefix.encode(errors="surrogateescape"))
    helpers = config.helpers or PodmanConfig().helpers
    merged = replace(config, registries=tuple(ordered), aliases=aliases, helpers=helpers)
    return replace(merged, replaced=tuple(_replaced(read)))


def _replaced(read: list[RegistriesFile]) -> Iterator[Replaced]:
    """Yield what does not count because a later file says another thing."""
    given: dict[str, list[tuple[str, Source]]] = {}
    for file in read:
        for option, value, source in _given(file):
            given.setdefault(option, []).append((value, source))
    for option, values in given.items():
        by = values[-1][1]
        yield from (Replaced(option, value, source, by) for value, source in values[:-1])


def _given(file: RegistriesFile) -> Iterator[tuple[str, str, Source]]:
    """Yield each setting of a file with its value in words and its place."""
    whole = Source(printable(file.file.path))
    if file.search is not None:
        yield SEARCH, ", ".join(file.search) or "none", file.search_source or whole
    if file.short_name_mode:
        yield MODE, file.short_name_mode, file.file.source(MODE)
    if file.helpers is not None:
        yield HELPERS, ", ".join(file.helpers) or "none", file.file.source(HELPERS)
    for registry in file.registries:
        yield f"[[registry]] {registry.prefix}", registry.location.name or registry.prefix, registry.source or whole
    for alias in file.aliases.values():
        yield f"alias {alias.name}", alias.value or "taken back", alias.source or whole


def _recorded(files: FileSource, path: str) -> Mapping[str, Alias]:
    """Return the aliases that podman has written down. Raises Refused with its whole error."""
    found = files.read(path)
    if isinstance(found, FileTrouble) and found.kind is TroubleKind.MISSING:
        return {}
    what = f"loading short-name aliases config file {go_quote(path)}"
    if isinstance(found, FileTrouble):
        raise Refused(f"{what}: {found.as_go}", Source(printable(path)))
    try:
        file = read_podman_toml(path, found.data)
        return read_aliases(path, tuple(Table(file, file.fields).pairs("aliases")))
    except (Refused, WrongType) as error:
        raise Refused(f"{what}: {error}", error.source) from None
