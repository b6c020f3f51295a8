"""The engines by name; the rules of one are loaded when it is asked for: no host needs all four."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from regtui.host.model import EngineName

if TYPE_CHECKING:
    from regtui.engines.base import Engine
    from regtui.host.model import HostConfig


def engine_for(name: EngineName) -> Engine:
    """Return the rules of an engine."""
    match name:
        case EngineName.RHEL_DOCKER:
            from regtui.engines.rhel_docker import RHEL_DOCKER

            return RHEL_DOCKER
        case EngineName.MOBY:
            from regtui.engines.moby import MOBY

            return MOBY
        case EngineName.PODMAN:
            from regtui.engines.podman import PODMAN

            return PODMAN
        case EngineName.CONTAINERD:
            from regtui.engines.containerd import CONTAINERD

            return CONTAINERD
        case _:
            assert_never(name)


def engine_of(config: HostConfig) -> Engine:
    """Return the rules of a host's engine; Docker Engine has others where its images lie in containerd's store."""
    if config.engine is EngineName.MOBY and config.containerd is not None:
        from regtui.engines.moby_containerd import MOBY_CONTAINERD

        return MOBY_CONTAINERD
    return engine_for(config.engine)
