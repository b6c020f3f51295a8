"""Registries of the inside that docker asks through its proxy, because NO_PROXY does not name them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from regtui.host.gonet import host_of, parse_ip, split_host_port
from regtui.host.lint.advice import assignment
from regtui.host.lint.hosts import Asked, asked
from regtui.host.lint.wording import listed, warning
from regtui.host.model import EngineName, Security
from regtui.host.proxies import proxy_for
from regtui.host.security import security_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.lint.evidence import Evidence
    from regtui.host.model import Finding, HostConfig

_INSIDE = (".local", ".localdomain", ".lan", ".internal", ".intranet", ".corp", ".home", ".svc", ".home.arpa")


def proxied_findings(config: HostConfig, evidence: Evidence) -> Iterator[Finding]:
    """Yield the hosts that are of the inside by their names, addresses or settings, and go through the proxy."""
    if config.engine not in (EngineName.RHEL_DOCKER, EngineName.MOBY):
        return
    inside = [one.name for one in asked(config) if _is_inside(config, evidence, one) and _is_proxied(config, one)]
    hosts = list(dict.fromkeys(host_of(name) for name in inside))
    if not hosts:
        return
    message = (
        f"docker asks {listed(hosts)} through its proxy: NO_PROXY does not name {'it' if len(hosts) == 1 else 'them'}"
    )
    yield warning("no-proxy-missing", message, config.proxies.source, _fix(config, hosts))


def _is_proxied(config: HostConfig, one: Asked) -> bool:
    host, port = split_host_port(one.name) or (one.name, "")
    scheme = "http" if one.mirror.startswith("http://") else "https"
    number = int(port) if port.isascii() and port.isdigit() and len(port) < 6 else {"http": 80, "https": 443}[scheme]
    return bool(proxy_for(config.proxies, scheme, host, number, go110=config.engine is EngineName.RHEL_DOCKER))


def _is_inside(config: HostConfig, evidence: Evidence, one: Asked) -> bool:
    host = host_of(one.name)
    literal = parse_ip(host)
    addresses = (literal,) if literal is not None else evidence.addresses.get(host) or ()
    if any(address.is_private for address in addresses) or evidence.here.is_here(host, evidence.addresses):
        return True
    if literal is None and ("." not in host or host.lower().endswith(_INSIDE)):
        return True
    return security_of(config, one.name, evidence.addresses).security is Security.INSECURE


def _fix(config: HostConfig, hosts: list[str]) -> str:
    """Return the line with the hosts added, where NO_PROXY stands; else one to write beside the proxy's."""
    value = ",".join((*(part for part in config.proxies.no_proxy.split(",") if part.strip()), *hosts))
    source = config.proxies.source
    if source is not None and source.name == "proxies":
        return f'"no-proxy": {json.dumps(value)}'
    names = ("NO_PROXY", "no_proxy")
    present = next((one for one in config.variables if one.name in names and one.in_effect and one.value), None)
    if present is not None:
        return assignment(present, value)
    beside = next((one for one in config.variables if one.source == source), None)
    quoted = beside is not None and beside.source.file.endswith((".service", ".conf"))
    return f'Environment="NO_PROXY={value}"' if quoted else f"NO_PROXY='{value}'"
