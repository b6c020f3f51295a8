"""Mirrors that this host serves itself: which service they are, and whether that can work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.host.gonet import host_of
from regtui.host.lint.mirrors import OTHERS
from regtui.host.lint.wording import bare_host, note, shown, warning
from regtui.host.local_mirror import local_mirrors
from regtui.host.model import EngineName
from regtui.host.security import mirror_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.lint.advice import Pen
    from regtui.host.lint.evidence import Evidence
    from regtui.host.local_mirror import LocalMirror
    from regtui.host.model import Finding, HostConfig


def cache_findings(config: HostConfig, evidence: Evidence, pen: Pen) -> Iterator[Finding]:
    """Yield what each mirror on this host is, and what is wrong with it."""
    if config.engine not in (EngineName.RHEL_DOCKER, EngineName.MOBY):
        return
    for one in local_mirrors(config, evidence.caches, evidence.here, evidence.addresses):
        yield note("mirror-on-this-host", one.sentence, one.cache.source)
        yield from _upstream(one)
        yield from _scheme(one, pen)
        if mirror_host(one.mirror.value) in (setting.value for setting in config.registries):
            message = (
                f"{shown(mirror_host(one.mirror.value))} is in the search list, and a cache of {one.cache.upstream}: a "
                "registry in that mode takes no pushes, so it has no images of its own"
            )
            yield note("mirror-cache-in-list", message, one.cache.source)


def _upstream(one: LocalMirror) -> Iterator[Finding]:
    upstream = one.cache.upstream
    if host_of(bare_host(upstream)) in OTHERS:
        message = f"docker asks its mirrors for Docker Hub's images, and {one.cache.unit} fetches them from {upstream}"
        fix = "REGISTRY_PROXY_REMOTEURL=https://registry-1.docker.io"
        yield warning("mirror-cache-upstream", message, one.cache.source, fix)
    if upstream.startswith("https://") and one.cache.http_proxy and not one.cache.https_proxy:
        message = (
            f"{one.cache.unit} has HTTP_PROXY and no HTTPS_PROXY: a registry built with Go 1.16 or later asks "
            f"{upstream} without the proxy"
        )
        yield note("mirror-cache-proxy", message, one.cache.source, "give it HTTPS_PROXY as well")


def _scheme(one: LocalMirror, pen: Pen) -> Iterator[Finding]:
    """Yield a mirror whose URL says TLS where the service has none, or the other way round."""
    mirror = one.mirror
    is_http = mirror.value.startswith("http://")
    if is_http != one.cache.tls:
        return
    right = "https" if one.cache.tls else "http"
    speaks = "TLS" if one.cache.tls else "plain HTTP"
    message = f"{one.cache.unit} speaks {speaks}, and docker asks {shown(mirror.value)} alone: each pull passes over it"
    url = f"{right}://{mirror_host(mirror.value)}"
    fix = pen.rewritten("registry-mirror", mirror.source, mirror.value, (url,))
    yield warning("mirror-cache-scheme", message, mirror.source, fix)
