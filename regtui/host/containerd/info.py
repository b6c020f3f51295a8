"""The hosts of each registry in order, with what each may be asked for; containerd itself has no such command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.host.containerd.lint import registry_of
from regtui.host.containerd.model import ALL_CAPABILITIES
from regtui.host.model import ContainerdClient
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.containerd.model import ContainerdConfig, HostEntry, HostsFolder

_NAME = 1000  # characters of one name
_NAMES = {
    ContainerdClient.CTR: "ctr, which takes full names alone",
    ContainerdClient.NERDCTL: "nerdctl, which completes names",
    ContainerdClient.DOCKER: "dockerd, which completes names",
    ContainerdClient.CRI: "the kubelet by CRI, which completes names",
}


def containerd_info_lines(config: ContainerdConfig) -> tuple[str, ...]:
    """Return who pulls, where hosts.toml is looked for, and the hosts of each registry that a file speaks of."""
    where = ", ".join(config.roots) or "none"
    lines = [f"Client: {_NAMES[config.client]}", f"Hosts directories: {printable(where, _NAME)}"]
    for folder in config.folders.values():
        lines.append(f"{printable(registry_of(folder), _NAME)}:")
        lines.extend(_folder(folder))
    for registry, endpoints in config.cri.mirrors.items():
        lines.append(f"{printable(registry, _NAME)}:  (config.toml, registry.mirrors)")
        lines.extend(f" {printable(endpoint, _NAME)}" for endpoint in endpoints)
    return tuple(lines)


def _folder(folder: HostsFolder) -> Iterator[str]:
    if folder.error or folder.ignored:
        yield f" {'unreadable' if folder.error else 'ignored'}: {printable(folder.error or folder.ignored, _NAME)}"
    for number, entry in enumerate(folder.entries, 1):
        yield f" {_entry(entry, is_server=number == len(folder.entries))}"


def _entry(entry: HostEntry, *, is_server: bool) -> str:
    url = f"{entry.scheme}://{entry.host}{entry.path.removesuffix('/v2')}" if entry.host else "the registry itself"
    notes = []
    if entry.host and entry.capabilities != ALL_CAPABILITIES:
        notes.append(" ".join(entry.capabilities) or "no capability")
    if is_server and entry.host:
        notes.append("server")
    if entry.skip_verify:
        notes.append("TLS not verified")
    if entry.authorities:
        notes.append(f"trusts {', '.join(entry.authorities)}")
    if entry.pairs:
        notes.append("client certificate")
    if entry.headers:
        notes.append(f"headers {', '.join(name for name, _secret in entry.headers)}")
    return printable(f"{url}  ({', '.join(notes)})" if notes else url, _NAME)
