"""Findings about containerd's files: a hosts.toml that is not read, or not as it was meant, and hosts never asked."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.containerd.hosts_toml import HOST_KEYS, NAME, NO_HOST_TREE, ROOT_KEYS
from regtui.host.containerd.model import Capability
from regtui.host.engines_here import CERTS
from regtui.host.lint.wording import error, listed, note, place, shown, warning
from regtui.host.model import ContainerdClient, Source
from regtui.text import printable, strip_userinfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.containerd.model import ContainerdConfig, HostEntry, HostsFolder
    from regtui.host.model import Finding

FINDINGS_LIMIT = 200
"""Findings; a person reads the first screens."""
_HUB = "docker.io"
_HUB_HOSTS = ("index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", "hub.docker.com", "docker.com")
_PORT_ALONE = re.compile(r"(.+)_([0-9]{1,5})")
_SCHEME = re.compile(r"https?(?::|_)[/_]*(.+)")
_MEANT = {
    "insecure_skip_verify": "skip_verify",
    "insecure": "skip_verify",
    "headers": "header",
    "ca_file": "ca",
    "cert_file": "client",
    "mirrors": '[host."URL"]',
    "endpoint": '[host."URL"]',
    "hosts": '[host."URL"]',
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found besides the configuration.

    `refused_at` is where containerd's error stands. `unread` are the hosts.toml of folders that the client does not
    look into, `stray` files that lie where folders belong, `missing` files that an entry names and that are not there.
    """

    refused_at: Source | None = None
    unread: tuple[str, ...] = ()
    stray: tuple[str, ...] = ()
    missing: frozenset[str] = frozenset()


def findings_of(config: ContainerdConfig, evidence: Evidence) -> tuple[Finding, ...]:
    """Return every finding about the files of one client."""
    return tuple(dict.fromkeys(_judged(config, evidence)))[:FINDINGS_LIMIT]


def _judged(config: ContainerdConfig, evidence: Evidence) -> Iterator[Finding]:
    if config.refused:
        message = f"containerd does not pull for the kubelet: {strip_userinfo(config.refused)}"
        yield error("conf-refused", message, evidence.refused_at, _instead(config.refused))
    yield from _config(config)
    for root, cause in config.closed.items():
        message = f"{shown(root)} may not be entered, so nothing is pulled: {printable(cause)}"
        yield error("hosts-unreadable", message, Source(printable(root)))
    for path in evidence.unread:
        yield _unread(config, path)
    for path in evidence.stray:
        message = f"{shown(path)} lies where a folder for each registry belongs, so it is not read"
        yield warning("hosts-no-folder", message, Source(printable(path)), f"move it to FOLDER/HOST/{NAME}")
    for folder in config.folders.values():
        yield from _named(config, folder)
        yield from _folder(folder, evidence)


# config.toml


def _instead(refused: str) -> str:
    if "cannot be set when `config_path`" in refused:
        return f"write HOST/{NAME} below config_path, and remove the older table"
    if "expect io.containerd.x.vx" in refused:
        return 'write [plugins."io.containerd.grpc.v1.cri"] in a file of version 2'
    return ""


def _config(config: ContainerdConfig) -> Iterator[Finding]:
    cri = config.cri
    for source in cri.unread:
        version = source.name.rpartition(" ")[2]
        message = f"containerd does not read this table: in a file of version {version} the plugin has another name"
        fix = "version = 2" if version == "1" else ""
        yield warning("plugin-unread", message, source, fix)
    if cri.mirrors and not config.refused:
        message = f"registry.mirrors is the older way, which containerd still reads where there is no {NAME}"
        fix = f'config_path = "{CERTS}"'
        yield note("mirrors-older", message, next(iter(cri.mirror_sources.values()), None), fix)
    for registry, endpoints in cri.mirrors.items():
        stands = cri.mirror_sources.get(registry)
        if not endpoints:
            message = f"the table for {shown(registry)} has no endpoint, so that registry is asked itself"
            yield note("mirror-empty", message, stands)
        if registry in _HUB_HOSTS:
            yield _hub(registry, stands, f'mirrors."{_HUB}"')


def _unread(config: ContainerdConfig, path: str) -> Finding:
    source = Source(printable(path))
    if config.client is not ContainerdClient.CRI:
        return note("hosts-unread", f"ctr and nerdctl do not look at {shown(path)}", source)
    if config.cri.config_path:
        message = f"the kubelet's pulls do not look at {shown(path)}: config_path is {listed(config.cri.config_path)}"
        return warning("hosts-unread", message, source)
    folder = path.rpartition("/")[0].rpartition("/")[0]
    message = f"the kubelet's pulls do not look at {shown(path)}: config.toml names no config_path"
    return warning("hosts-unread", message, source, f'config_path = "{printable(folder)}"')


# Folders


def _named(config: ContainerdConfig, folder: HostsFolder) -> Iterator[Finding]:
    """Yield what is wrong with the folder's name: nobody says so, and the registry is asked itself."""
    root, _slash, name = folder.path.rpartition("/")
    source = Source(printable(folder.path))
    scheme, port = _SCHEME.fullmatch(name), _PORT_ALONE.fullmatch(name)
    if scheme is not None:
        message = f"no registry leads to the folder {shown(name)}: its name is HOST, HOST:PORT or HOST_PORT_"
        yield warning("folder-name", message, source, f"rename it to {printable(scheme[1])}")
    elif port is not None:
        message = f"no registry leads to the folder {shown(name)}: in place of HOST:PORT it is HOST_PORT_ to the letter"
        yield warning("folder-name", message, source, f"rename it to {printable(name)}_")
    elif name in _HUB_HOSTS:
        yield _hub(name, source, _HUB)
    elif name in ("default", "*", "docker", "dockerhub", "_default_"):
        right = "_default" if "default" in name or name == "*" else _HUB
        message = f"no registry leads to the folder {shown(name)}"
        yield warning("folder-name", message, source, f"rename it to {right}")
    if name.count(":") == 1 and f"{root}/{name.replace(':', '_')}_" in config.folders:
        message = f"the folder {shown(name)} is not read: {shown(name.replace(':', '_') + '_')} goes first"
        yield warning("folder-shadowed", message, source)
    before = [each for each in config.roots[: config.roots.index(root)] if f"{each}/{name}" in config.folders]
    if before:
        message = f"the folder {shown(folder.path)} is not read: {shown(f'{before[0]}/{name}')} goes first"
        yield warning("folder-shadowed", message, source)


