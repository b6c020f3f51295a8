"""From the files of a host to what containerd's clients ask: who pulls, which folders, and what lies in them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.host.containerd.config_toml import ConfigTomlError, read_config_toml
from regtui.host.containerd.hosts_toml import NAME, HostsTomlError, read_hosts_toml
from regtui.host.containerd.lint import Evidence, findings_of, registry_of
from regtui.host.containerd.model import ContainerdConfig, CriRegistry, HostEntry, HostsFolder
from regtui.host.engines_here import CERTS, KUBELET, NERDCTL
from regtui.host.files import FileText, FileTrouble, TroubleKind
from regtui.host.model import BUILT_IN, ContainerdClient, EngineName, HostConfig, InsecureEntry, Proxies, Setting
from regtui.host.proxies import proxies_in, proxies_of
from regtui.host.refusal import refuse
from regtui.host.service import read_service
from regtui.host.unit import dialect_of, find_unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from regtui.host.files import FileSource
    from regtui.host.model import Finding, Source

DOCKER_CERTS = "/etc/docker/certs.d"
FOLDERS_LIMIT = 1000  # of one certs.d; a host that mirrors every registry there is has a few dozen
_WHO = {
    ContainerdClient.CTR: f"as ctr does with --hosts-dir {CERTS}, which takes full names alone",
    ContainerdClient.NERDCTL: "as nerdctl does, which completes names",
    ContainerdClient.DOCKER: "as dockerd does, which completes names",
    ContainerdClient.CRI: "as the kubelet does by CRI, which completes names",
}


def load_containerd(
    files: FileSource,
    client: ContainerdClient | None = None,
    reason: str = "named with --engine",
    environment: Mapping[str, str] | None = None,
) -> HostConfig:
    """Read what containerd's client reads, the one that the files speak for where none is given; never raises.

    `environment` is that of who runs ctr or nerdctl, which their proxies come from; those of the kubelet's pulls come
    from containerd.service.
    """
    cri, refused, refused_at = CriRegistry(), "", None
    try:
        cri = read_config_toml(files)
    except ConfigTomlError as error:
        refused, refused_at = str(error), error.source
    client = client or (ContainerdClient.CRI if refused else _client(files, cri))
    roots = _roots(client, cri)
    config = ContainerdConfig(client, roots, _folders(files, roots), cri, refused, _closed(files, roots))
    return HostConfig(
        engine=EngineName.CONTAINERD,
        engine_reason=f"{reason}; {_WHO[client]}",
        insecure=tuple(_insecure(config)),
        mirrors=tuple(_mirrors(config)),
        signature_verification=False,
        refusal=refuse(refused, refused_at) if refused else None,
        findings=findings_of(config, _evidence(files, config, refused_at)),
        proxies=_service_proxies(files) if client is ContainerdClient.CRI else proxies_in(environment or {}),
        files=files.looked_at,
        containerd=config,
    )


def docker_store(files: FileSource) -> tuple[ContainerdConfig, tuple[Finding, ...]]:
    """Return what dockerd's containerd image store finds below docker's certs.d, and the findings about it."""
    roots = (DOCKER_CERTS,)
    config = ContainerdConfig(ContainerdClient.DOCKER, roots, _folders(files, roots), closed=_closed(files, roots))
    evidence = replace(_evidence(files, config, None), unread=())
    return config, findings_of(config, evidence)


def _service_proxies(files: FileSource) -> Proxies:
    unit = find_unit(files, "containerd.service")
    return Proxies() if unit is None else proxies_of(read_service(files, unit, dialect_of(files, unit)).environment)


def _client(files: FileSource, cri: CriRegistry) -> ContainerdClient:
    if cri.is_present or any(files.exists(path) for path in KUBELET):
        return ContainerdClient.CRI
    if any(files.exists(path) for path in NERDCTL):
        return ContainerdClient.NERDCTL
    return ContainerdClient.CTR


def _roots(client: ContainerdClient, cri: CriRegistry) -> tuple[str, ...]:
    match client:
        case ContainerdClient.CTR:
            return (CERTS,)
        case ContainerdClient.NERDCTL:
            return (CERTS, DOCKER_CERTS)
        case ContainerdClient.DOCKER:
            return (DOCKER_CERTS,)
        case ContainerdClient.CRI:
            return cri.config_path


def _folders(files: FileSource, roots: tuple[str, ...]) -> Mapping[str, HostsFolder]:
    return {
        f"{root}/{name}": read_folder(files, f"{root}/{name}")
        for root in roots
        for name in files.list(root)[:FOLDERS_LIMIT]
    }


def _closed(files: FileSource, roots: tuple[str, ...]) -> Mapping[str, str]:
    """Return the roots in which nothing can be looked up, with the system's words."""
    found = {}
    for root in roots:
        names = files.entries(root)
        if isinstance(names, FileTrouble) and names.kind is TroubleKind.DENIED:
            inside = files.read(f"{root}/_default/{NAME}")  # a folder that is not listed may be entered all the same
            if isinstance(inside, FileTrouble) and inside.kind is TroubleKind.DENIED:
                found[root] = inside.cause
    return found


