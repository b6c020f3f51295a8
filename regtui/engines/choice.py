"""The engines by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.engines.containerd import CONTAINERD
from regtui.engines.moby import MOBY
from regtui.engines.moby_containerd import MOBY_CONTAINERD
from regtui.engines.podman import PODMAN
from regtui.engines.rhel_docker import RHEL_DOCKER
from regtui.host.model import EngineName

if TYPE_CHECKING:
    from regtui.engines.base import Engine
    from regtui.host.model import HostConfig

ENGINES: dict[EngineName, Engine] = {
    EngineName.RHEL_DOCKER: RHEL_DOCKER,
    EngineName.MOBY: MOBY,
    EngineName.PODMAN: PODMAN,
    EngineName.CONTAINERD: CONTAINERD,
}


def engine_for(name: EngineName) -> Engine:
    """Return the rules of an engine."""
    return ENGINES[name]


def engine_of(config: HostConfig) -> Engine:
    """Return the rules of a host's engine; Docker Engine has others where its images lie in containerd's store."""
    if config.engine is EngineName.MOBY and config.containerd is not None:
        return MOBY_CONTAINERD
    return ENGINES[config.engine]
