"""x."""

from __future__ import annotations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regtui.host.model import Finding
    from regtui.host.podman.model import PodmanConfig
    from regtui.host.podman.registries_file import RegistriesFile


def findings_of(config: PodmanConfig, files: tuple[RegistriesFile, ...]) -> tuple[Finding, ...]:
    return ()
