"""What the engine is configured to do, printed: as `docker info` prints it, and as one document with sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.host.model import EngineName, Security
from regtui.host.registry_lists import DOCKER_IO
from regtui.host.security import insecure_networks, is_listed_secure, security_of
from regtui.text import printable, strip_userinfo

if TYPE_CHECKING:
    from regtui.host.containerd.model import ContainerdConfig
    from regtui.host.model import Finding, HostConfig, InsecureEntry, Proxies, Setting, Source
    from regtui.host.podman.model import PodmanConfig
    from regtui.host.security import Addresses

SCHEMA = "regtui.info/1"
INDEX_SERVER = "https://index.docker.io/v1/"
_NAME = 1000  # characters of one name or URL


def info_lines(config: HostConfig, addresses: Addresses, *, username: str = "") -> tuple[str, ...]:
    """Return the registry lines of `docker info` (cli/command/system/info.go:225-334).

    Docker prints insecure names in random order; here they stand as configured, then the members of the search list
    that are insecure by their address. A name that was not looked up counts as one whose lookup failed. `username` is
    the one stored for the first registry. For podman the lines are those of `podman info`, for containerd the hosts of
    each registry. Beside a refusal the lines tell what could still be read: there is no daemon to print them.
    """
    # Loaded here: most hosts have another engine.
    match config.engine:
        case EngineName.PODMAN if config.podman is not None:
            from regtui.host.podman.info import podman_info_lines

            return podman_info_lines(config.podman)
        case EngineName.CONTAINERD if config.containerd is not None:
            from regtui.host.containerd.info import containerd_info_lines

            return containerd_info_lines(config.containerd)
        case EngineName.PODMAN | EngineName.CONTAINERD:  # a recording holds no more of it
            return (_list_line(config, addresses),)
        case _:
            return _docker_lines(config, addresses, username)


def _docker_lines(config: HostConfig, addresses: Addresses, username: str) -> tuple[str, ...]:
    lines = _registry_lines(config, username)
    lines += _insecure_lines(config, addresses)
    lines += ["Registry Mirrors:", *(f" {_shown(m.value)}" for m in config.mirrors)] if config.mirrors else []
    if config.engine is EngineName.RHEL_DOCKER:
        lines.append(_list_line(config, addresses))
    return tuple(lines)


def _list_line(config: HostConfig, addresses: Addresses) -> str:
    words = (
        f"{_shown(r.value)} ({'secure' if is_listed_secure(config, r.value, addresses) else 'insecure'})"
        for r in config.registries
    )
    return f"Registries: {', '.join(words)}"


def index_server_address(config: HostConfig) -> str:
    """Return the address of the first registry, which `docker login` means too; empty where there is none.

    Source: registry/config.go:80-97 (IndexServerAddress).
    """
    first = config.registries[0].value if config.registries else ""
    if not first:
        return ""
    return INDEX_SERVER if first == DOCKER_IO else f"https://{first}/v1/"


def info_document(
    config: HostConfig, addresses: Addresses, lint: tuple[Finding, ...] | None = None
) -> dict[str, object]:
    """Return everything for `regtui info --json`, with sources; texts are printable and passwords hidden.

    `lint` are all findings about the host, of which those of reading its configuration are a part.
    """
    return {
        "schema": SCHEMA,
        "engine": str(config.engine),
        "engine_reason": _shown(config.engine_reason),
        "registries": [_registry(config, setting, addresses) for setting in config.registries],
        "insecure": [_insecure(entry) for entry in config.insecure],
        "mirrors": [{"url": _shown(m.value), "source": _place(m.source)} for m in config.mirrors],
        "blocked": [{"name": _shown(b.value), "source": _place(b.source)} for b in config.blocked],
        "insecure_broken": config.insecure_broken,
        "signature_verification": config.signature_verification,
        "disable_legacy_registry": config.disable_legacy_registry,
        "settings": [
            {"option": _shown(s.option), "value": _shown(s.value), "source": _place(s.source)} for s in config.settings
        ],
        "proxies": _proxies(config.proxies),
        "files": [{"path": _shown(file.path), "state": _shown(file.state)} for file in config.files],
        "findings": [_finding(finding) for finding in config.findings],
        **({} if lint is None else {"lint": [_finding(finding) for finding in lint]}),
        "refusal": None
        if config.refusal is None
        else {"message": config.refusal.message, "source": _place(config.refusal.source)},
        **({} if config.podman is None else {"podman": _podman(config.podman)}),
        **({} if config.containerd is None else {"containerd": _containerd(config.containerd)}),
        "lines": list(info_lines(config, addresses)),
    }


def _podman(config: PodmanConfig) -> dict[str, object]:
    """Return what podman's files add up to besides the search list."""
    from regtui.host.podman.info import podman_registries

    aliases = {**config.aliases, **config.recorded_aliases}
    return {
        "registries": _clean(podman_registries(config)),
        "short_name_mode": config.short_name_mode,
        "aliases": [
            {"name": _shown(one.name), "value": _shown(one.value or ""), "source": _place(one.source)}
            for one in aliases.values()
        ],
        "policy": {"file": _shown(config.policy.file), "error": _shown(config.policy.error)},
        "auth_files": [_shown(path) for path in config.auth_files if path],
        "credential_helpers": [_shown(name) for name in config.helpers],
        "certs": [_shown(path) for path in config.certs_folders],
    }


