"""What a person runs to pull, by engine and client: one owner of these words for every screen, report and line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.host.model import ContainerdClient, EngineHere, EngineName

if TYPE_CHECKING:
    from regtui.engines.base import Plan
    from regtui.host.model import HostConfig

_PULLS = {
    ContainerdClient.CTR: "ctr images pull",
    ContainerdClient.NERDCTL: "nerdctl pull",
    ContainerdClient.CRI: "crictl pull",
    ContainerdClient.DOCKER: "docker pull",
}


def pull_command(engine: EngineName, client: str = "") -> str:
    """Return the words before the image's name; `client` is who pulls where containerd does, ctr where unknown."""
    match engine:
        case EngineName.RHEL_DOCKER | EngineName.MOBY:
            return "docker pull"
        case EngineName.PODMAN:
            return "podman pull"
        case EngineName.CONTAINERD:
            return _PULLS.get(ContainerdClient(client or ContainerdClient.CTR), "ctr images pull")


def program(engine: EngineName, client: str = "") -> str:
    """Return the program that is run: `docker`, `podman`, `ctr`."""
    return pull_command(engine, client).partition(" ")[0]


def command_of(plan: Plan) -> str:
    """Return the pull command of a plan."""
    return pull_command(plan.engine, plan.client)


def client_of(config: HostConfig) -> str:
    """Return who pulls on a host where containerd does; empty for other engines."""
    return "" if config.containerd is None else config.containerd.client


def pull_on(config: HostConfig) -> str:
    """Return the pull command of a host."""
    return pull_command(config.engine, client_of(config))


def label_of(config: HostConfig) -> str:
    """Return a host's engine for a person: `podman`, `containerd (nerdctl)`."""
    return EngineHere(config.engine, "", client_of(config)).label


def halted(engine: EngineName) -> str:
    """Return what a configuration means that the engine refuses."""
    match engine:
        case EngineName.RHEL_DOCKER | EngineName.MOBY:
            return "dockerd would not start"
        case EngineName.PODMAN:
            return "podman would pull nothing"
        case EngineName.CONTAINERD:
            return "containerd would pull nothing for the kubelet"
