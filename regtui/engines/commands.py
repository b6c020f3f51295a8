"""What a person runs to pull, by engine and client: one owner of these words for every screen, report and line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.host.model import ContainerdClient, EngineHere, EngineName
from regtui.text import printable

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


def login_command(engine: EngineName, client: str = "") -> str:
    """Return the words before a registry that log in to it; empty where the engine's client has no such command."""
    match engine:
        case EngineName.RHEL_DOCKER | EngineName.MOBY:
            return "docker login"
        case EngineName.PODMAN:
            return "podman login"
        case EngineName.CONTAINERD:
            known = {ContainerdClient.NERDCTL: "nerdctl login", ContainerdClient.DOCKER: "docker login"}
            return known.get(ContainerdClient(client or ContainerdClient.CTR), "")


def program(engine: EngineName, client: str = "") -> str:
    """Return the program that is run: `docker`, `podman`, `ctr`."""
    return pull_command(engine, client).partition(" ")[0]


def push_command(engine: EngineName, client: str = "") -> str:
    """Return the words before the image's name of a push; `client` is who pushes where containerd does."""
    match engine:
        case EngineName.RHEL_DOCKER | EngineName.MOBY:
            return "docker push"
        case EngineName.PODMAN:
            return "podman push"
        case EngineName.CONTAINERD:
            return "nerdctl push" if client == ContainerdClient.NERDCTL else "ctr images push"


def command_of(plan: Plan) -> str:
    """Return the pull command of a plan."""
    return pull_command(plan.engine, plan.client)


def client_of(config: HostConfig) -> str:
    """Return who pulls on a host where containerd does; empty for other engines."""
    return "" if config.containerd is None else config.containerd.client


def pull_on(config: HostConfig) -> str:
    """Return the pull command of a host."""
    return pull_command(config.engine, client_of(config))


def login_on(config: HostConfig) -> str:
    """Return the command of a host that logs in to a registry, empty for none."""
    return login_command(config.engine, client_of(config))


def program_on(config: HostConfig) -> str:
    """Return the program that pulls on a host."""
    return program(config.engine, client_of(config))


def label_of(config: HostConfig) -> str:
    """Return a host's engine for a person: `podman`, `containerd (nerdctl)`."""
    return EngineHere(config.engine, "", client_of(config)).label


def authority_place(plan: Plan, host: str) -> str:
    """Return where the certificate of a registry's authority has to lie, or to be named, for the engine to trust it."""
    shown = printable(host)
    match plan.engine:
        case EngineName.PODMAN:
            return f"/etc/containers/certs.d/{shown}/ca.crt"
        case EngineName.CONTAINERD:
            return f"/etc/containerd/certs.d/{shown}/ca.crt, or name it with ca in hosts.toml"
        case EngineName.RHEL_DOCKER | EngineName.MOBY:
            return f"/etc/docker/certs.d/{shown}/ca.crt"


def halted(engine: EngineName) -> str:
    """Return what a configuration means that the engine refuses."""
    match engine:
        case EngineName.RHEL_DOCKER | EngineName.MOBY:
            return "dockerd would not start"
        case EngineName.PODMAN:
            return "podman would pull nothing"
        case EngineName.CONTAINERD:
            return "containerd would pull nothing for the kubelet"
