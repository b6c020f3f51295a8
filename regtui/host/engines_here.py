"""Which engines a host has, by its units, programs, sockets and files: several at once are normal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.files import FileText
from regtui.host.flags import DEFAULT_CONFIG_FILE
from regtui.host.given import names_fork
from regtui.host.model import ContainerdClient, EngineHere, EngineName
from regtui.host.registries_conf import SOURCE, is_version_2

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.files import FileSource
    from regtui.host.unit import UnitFiles

KUBELET = ("/usr/bin/kubelet", "/usr/local/bin/kubelet", "/var/lib/kubelet", "/etc/kubernetes/kubelet.conf")
NERDCTL = ("/usr/local/bin/nerdctl", "/usr/bin/nerdctl")
"""What speaks for these clients on a host."""
CERTS = "/etc/containerd/certs.d"
"""Where the folders of hosts.toml lie by custom."""
SYSCONFIG = "/etc/sysconfig/docker"
NOTHING = "nothing names an engine; Docker Engine with its defaults is assumed"
_FORK_PROGRAMS = ("/usr/bin/dockerd-current", "/usr/bin/docker-current", "/usr/bin/dockerd-latest")
_DOCKER_PROGRAMS = ("/usr/bin/dockerd", "/usr/sbin/dockerd", "/usr/local/bin/dockerd")
_DOCKER_SOCKETS = ("/run/docker.sock", "/var/run/docker.sock")
_UNIT_FOLDERS = ("/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")
_CTR = ("/usr/bin/ctr", "/usr/local/bin/ctr")


@dataclass(frozen=True, slots=True)
class _Signs:
    """What speaks for one engine, the strongest first: programs, sockets, units, files."""

    programs: tuple[str, ...]
    sockets: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    def among(self, files: FileSource) -> tuple[str, ...]:
        """Return what is there; of each kind the first."""
        units = (f"{folder}/{unit}" for unit in self.units for folder in _UNIT_FOLDERS)
        kinds = (self.programs, self.sockets, tuple(units), self.files)
        return tuple(path for kind in kinds if (path := next(filter(files.exists, kind), "")))


_PODMAN = _Signs(
    ("/usr/bin/podman", "/usr/local/bin/podman"), ("/run/podman/podman.sock",), ("podman.socket", "podman.service")
)
_CRIO = _Signs(
    ("/usr/bin/crio", "/usr/local/bin/crio"),
    ("/run/crio/crio.sock", "/var/run/crio/crio.sock"),
    ("crio.service",),
    ("/etc/crio/crio.conf", "/etc/crio/crio.conf.d"),
)
_CONTAINERD = _Signs(
    ("/usr/bin/containerd", "/usr/local/bin/containerd"),
    ("/run/containerd/containerd.sock",),
    ("containerd.service",),
    ("/etc/containerd/config.toml", CERTS),
)


def engines_here(files: FileSource, unit: UnitFiles | None) -> tuple[EngineHere, ...]:
    """Return the engines that a host has, the one that `--engine auto` takes first.

    That is Docker where it is there, else containerd where a kubelet pulls by it, else podman (or CRI-O, which reads
    the same files), else containerd. `unit` is docker's. Beside Docker containerd alone counts for Docker's own
    runtime. Nothing is run and no socket is opened.
    """
    docker, podman = tuple(_docker(files, unit)), tuple(_podman(files))
    containerd = tuple(_containerd(files, beside_docker=bool(docker)))
    by_kubelet = any(one.client == ContainerdClient.CRI for one in containerd)
    return (*docker, *containerd, *podman) if by_kubelet else (*docker, *podman, *containerd)


def _docker(files: FileSource, unit: UnitFiles | None) -> Iterator[EngineHere]:
    """Decide by the unit, then by the programs, then by the files that only RHEL's Docker reads."""
    rhel, moby = EngineName.RHEL_DOCKER, EngineName.MOBY
    if unit is not None and unit.names_fork:
        yield EngineHere(rhel, f"{unit.path} starts a program of RHEL's Docker")
    elif program := next(filter(files.exists, _FORK_PROGRAMS), ""):
        yield EngineHere(rhel, f"{program} belongs to RHEL's Docker")
    elif unit is not None:
        if any(b"$ADD_REGISTRY" in text.data for text in unit.texts):
            yield EngineHere(rhel, f"{unit.path} passes $ADD_REGISTRY on, as units of RHEL's Docker do")
        else:
            yield EngineHere(moby, f"{unit.path} starts no program of RHEL's Docker")
    elif files.exists(SYSCONFIG):
        yield EngineHere(rhel, f"{SYSCONFIG} exists, and no docker.service says otherwise")
    elif isinstance(found := files.read(DEFAULT_CONFIG_FILE), FileText):
        if names_fork(found.data):
            yield EngineHere(rhel, f"{DEFAULT_CONFIG_FILE} holds keys that only RHEL's Docker knows")
        else:
            yield EngineHere(moby, f"{DEFAULT_CONFIG_FILE} is there, and nothing speaks for RHEL's Docker")
    elif program := next(filter(files.exists, _DOCKER_PROGRAMS), ""):
        yield EngineHere(moby, f"{program} is there, and nothing speaks for RHEL's Docker")
    elif not _PODMAN.among(files) and (socket := next(filter(files.exists, _DOCKER_SOCKETS), "")):
        yield EngineHere(moby, f"{socket} is there, and no podman that could answer on it")


def _podman(files: FileSource) -> Iterator[EngineHere]:
    if found := _PODMAN.among(files):
        yield EngineHere(EngineName.PODMAN, f"{_listed(found)} there")
    elif found := _CRIO.among(files):
        yield EngineHere(EngineName.PODMAN, f"{_listed(found)} there: CRI-O reads what podman reads")
    elif files.exists(SOURCE):
        text = files.read(SOURCE)
        if isinstance(text, FileText) and is_version_2(text.data):
            yield EngineHere(EngineName.PODMAN, f"{SOURCE} is written for podman")


def _containerd(files: FileSource, *, beside_docker: bool) -> Iterator[EngineHere]:
    found = _CONTAINERD.among(files)
    if not found:
        return
    why = f"{_listed(found)} there"
    kubelet, nerdctl = (next(filter(files.exists, paths), "") for paths in (KUBELET, NERDCTL))
    if kubelet and not _CRIO.among(files):
        yield EngineHere(EngineName.CONTAINERD, f"{why}, and {kubelet}", ContainerdClient.CRI)
    if nerdctl:
        yield EngineHere(EngineName.CONTAINERD, f"{why}, and {nerdctl}", ContainerdClient.NERDCTL)
    ctr = next(filter(files.exists, _CTR), "")
    if ctr and (files.exists(CERTS) or not beside_docker):
        yield EngineHere(EngineName.CONTAINERD, f"{why}, and {ctr}", ContainerdClient.CTR)
    elif not (kubelet or nerdctl or beside_docker):
        yield EngineHere(EngineName.CONTAINERD, why, ContainerdClient.CTR)


def _listed(paths: tuple[str, ...]) -> str:
    return f"{', '.join(paths)} {'is' if len(paths) == 1 else 'are'}"