def _containerd(config: ContainerdConfig) -> dict[str, object]:
    """Return who pulls and the hosts of each registry in order; values of headers are left out."""
    return {
        "client": config.client,
        "hosts_directories": [_shown(root) for root in config.roots],
        "registries": [
            {
                "folder": _shown(folder.path),
                "ignored": _shown(folder.ignored or folder.error),
                "hosts": [
                    {
                        "url": _shown(f"{entry.scheme}://{entry.host}{entry.path}") if entry.host else None,
                        "capabilities": list(entry.capabilities),
                        "skip_verify": entry.skip_verify,
                        "headers": [_shown(name) for name, _secret in entry.headers],
                        "source": _place(entry.source),
                    }
                    for entry in folder.entries
                ],
            }
            for folder in config.folders.values()
        ],
    }


def _clean(value: object) -> object:
    """Return data whose texts are for print."""
    match value:
        case str():
            return _shown(value)
        case dict():
            return {_shown(key): _clean(item) for key, item in value.items()}
        case list():
            return [_clean(item) for item in value]
        case _:
            return value


def _registry_lines(config: HostConfig, username: str) -> list[str]:
    address = index_server_address(config)
    user = [f"Username: {_shown(username)}"] if username and address else []
    return [*user, f"Registry: {_shown(address)}"] if address else []


def _insecure_lines(config: HostConfig, addresses: Addresses) -> list[str]:
    """Return the block of insecure names and networks; an engine that dropped its list prints none."""
    if config.insecure_broken:
        return []
    fork = config.engine is EngineName.RHEL_DOCKER
    names = [entry.value for entry in config.insecure if entry.network is None and (fork or entry.value != DOCKER_IO)]
    if fork:
        listed = (setting.value for setting in config.registries)
        names += [name for name in listed if not is_listed_secure(config, name, addresses)]
    networks = [str(network) for network in insecure_networks(config)]
    return ["Insecure Registries:", *(f" {_shown(name)}" for name in (*dict.fromkeys(names), *networks))]


def _registry(config: HostConfig, setting: Setting, addresses: Addresses) -> dict[str, object]:
    judgement = security_of(config, setting.value, addresses)
    unknown = judgement.security is Security.UNKNOWN
    mirrors = config.mirrors if setting.value in (DOCKER_IO, "index.docker.io") else ()
    return {
        "name": _shown(setting.value),
        "secure": None if unknown else judgement.security is Security.SECURE,
        "reason": _shown(judgement.reason),
        "reason_source": _place(judgement.source),
        "source": _place(setting.source),
        "mirrors": [_shown(mirror.value) for mirror in mirrors],
    }


def _insecure(entry: InsecureEntry) -> dict[str, object]:
    network = None if entry.network is None else str(entry.network)
    return {"value": _shown(entry.value), "network": network, "source": _place(entry.source)}


def _proxies(proxies: Proxies) -> dict[str, object]:
    return {
        "http": _shown(proxies.http),
        "https": _shown(proxies.https),
        "no_proxy": _shown(proxies.no_proxy),
        "source": _place(proxies.source),
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code,
        "severity": str(finding.severity),
        "message": finding.message,
        "source": _place(finding.source),
        "fix": finding.fix,
    }


def _place(source: Source | None) -> dict[str, object] | None:
    if source is None:
        return None
    return {"file": _shown(source.file), "line": source.line, "name": _shown(source.name)}


def _shown(text: str) -> str:
    """A value for print: no password, nothing that a terminal acts on."""
    return printable(_without_password(text), _NAME)


def _without_password(text: str) -> str:
    if "@" not in text:
        return text
    if "://" in text:
        return strip_userinfo(text)
    return "***@" + text.rpartition("@")[2]  # a proxy or mirror written without a scheme
