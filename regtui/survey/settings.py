"""Every setting that bears on registries, in the order in which the engine sees them, with what each overrode."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.host.flags import engine_version, parse_arguments
from regtui.host.flags_known import Kind
from regtui.host.model import BUILT_IN, EngineName, Source
from regtui.survey.model import Stated, Survey
from regtui.text import printable, strip_userinfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from regtui.host.containerd.model import ContainerdConfig, HostsFolder
    from regtui.host.flags import GivenFlag
    from regtui.host.model import HostConfig, Setting, Variable
    from regtui.host.podman.model import Location, PodmanConfig, PodmanRegistry, Replaced

FLAGS = (
    "add-registry",
    "block-registry",
    "insecure-registry",
    "registry-mirror",
    "disable-legacy-registry",
    "signature-verification",
    "confirm-def-push",
    "allow-nondistributable-artifacts",
    "max-concurrent-downloads",
    "max-download-attempts",
    "config-file",
    "http-proxy",
    "https-proxy",
    "no-proxy",
)
"""The flags of dockerd that bear on registries, on how they are reached, and on where more of it is read."""
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_VALUE = 500


def stated(config: HostConfig, used: frozenset[str] = frozenset()) -> tuple[Stated, ...]:
    """Return the settings of a host; `used` are the variables that the unit's command passes on."""
    if config.podman is not None:
        return tuple(_of_podman(config.podman))
    if config.containerd is not None:
        return tuple(_of_containerd(config.containerd))
    return tuple(_of_docker(config, used))


def read_only(config: HostConfig) -> Survey:
    """Return what the configuration alone tells, of a recorded host or before the files around it were looked at."""
    words = "the files around the configuration, and the daemon, were not looked at"
    return Survey(config, config.findings, stated(config), daemon_words=words)


def _of_docker(config: HostConfig, used: frozenset[str]) -> Iterator[Stated]:
    """Flags as they stand on the command line, daemon.json, the environment, and what counts for nothing."""
    parsed = parse_arguments(config.engine, config.arguments, engine_version(config.engine, None))
    lost = _lost_by_name(config, used)
    told: set[str] = set()
    for option, setting, fate in _on_command_line(config, parsed.given):
        name = setting.source.name
        overrode = fate or ("" if name in told else _overrode(lost.get(name, ())))
        told.add(name)
        yield _stated(f"--{option}", setting.value, setting.source, overrode, counts=not fate)
    for setting in config.settings:
        if setting.source.name == setting.option:
            yield _stated(setting.option, setting.value, setting.source, "")
    for variable in config.variables:
        if variable.name.upper() in _PROXIES and variable.in_effect:
            fate = _overrode(lost.get(variable.name, ()))
            yield _stated(variable.name, variable.value, variable.source, fate)
    if config.engine is EngineName.RHEL_DOCKER and all(
        one.option != "signature-verification" for one in config.settings
    ):
        yield _stated("--signature-verification", str(config.signature_verification).lower(), BUILT_IN, "")
    for entry in config.insecure:
        if entry.source == BUILT_IN:
            yield _stated("--insecure-registry", entry.value, BUILT_IN, "")
    for variable in config.variables:
        if not variable.in_effect and _bears(variable, used):
            winner = next((one for one in config.variables if one.name == variable.name and one.in_effect), None)
            fate = f"lost to {_place(winner.source)}" if winner is not None else "has no effect"
            yield _stated(variable.name, variable.value, variable.source, fate, counts=False)
        elif variable.in_effect and used and variable.name not in used and _names_registries(variable):
            fate = f"the unit does not pass on ${variable.name}: it reaches nobody"
            yield _stated(variable.name, variable.value, variable.source, fate, counts=False)


def _on_command_line(config: HostConfig, given: Mapping[str, GivenFlag]) -> Iterator[tuple[str, Setting, str]]:
    """Yield the flags in the order of their words, with what a repeated one lost to."""
    found: list[tuple[int, str, Setting, str]] = []
    for name, flag in given.items():
        if name not in FLAGS:
            continue
        at = -1
        for number, setting in enumerate(flag.values):
            at = _position(config.arguments, name, setting, at)
            is_last = number == len(flag.values) - 1
            single = flag.flag.kind is not Kind.LIST
            fate = f"lost to {_place(flag.last.source)}" if single and not is_last else ""
            found.append((at, name, setting, fate))
    for _at, name, setting, fate in sorted(found, key=lambda one: one[0]):
        yield name, setting, fate


def _position(arguments: tuple[Setting, ...], name: str, setting: Setting, after: int) -> int:
    """Return the word that a flag stands in, behind the one that it stood in before."""
    for index in range(after + 1, len(arguments)):
        if arguments[index].value.partition("=")[0] in (f"--{name}", f"-{name}"):
            return index
    return next((index for index, word in enumerate(arguments) if word.source == setting.source), len(arguments))


def _lost_by_name(config: HostConfig, used: frozenset[str]) -> dict[str, tuple[Variable, ...]]:
    names = {one.name for one in config.variables if not one.in_effect and _bears(one, used)}
    return {name: tuple(one for one in config.variables if one.name == name and not one.in_effect) for name in names}


def _overrode(lost: Iterable[Variable]) -> str:
    places = [_place(one.source) for one in lost]
    return f"overrode {', '.join(places)}" if places else ""


def _bears(variable: Variable, used: frozenset[str]) -> bool:
    return variable.name in used or variable.name.upper() in _PROXIES or _names_registries(variable)


