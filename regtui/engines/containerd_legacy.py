"""registry-mirrors and insecure-registries among the hosts of dockerd's containerd image store.

Source: daemon/hosts.go of moby (mergeLegacyConfig, mirrorsToRegistryHosts).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.host.containerd.model import Capability, HostEntry
from regtui.host.gourl import GoUrlError, parse_url
from regtui.host.model import BUILT_IN, Security
from regtui.host.security import security_of

if TYPE_CHECKING:
    from regtui.engines.base import Endpoint, Question
    from regtui.host.model import Setting

OFFICIAL = "docker.io"
PULL_AND_RESOLVE = (Capability.PULL, Capability.RESOLVE)


def with_mirrors(question: Question, registry: str, entries: tuple[HostEntry, ...]) -> tuple[HostEntry, ...]:
    """Return the hosts with registry-mirrors before them, unless hosts.toml names several.

    A mirror gets the files of docker.io's folder: it is a copy of that host with another address.
    """
    if registry != OFFICIAL or len(entries) != 1:
        return entries
    made = (_mirror(setting, entries[0]) for setting in question.config.mirrors)
    return (*(entry for entry in made if entry is not None), *entries)


def _mirror(setting: Setting, default: HostEntry) -> HostEntry | None:
    text = setting.value if "://" in setting.value else f"{default.scheme}://{setting.value}"
    try:
        url = parse_url(text)
    except GoUrlError:
        return None
    path = url.path.rstrip("/")
    return replace(
        default,
        scheme=url.scheme,
        host=url.host,
        path=path if path.endswith("/v2") else f"{path}/v2",
        capabilities=PULL_AND_RESOLVE,
        source=setting.source,
    )


def with_fallback(question: Question, endpoint: Endpoint) -> tuple[Endpoint, ...]:
    """Return an endpoint as the insecure list has it: not verified, and plain HTTP where that is what is spoken.

    The list counts where it, or a mirror, is configured at all; the loopback networks in it by default do not.
    """
    config = question.config
    configured = bool(config.mirrors) or any(entry.source != BUILT_IN for entry in config.insecure)
    insecure = security_of(config, endpoint.host, question.addresses).security is Security.INSECURE
    if not configured or not insecure or endpoint.scheme != "https":
        return (endpoint,)
    https = replace(endpoint, verify=False, insecure=True)
    return (https, replace(https, url=f"http://{endpoint.host}", fallback=True))
