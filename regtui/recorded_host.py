"""What a recording holds of the host, and the configuration that is made of it again."""

from __future__ import annotations

from regtui.frozen import dataclass
from regtui.host.model import (
    EngineName,
    Finding,
    HostConfig,
    HostFile,
    InsecureEntry,
    MirrorService,
    Proxies,
    Refusal,
    Setting,
    Source,
)
from regtui.redaction import HIDDEN


@dataclass(frozen=True, slots=True)
class RecordedHost:
    """What a header holds of a host: all that its registries, mirrors and findings are shown from.

    Left out are the words of dockerd's command line and its environment, which may hold anything.
    """

    engine: EngineName
    engine_reason: str = ""
    registries: tuple[Setting, ...] = ()
    insecure: tuple[InsecureEntry, ...] = ()
    mirrors: tuple[Setting, ...] = ()
    blocked: tuple[Setting, ...] = ()
    insecure_broken: bool = False
    disable_legacy_registry: bool = False
    signature_verification: bool = True
    refusal: Refusal | None = None
    settings: tuple[Setting, ...] = ()
    findings: tuple[Finding, ...] = ()
    files: tuple[HostFile, ...] = ()
    http_proxy: str = ""
    https_proxy: str = ""
    no_proxy: str = ""
    proxies_source: Source | None = None
    root: str = "/"
    services: tuple[MirrorService, ...] = ()


def recorded_host(config: HostConfig) -> RecordedHost:
    """Return what a recording keeps of a configuration; the proxies' users and passwords are no part of it."""
    proxies = config.proxies
    return RecordedHost(
        config.engine,
        config.engine_reason,
        config.registries,
        config.insecure,
        config.mirrors,
        config.blocked,
        config.insecure_broken,
        config.disable_legacy_registry,
        config.signature_verification,
        config.refusal,
        config.settings,
        config.findings,
        config.files,
        _without_userinfo(proxies.http),
        _without_userinfo(proxies.https),
        proxies.no_proxy,
        proxies.source,
        config.root,
        config.services,
    )


def configuration_of(host: RecordedHost) -> HostConfig:
    """Return the configuration as far as it was kept."""
    proxies = Proxies(host.http_proxy, host.https_proxy, host.no_proxy, host.proxies_source)
    return HostConfig(
        host.engine,
        host.engine_reason,
        registries=host.registries,
        insecure=host.insecure,
        mirrors=host.mirrors,
        blocked=host.blocked,
        insecure_broken=host.insecure_broken,
        disable_legacy_registry=host.disable_legacy_registry,
        signature_verification=host.signature_verification,
        refusal=host.refusal,
        settings=host.settings,
        findings=host.findings,
        files=host.files,
        proxies=proxies,
        root=host.root,
        services=host.services,
    )


def _without_userinfo(proxy: str) -> str:
    """A proxy may be written without a scheme, and its user without a password."""
    return f"{HIDDEN}@{proxy.rpartition('@')[2]}" if "@" in proxy and "://" not in proxy else proxy
