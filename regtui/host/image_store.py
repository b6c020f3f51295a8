"""In which store Docker Engine keeps its images: the containerd image store pulls by other rules and files.

Source: daemon/daemon.go of moby: `features.containerd-snapshotter` decides; Docker 29 takes it where nothing does and
no images of the older store are there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.host.model import EngineName, Finding, Setting, Severity, Source
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.daemon_json import FileOptions
    from regtui.host.files import FileSource
    from regtui.host.flags import ParsedFlags
    from regtui.host.flags_known import Version
    from regtui.host.model import HostConfig

OPTION = "features"
FEATURE = "containerd-snapshotter"
CERTS = "/etc/docker/certs.d"
OLDER_STORE = "/var/lib/docker/image"
FROM: Version = (29, 0)
FOLDERS_LIMIT = 1000  # of certs.d; a host that mirrors every registry there is has a few dozen


def store_settings(flags: ParsedFlags, file: FileOptions | None) -> tuple[Setting, ...]:
    """Return what names the store, as `containerd-snapshotter=true`; dockerd refuses it in two places."""
    given = flags.given.get("feature")
    for setting in given.values if given is not None else ():
        name, _equals, value = setting.value.partition("=")
        if name == FEATURE:
            return (Setting(OPTION, f"{FEATURE}={value or 'true'}", setting.source),)
    features = file.values.get(OPTION) if file is not None else None
    enabled = features.get(FEATURE) if isinstance(features, dict) else None
    if file is None or not isinstance(enabled, bool):
        return ()
    return (Setting(OPTION, f"{FEATURE}={str(enabled).lower()}", file.source(OPTION)),)


def with_image_store(config: HostConfig, files: FileSource, version: Version | None, live: bool | None) -> HostConfig:
    """Return Docker Engine's configuration with containerd's part where its images lie in that store.

    `live` is what the running daemon says of it, `version` its version, None where nothing is known.
    """
    if config.engine is not EngineName.MOBY:
        return config
    why = _why(config, files, version, live)
    if not why:
        return replace(config, findings=(*config.findings, *_unread(files)))
    from regtui.host.containerd.load import docker_store

    containerd, findings = docker_store(files)
    reason = f"{config.engine_reason}; its images lie in the containerd image store ({why})"
    return replace(config, containerd=containerd, engine_reason=reason, findings=(*config.findings, *findings))


def _why(config: HostConfig, files: FileSource, version: Version | None, live: bool | None) -> str:
    """Return why the images lie in containerd's store, empty where they do not."""
    if live is not None:
        return "the running daemon says so" if live else ""
    named = next((one for one in config.settings if one.option == OPTION), None)
    if named is not None:
        return str(named.source) if named.value == f"{FEATURE}=true" else ""
    if version is not None and version >= FROM and not files.exists(OLDER_STORE):
        return f"Docker {version[0]} has it by default"
    return ""


def _unread(files: FileSource) -> Iterator[Finding]:
    """Yield each hosts.toml that dockerd's older store does not look at."""
    for name in files.list(CERTS)[:FOLDERS_LIMIT]:
        path = f"{CERTS}/{name}/hosts.toml"
        if files.exists(path):
            message = f"dockerd does not read {printable(path)}: its images do not lie in the containerd image store"
            yield Finding("hosts-unread", Severity.WARNING, message, Source(printable(path)), _FIX)


_FIX = '"features": {"containerd-snapshotter": true}'