def _evidence(files: FileSource, config: ContainerdConfig, refused_at: Source | None) -> Evidence:
    folders = config.folders.values()
    names = [f"{root}/{name}" for root in config.roots for name in files.list(root)[:FOLDERS_LIMIT]]
    named = {path for folder in folders for entry in folder.entries for path in _files_of(entry)}
    return Evidence(
        refused_at,
        tuple(_unread(files, config.roots)),
        tuple(path for path in names if _is_no_folder(files, path)),
        frozenset(path for path in named if not files.exists(path)),
    )


def _is_no_folder(files: FileSource, path: str) -> bool:
    found = files.entries(path)
    return isinstance(found, FileTrouble) and found.cause == "not a directory"


def _files_of(entry: HostEntry) -> Iterator[str]:
    yield from entry.authorities
    for pair in entry.pairs:
        yield from filter(None, pair)


def _unread(files: FileSource, roots: tuple[str, ...]) -> Iterator[str]:
    """Yield each hosts.toml below certs.d that the client does not look for."""
    for root in (CERTS, DOCKER_CERTS):
        if root in roots:
            continue
        for name in files.list(root)[:FOLDERS_LIMIT]:
            if files.exists(f"{root}/{name}/{NAME}"):
                yield f"{root}/{name}/{NAME}"


def read_folder(files: FileSource, folder: str) -> HostsFolder:
    """Read one registry's folder: hosts.toml, or the certificates that lie there (loadHostDir)."""
    found = files.read(f"{folder}/{NAME}")
    if isinstance(found, FileTrouble):
        if found.kind is not TroubleKind.MISSING and found.cause != "not a directory":
            return HostsFolder(folder, error=found.as_go)
        return HostsFolder(folder, (_certificates(files, folder),))
    if not found.data:
        return HostsFolder(folder, (_certificates(files, folder),))
    return _of_hosts_toml(files, folder, found)


def _of_hosts_toml(files: FileSource, folder: str, found: FileText) -> HostsFolder:
    try:
        read = read_hosts_toml(folder, found.data)
    except HostsTomlError as error:
        entries = (_certificates(files, folder),)
        return HostsFolder(folder, entries, True, str(error), error.source)
    return HostsFolder(folder, read.entries, True, unknown_keys=read.unknown_keys)


def _certificates(files: FileSource, folder: str) -> HostEntry:
    """Return the registry itself with docker's files: `*.crt` to trust, `*.cert` with or without its key."""
    names = files.list(folder)
    keys = {name for name in names if name.endswith(".key")}
    pairs = []
    for name in names:
        if name.endswith(".cert"):
            key = f"{name.removesuffix('.cert')}.key"
            pairs.append((f"{folder}/{name}", f"{folder}/{key}" if key in keys else ""))
    authorities = tuple(f"{folder}/{name}" for name in names if name.endswith(".crt"))
    return HostEntry(path="", authorities=authorities, pairs=tuple(pairs), key=f"{folder}#certificates")


def _insecure(config: ContainerdConfig) -> Iterator[InsecureEntry]:
    """Yield the registries that are asked by plain HTTP, or not verified, themselves."""
    for folder in config.folders.values():
        last = folder.entries[-1] if folder.entries else HostEntry()
        if last.scheme == "http" or last.skip_verify:
            yield InsecureEntry(registry_of(folder), last.source or BUILT_IN)
    for host, entry in config.cri.entries.items():
        if entry.skip_verify:
            yield InsecureEntry(host, entry.source or BUILT_IN)


def _mirrors(config: ContainerdConfig) -> Iterator[Setting]:
    """Yield the hosts that stand in for another registry, for what shows mirrors of any engine."""
    for folder in config.folders.values():
        for entry in folder.entries[:-1]:
            source: Source = entry.source or BUILT_IN
            yield Setting(registry_of(folder), f"{entry.scheme}://{entry.host}", source)
    for registry, endpoints in config.cri.mirrors.items():
        for endpoint in endpoints:
            yield Setting(registry, endpoint, config.cri.mirror_sources.get(registry, BUILT_IN))
