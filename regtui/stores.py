"""Which store an engine has for what the host keeps about registries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.host.model import EngineName
from regtui.stored import Stored

if TYPE_CHECKING:
    from regtui.host.files import FileSource
    from regtui.host.model import HostConfig
    from regtui.stored import Store


def store_for(files: FileSource, config: HostConfig, *, docker_config: str, home: str = "/root") -> Store:
    """Return the store of a host's engine; `docker_config` is what DOCKER_CONFIG says where it counts.

    `home` is whose docker logins count on another host, or below another root.
    """
    if config.engine is EngineName.PODMAN:
        from regtui.stored_podman import PodmanStored

        return PodmanStored(files, config.podman, root=config.root)
    if config.engine is EngineName.CONTAINERD or (config.engine is EngineName.MOBY and config.containerd is not None):
        from regtui.stored_containerd import ContainerdStored

        docker = Stored(files, EngineName.MOBY, root=config.root, docker_config=docker_config, home=home)
        return ContainerdStored(files, config.containerd, docker=docker)
    return Stored(files, config.engine, root=config.root, docker_config=docker_config, home=home)
