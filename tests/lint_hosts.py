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

Files = dict[str, str | bytes]
"""Path below the root -> content."""

Told = tuple[str, str, str, str]
"""Code, severity, place, fix."""

FORK: Files = {SYSCONFIG: OPTIONS, UNIT: CENTOS_7}
MOBY: Files = {UNIT: "[Service]\nExecStart=/usr/bin/dockerd -H fd://\n", "etc/os-release": "ID=debian\nVERSION_ID=12\n"}


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


def told(found: tuple[Finding, ...]) -> list[Told]:
    """Return code, severity, place and fix of each finding; the place without `/etc/sysconfig/docker:`."""
    return [(one.code, str(one.severity), _place(one), one.fix) for one in found]


def _place(finding: Finding) -> str:
    return "" if finding.source is None else str(finding.source).removeprefix(f"/{SYSCONFIG}:")


def sysconfig(text: str) -> Files:
    """Return a CentOS 7 host with these lines behind the first of /etc/sysconfig/docker."""
    return {**FORK, SYSCONFIG: OPTIONS + text}


def daemon_json(text: str, host: Mapping[str, str | bytes] = FORK) -> Files:
    """Return a host with this daemon.json."""
    return {**host, JSON: text}


def adding(flags: str) -> Files:
    """Return a host with these words in ADD_REGISTRY, which is the second line."""
    return sysconfig(f"ADD_REGISTRY='{flags}'\n")


def insecure(entry: str) -> Files:
    """Return a host that lists reg.example.com:5000 and has this insecure entry in its third line."""
    return _third(f"INSECURE_REGISTRY='--insecure-registry {entry}'\n")


def blocking(entry: str) -> Files:
    """Return a host that lists reg.example.com:5000 and has this block entry in its third line."""
    return _third(f"BLOCK_REGISTRY='--block-registry {entry}'\n")


def _third(line: str) -> Files:
    return sysconfig(f"ADD_REGISTRY='--add-registry reg.example.com:5000'\n{line}")
