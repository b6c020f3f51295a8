"""Units of systemd for tests: written below a root, or read from a [Service] section alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.host.files import FileText, HostFiles
from regtui.host.service import Service, read_service
from regtui.host.unit import UnitFiles
from regtui.host.unit_file import Dialect

if TYPE_CHECKING:
    from pathlib import Path

V219, LATER = Dialect.V219, Dialect.LATER
ETC = "/etc/systemd/system/docker.service"
USR = "/usr/lib/systemd/system/docker.service"
FLAGS = "OPTIONS='--selinux-enabled'\nADD_REGISTRY='--add-registry quay.io'\n"


def write(root: Path, files: dict[str, str]) -> HostFiles:
    for path, text in files.items():
        target = root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
    return HostFiles(root)


def service(text: str, root: Path, dialect: Dialect = V219, **files: str) -> Service:
    """Read a unit with this [Service] section; `files` are environment files below /etc."""
    host = write(root, {f"/etc/{name}": content for name, content in files.items()})
    return read_service(host, UnitFiles("docker.service", (FileText(USR, f"[Service]\n{text}".encode()),)), dialect)


def values(found: Service) -> list[str]:
    return [setting.value for setting in found.arguments]


def codes(found: Service) -> list[str]:
    return [finding.code for finding in found.findings]


def refused(found: Service) -> str:
    assert found.refusal is not None
    return found.refusal.message
