"""Hosts to lint: a few files over a clean CentOS 7 host, or a clean host of Docker Engine, and what is found there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from regtui.host.discover import load
from regtui.host.files import HostFiles
from regtui.host.lint import Evidence, findings, gather, read_credentials
from regtui.host.units_known import CENTOS_7

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from regtui.host.model import Finding, HostConfig

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SYSCONFIG = "etc/sysconfig/docker"
JSON = "etc/docker/daemon.json"
LOGINS = "root/.docker/config.json"
CERTS = "etc/docker/certs.d"
UNIT = "usr/lib/systemd/system/docker.service"
DROP_IN = "etc/systemd/system/docker.service.d/registries.conf"
OPTIONS = "OPTIONS='--signature-verification=false'\n"
"""The first line of a clean sysconfig file: CentOS writes it so."""

FORK = {SYSCONFIG: OPTIONS, UNIT: CENTOS_7}
MOBY = {UNIT: "[Service]\nExecStart=/usr/bin/dockerd -H fd://\n", "etc/os-release": "ID=debian\nVERSION_ID=12\n"}

Files = dict[str, str | bytes]


def write(root: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files below a root."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def read(root: Path, files: Mapping[str, str | bytes], **known: Any) -> tuple[HostConfig, Evidence]:
    """Return a host's configuration and the evidence of its files; `known` is what else is known."""
    write(root, files)
    source = HostFiles(root)
    config = load(root)
    stored = read_credentials(source, "/" + LOGINS)
    evidence = gather(source, config, now=NOW, credentials=stored)
    return config, replace(evidence, **known)


def lint(root: Path, files: Mapping[str, str | bytes], **known: Any) -> tuple[Finding, ...]:
    """Return the findings of a host."""
    return findings(*read(root, files, **known))


def told(found: tuple[Finding, ...]) -> list[tuple[str, str, str, str]]:
    """Return code, severity, place and fix of each finding."""
    return [(one.code, str(one.severity), "" if one.source is None else str(one.source), one.fix) for one in found]
