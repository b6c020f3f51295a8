"""The engines by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.engines.containerd import CONTAINERD
from regtui.engines.moby import MOBY
from regtui.engines.podman import PODMAN
from regtui.engines.rhel_docker import RHEL_DOCKER
from regtui.host.model import EngineName

if TYPE_CHECKING:
    from regtui.engines.base import Engine

ENGINES: dict[EngineName, Engine] = {
    EngineName.RHEL_DOCKER: RHEL_DOCKER,
    EngineName.MOBY: MOBY,
    EngineName.PODMAN: PODMAN,
    EngineName.CONTAINERD: CONTAINERD,
}


def engine_for(name: EngineName) -> Engine:
    """Return the rules of an engine."""
    return ENGINES[name]
