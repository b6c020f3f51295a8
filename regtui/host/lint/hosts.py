"""The hosts that docker is configured to ask, and what a name should have been that can be no host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.gonet import host_of, split_host_port
from regtui.host.lint.wording import bare_host, hosts_in, several
from regtui.host.model import EngineName
from regtui.host.security import mirror_host
from regtui.reference import InvalidReference, is_host_component, parse_rhel, qualify

if TYPE_CHECKING:
    from regtui.host.model import HostConfig, Source

LIST_LIMIT = 500
"""Entries of one list that are judged; people write a dozen, and each is held against all others."""

_SAMPLE = parse_rhel("image").with_default_tag()
_USUAL_PORT = 5000  # of the registry's own image


@dataclass(frozen=True, slots=True)
class Asked:
    """A host that docker is configured to ask: `name` is `HOST[:PORT]`, `mirror` its URL where it is a mirror."""

    name: str
    source: Source
    mirror: str = ""


def asked(config: HostConfig) -> tuple[Asked, ...]:
    """Return the members of the search list, then the mirrors, as far as they are judged."""
    members = (Asked(setting.value, setting.source) for setting in config.registries[:LIST_LIMIT])
    mirrors = (Asked(mirror_host(m.value), m.source, m.value) for m in config.mirrors[:LIST_LIMIT])
    return (*members, *(one for one in mirrors if one.name))


def by_host(config: HostConfig) -> dict[str, list[str]]:
    """Return the names that docker is configured to ask by their host, without port and in lower case.

    What docker can ask under no name is left out.
    """
    found: dict[str, list[str]] = {}
    fork = config.engine is EngineName.RHEL_DOCKER
    for one in asked(config):
        if fork and host_fault(one.name):
            continue
        names = found.setdefault(host_of(one.name).lower(), [])
        if one.name not in names:
            names.append(one.name)
    return found


def host_fault(name: str) -> str:
    """Return why no image name can be asked of a registry that is called so, empty where it can."""
    try:
        qualify(_SAMPLE, name)
    except InvalidReference as reason:
        return reason.message
    return ""


def better_names(config: HostConfig, name: str) -> tuple[str, ...]:
    """Return the names that were probably meant, none where that cannot be told."""
    if any(char in name for char in "$`#"):  # written for a shell: what was meant is not known
        return ()
    found = tuple(part if is_host_component(part) else _with_port(config, part) for part in several(name))
    if any(host_fault(one) for one in found):
        return tuple(part for part in hosts_in(name) if not host_fault(part))
    return found


def _with_port(config: HostConfig, host: str) -> str:
    """Return a host with the port that the configuration has for it elsewhere, else with the usual one."""
    names = (*(entry.value for entry in config.insecure[:LIST_LIMIT]), *(one.name for one in asked(config)))
    for name in names:
        parts = split_host_port(bare_host(name))
        if parts is not None and parts[0] == host and parts[1].isdigit():
            return f"{host}:{parts[1]}"
    return f"{host}:{_USUAL_PORT}"