def _hub(name: str, source: Source | None, better: str) -> Finding:
    message = f"{shown(name)} is not for Docker Hub's images, whose names begin with {_HUB}"
    return warning("folder-hub", message, source, f"rename it to {better}")


def _folder(folder: HostsFolder, evidence: Evidence) -> Iterator[Finding]:
    registry = registry_of(folder)
    if folder.error:
        message = f"nothing is pulled from {shown(registry)}: {printable(folder.error)}"
        yield error("hosts-unreadable", message, Source(printable(f"{folder.path}/{NAME}")))
    if folder.ignored:
        yield _ignored(folder, registry)
    for source in folder.unknown_keys:
        yield _unknown(source)
    yield from _hosts(folder, registry)
    for entry in folder.entries:
        yield from _tls(entry, registry, evidence)


def registry_of(folder: HostsFolder) -> str:
    """Return the registry that a folder is for, as names have it."""
    name = folder.path.rpartition("/")[2]
    found = re.fullmatch(r"(.+)_([0-9]+)_", name)
    return f"{found[1]}:{found[2]}" if found else name


def _ignored(folder: HostsFolder, registry: str) -> Finding:
    message = f"containerd goes on without the file and asks {shown(registry)} itself: {printable(folder.ignored)}"
    fix = f'add [host."https://{printable(registry)}"]' if folder.ignored == NO_HOST_TREE else ""
    if fix:
        message += "; containerd 1.6 wants a table below [host]"
    return error("hosts-ignored", message, folder.ignored_source, fix)


def _unknown(source: Source) -> Finding:
    key = source.name
    if key in ROOT_KEYS:
        message = f"{shown(key)} stands below [host.*], so it belongs to that host, where containerd passes over it"
        return warning("hosts-misplaced-key", message, source, "move it above the first [host.*]")
    meant = _MEANT.get(key.lower()) or next(iter(get_close_matches(key.lower(), HOST_KEYS, 1, 0.75)), "")
    fix = f"write {meant} in place of {printable(key, 60)}" if meant else ""
    return warning("hosts-unknown-key", f"containerd knows no key {shown(key)}, and passes over it", source, fix)


# Hosts


def _hosts(folder: HostsFolder, registry: str) -> Iterator[Finding]:
    *mirrors, last = folder.entries
    for entry in folder.entries:
        yield from _capable(entry)
    if folder.has_hosts_toml and not any(_resolves(entry) or not entry.host for entry in folder.entries):
        message = f"no host may say what a tag of {shown(registry)} means: pulls by tag fail with `no resolve hosts`"
        yield error("no-resolve-host", message, last.source, 'capabilities = ["pull", "resolve"]')
    hub = registry == _HUB and last.host == "registry-1.docker.io"
    if last.host and last.host != registry and not hub and registry != "_default":
        message = f"{shown(last.host)} takes the place of {shown(registry)}, which is never asked itself"
        yield note("server-elsewhere", message, last.source)
    seen: dict[tuple[str, str, str], HostEntry] = {}
    for entry in (*mirrors, last) if last.host else mirrors:
        before = seen.setdefault((entry.scheme, entry.host, entry.path), entry)
        if before is not entry:
            message = f"{shown(entry.host)} stands at {place(before.source)} already: containerd asks it twice"
            yield warning("host-twice", message, entry.source)


def _resolves(entry: HostEntry) -> bool:
    return Capability.RESOLVE in entry.capabilities and Capability.PULL in entry.capabilities


def _capable(entry: HostEntry) -> Iterator[Finding]:
    if not entry.host:
        return
    if Capability.PULL not in entry.capabilities:
        message = f"{shown(entry.host)} may not be asked for pulls, and is fetched from all the same"
        yield note("host-no-pull", message, entry.source)
    elif Capability.RESOLVE not in entry.capabilities:
        message = f"{shown(entry.host)} is not asked what a tag means, only for what a digest names"
        yield note("host-no-resolve", message, entry.source)


def _tls(entry: HostEntry, registry: str, evidence: Evidence) -> Iterator[Finding]:
    host = shown(entry.host or registry)
    for path in (*entry.authorities, *(file for pair in entry.pairs for file in pair if file)):
        if path in evidence.missing:
            message = f"nothing is pulled from {shown(registry)}: {shown(path)} is named for {host} and not there"
            yield error("host-file-missing", message, entry.source)
    if entry.scheme == "http" and entry.has_tls_rules:
        yield note(
            "tls-on-http", f"{host} is asked by plain HTTP, where ca, client and skip_verify mean nothing", entry.source
        )
    elif entry.skip_verify and entry.authorities:
        yield note("ca-unused", f"{host} is not verified, so its ca means nothing", entry.source)
    elif entry.skip_verify and entry.host:
        yield note("host-unverified", f"{host} is not verified: whoever answers for it is believed", entry.source)