def _names_registries(variable: Variable) -> bool:
    named = variable.name.upper().endswith(("_REGISTRY", "_REGISTRIES"))
    return bool(variable.value) and (named or any(f"--{flag}" in variable.value for flag in FLAGS[:4]))


def _of_podman(config: PodmanConfig) -> Iterator[Stated]:
    replaced: dict[str, list[Replaced]] = {}
    for one in config.replaced:
        replaced.setdefault(printable(one.option, 200), []).append(one)
    file = Source(config.search_file or BUILT_IN.file)
    search, at = ", ".join(config.search) or "none", config.search_source or file
    yield from _with_replaced(replaced, _stated("unqualified-search-registries", search, at, ""))
    mode = config.mode_source or BUILT_IN
    yield from _with_replaced(replaced, _stated("short-name-mode", config.short_name_mode, mode, ""))
    for registry in config.registries:
        table, *mirrors = _of_table(registry)
        yield from _with_replaced(replaced, table, tuple(mirrors))
    for alias in (*config.recorded_aliases.values(), *config.aliases.values()):
        source = alias.source or Source(alias.file)
        recorded = config.recorded_aliases.get(alias.name)
        loses = recorded is not None and recorded is not alias
        fate = f"lost to {_place(recorded.source or Source(recorded.file))}" if loses and recorded is not None else ""
        told = _stated(f"alias {alias.name}", alias.value or "taken back", source, fate, counts=not loses)
        yield from (told,) if alias is recorded else _with_replaced(replaced, told)
    policy = config.policy
    asked = ", ".join(one.type for one in policy.default) or "nothing"
    source = Source(policy.file)
    yield _stated("policy", policy.error or f"demands {asked}", source, "", counts=not policy.error)
    for scope, demands in policy.scopes.items():
        at = Source(policy.file, policy.lines.get(scope), "docker")
        yield _stated(f"policy {scope}".strip(), ", ".join(one.type for one in demands), at, "")
    at = config.helpers_source or BUILT_IN
    yield from _with_replaced(replaced, _stated("credential-helpers", ", ".join(config.helpers), at, ""))


def _with_replaced(
    replaced: Mapping[str, list[Replaced]], told: Stated, parts: tuple[Stated, ...] = ()
) -> Iterator[Stated]:
    """Yield a setting with what it overrode, its parts, and behind them the same setting of earlier files."""
    lost = replaced.get(told.option, [])
    overrode = f"overrode {', '.join(_place(one.source) for one in lost)}" if lost else ""
    yield replace(told, fate=told.fate or overrode)
    yield from parts
    for one in lost:
        yield _stated(one.option, one.value, one.source, f"lost to {_place(one.by)}", counts=False)


def _of_table(registry: PodmanRegistry) -> Iterator[Stated]:
    at = registry.source or BUILT_IN
    name = registry.location.name
    place = f"found at {name}" if name and name != registry.prefix else "found at that name"
    notes = [place, "blocked" if registry.blocked else "", "insecure" if registry.location.insecure else ""]
    yield _stated(f"[[registry]] {registry.prefix}", ", ".join(note for note in notes if note), at, "")
    for mirror in registry.mirrors:
        yield _stated("  mirror", _of_location(registry, mirror), mirror.source or at, "")


def _of_location(registry: PodmanRegistry, mirror: Location) -> str:
    by_digest = registry.mirror_by_digest_only or mirror.pull_from_mirror == "digest-only"
    only = "for digests alone" if by_digest else f"{mirror.pull_from_mirror}" if mirror.pull_from_mirror else ""
    notes = [mirror.name, "insecure" if mirror.insecure else "", only]
    return ", ".join(note for note in notes if note)


def _of_containerd(config: ContainerdConfig) -> Iterator[Stated]:
    cri = config.cri
    for root in config.roots:
        source = cri.config_path_source or BUILT_IN
        yield _stated("config_path" if cri.config_path else "--hosts-dir", root, source, "")
    for registry, endpoints in cri.mirrors.items():
        source = cri.mirror_sources.get(registry, BUILT_IN)
        fate = "lost to config_path" if cri.config_path else ""
        yield _stated(f"mirrors {registry}", ", ".join(endpoints) or "none", source, fate, counts=not fate)
    for folder in config.folders.values():
        yield from _of_folder(folder)
    for source in cri.unread:
        yield _stated(source.name, "", source, "not read in a file of this version", counts=False)


def _of_folder(folder: HostsFolder) -> Iterator[Stated]:
    name = folder.path.rpartition("/")[2]
    trouble = folder.error or folder.ignored
    if trouble:
        at = folder.ignored_source or Source(folder.path)
        yield _stated(name, trouble, at, "hosts.toml does not count", counts=False)
    for entry in folder.entries:
        url = f"{entry.scheme}://{entry.host}{entry.path}" if entry.host else "the registry itself"
        verify = {None: "", True: "certificate not verified", False: "certificate verified"}[entry.skip_verify]
        limited = "" if len(entry.capabilities) == 3 else "for " + ", ".join(entry.capabilities)
        value = ", ".join(note for note in (url, verify, limited) if note)
        yield _stated(name, value, entry.source or Source(folder.path), "")


def _stated(option: str, value: str, source: Source, fate: str, *, counts: bool = True) -> Stated:
    return Stated(printable(option, 200), printable(strip_userinfo(value), _VALUE), source, fate, counts)


def _place(source: Source) -> str:
    return printable(source.file if source.line is None else f"{source.file}:{source.line}", 200)
