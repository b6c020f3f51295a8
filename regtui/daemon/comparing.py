"""The daemon that runs beside what the files say: who pulls is the one that runs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.discover import load
from regtui.host.flags import engine_version, parse_arguments
from regtui.host.flags_known import MOBY_DEFAULT
from regtui.host.model import EngineName, Finding, HostConfig, Severity, Source
from regtui.host.options import options_of_flags
from regtui.text import printable, strip_userinfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from regtui.daemon.answers import LiveDaemon
    from regtui.daemon.process import RunningDaemon
    from regtui.host.files import FileSource

OTHER_LIST = "daemon-other-list"
OTHER_ENGINE = "daemon-other-engine"
RESTART = "systemctl restart docker"
_HUB = "docker.io"
_DOCKERS = (EngineName.RHEL_DOCKER, EngineName.MOBY)
_NAMES = {
    EngineName.RHEL_DOCKER: "RHEL's Docker",
    EngineName.MOBY: "Docker Engine",
    EngineName.PODMAN: "podman",
    EngineName.CONTAINERD: "containerd",
}
_SHOWN = 10  # names of one list in a message


@dataclass(frozen=True, slots=True)
class Compared:
    """One list as the daemon that runs has it, and as the files say it; names are clean, without passwords."""

    what: str
    runs: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether the two are not the same."""
        return self.runs != self.files

    @property
    def clause(self) -> str:
        """The difference in words, empty where there is none."""
        return f"{self.what} {_listed(self.runs)}, the files say {_listed(self.files)}" if self.differs else ""


def refine(config: HostConfig, live: LiveDaemon, files: FileSource | None = None) -> HostConfig:
    """Return the configuration by the rules of the engine and version that run, with what differs as findings.

    The files are read once more where these rules are others; `files` is where they are, the root's where None. Files
    that were named one by one (`config.root` alone does not tell) are not to be passed here.
    """
    if live.engine not in _DOCKERS:
        return config
    reason = f"{live.socket} says that Docker {live.version or 'of an unknown version'} runs"
    known = live.number if live.number is not None and live.number >= MOBY_DEFAULT else None
    again = load(config.root, (), live.engine, files=files, version=known, containerd_store=live.containerd_store)
    findings = (*again.findings, *compare(config, again, live))
    return replace(again, engine_reason=reason, findings=findings)


def compare(read: HostConfig, config: HostConfig, live: LiveDaemon) -> tuple[Finding, ...]:
    """Return what the running daemon does otherwise than the files say.

    `read` is the configuration as the files alone gave it, `config` the one by the rules of the engine that runs. Of a
    configuration that the daemon refuses nothing is compared: what runs was started with another.
    """
    found: list[Finding] = []
    if read.engine is not live.engine:
        own = f"{_NAMES[live.engine]} {live.version}".rstrip()
        message = f"the daemon that runs is {own}, where the files speak of {_NAMES[read.engine]}"
        found.append(Finding(OTHER_ENGINE, Severity.WARNING, f"{message}; its rules hold", Source(live.socket)))
    if config.engine is live.engine and config.refusal is None:
        differing = "; ".join(one.clause for one in side_by_side(config, live) if one.differs)
        if differing:
            found.append(_restart(differing, live.socket))
    elif config.refusal is not None and live.engine in _DOCKERS:
        message = "the daemon that runs was started with another configuration: with the files as they are it would not"
        found.append(Finding(OTHER_LIST, Severity.WARNING, f"{message} start again", Source(live.socket)))
    return tuple(found)


def compare_arguments(config: HostConfig, running: RunningDaemon) -> tuple[Finding, ...]:
    """Return whether a dockerd that runs was started with other registries than its unit would give it now."""
    if config.engine not in _DOCKERS:
        return ()
    place = f"/proc/{running.pid}/cmdline"
    if running.is_fork and config.engine is not EngineName.RHEL_DOCKER:
        message = f"{running.program} of RHEL's Docker runs, where the files speak of {_NAMES[config.engine]}"
        return (Finding(OTHER_ENGINE, Severity.WARNING, message, Source(place)),)
    differing = "; ".join(one.clause for one in arguments_beside(config, running) if one.differs)
    return (_restart(differing, place),) if differing else ()


def arguments_beside(config: HostConfig, running: RunningDaemon) -> tuple[Compared, ...]:
    """Return the lists of a dockerd's command line beside those that its unit would give it now."""
    rules = engine_version(config.engine, None)
    now, then = (
        options_of_flags(parse_arguments(config.engine, arguments, rules))
        for arguments in (config.arguments, running.arguments)
    )
    return tuple(
        _compared(what, (one.value for one in then.values_of(key)), (one.value for one in now.values_of(key)))
        for key, what in (
            ("add-registry", "--add-registry"),
            ("block-registry", "--block-registry"),
            ("insecure-registries", "--insecure-registry"),
            ("registry-mirrors", "--registry-mirror"),
        )
    )


def side_by_side(config: HostConfig, live: LiveDaemon) -> tuple[Compared, ...]:
    """Return the lists of the daemon, and its proxies, beside those of the files.

    Blocked names are no part of what it tells.
    """
    listed = (one.name for one in live.registries), (one.value for one in config.registries)
    mirrors = map(_bare, live.mirrors), (_bare(one.value) for one in config.mirrors)
    lists = (_compared("registries", *listed), _compared("mirrors", *mirrors))
    insecure = () if config.insecure_broken else tuple(_insecure(config, live))
    return (*lists, *insecure, *_proxies(config, live))


def _proxies(config: HostConfig, live: LiveDaemon) -> Iterator[Compared]:
    """Yield the daemon's proxies; their users and passwords are hidden on both sides, so they are not compared."""
    own = config.proxies
    pairs = (live.http_proxy, own.http), (live.https_proxy, own.https), (live.no_proxy, own.no_proxy)
    for what, (runs, says) in zip(("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"), pairs, strict=True):
        if runs or says:
            yield _compared(what, *([_open(text)] if text else [] for text in (runs, says)))


def _open(proxy: str) -> str:
    return strip_userinfo(proxy).replace("***@", "")


def _insecure(config: HostConfig, live: LiveDaemon) -> Iterator[Compared]:
    """Yield the insecure list, names and networks.

    A member of the search list that no entry names is insecure by its address, which the daemon looked up when it
    started. docker.io's own flag is set by other rules (registry/config.go, newServiceConfig).
    """
    named = {entry.value for entry in config.insecure if entry.network is None} - {_HUB}
    by_address = {one.name for one in live.registries} | {_HUB}
    has = set(live.insecure) - (by_address - named)
    yield _compared("insecure names", sorted(has), sorted(named))
    networks = {str(entry.network) for entry in config.insecure if entry.network is not None}
    yield _compared("insecure networks", sorted(set(live.networks)), sorted(networks))


def _compared(what: str, runs: Iterable[str], files: Iterable[str]) -> Compared:
    return Compared(what, *(tuple(printable(strip_userinfo(name), 100) for name in side) for side in (runs, files)))


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:_SHOWN]) or "none"
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown


def _bare(mirror: str) -> str:
    return strip_userinfo(mirror).rstrip("/")


def _restart(differing: str, place: str) -> Finding:
    message = f"the daemon runs with another list: restart it ({differing})"
    return Finding(OTHER_LIST, Severity.WARNING, message, Source(place), RESTART)
