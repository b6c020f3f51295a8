"""One host's configuration: which engine pulls, what starts it, and what that makes of its registries."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.configure import configure
from regtui.host.daemon_json import DaemonJson
from regtui.host.files import FileSource, FileText, HostFiles, TroubleKind
from regtui.host.flags import DEFAULT_CONFIG_FILE, config_file
from regtui.host.given import Given, names_fork, read_given
from regtui.host.host_findings import predicted_registries, proxy_findings, registries_findings, unread_findings
from regtui.host.model import EngineName, Finding, HostConfig, Proxies, Refusal, Severity, Source
from regtui.host.proxies import proxies_of
from regtui.host.registries_conf import OUTPUT, SOURCE, is_version_2
from regtui.host.service import Service, read_service
from regtui.host.unit import dialect_of, find_unit
from regtui.host.unit_file import Dialect
from regtui.host.units_known import centos_7
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regtui.host.flags_known import Version
    from regtui.host.unit import UnitFiles

SYSCONFIG = "/etc/sysconfig/docker"
_FORK_PROGRAMS = ("/usr/bin/dockerd-current", "/usr/bin/docker-current", "/usr/bin/dockerd-latest")
_DOCKER_PROGRAMS = ("/usr/bin/dockerd", "/usr/sbin/dockerd", "/usr/local/bin/dockerd")


def load(
    root: Path | str = "/",
    configs: tuple[str, ...] = (),
    engine: EngineName | None = None,
    *,
    files: FileSource | None = None,
    version: Version | None = None,
) -> HostConfig:
    """Read a host's configuration; never raises for what its files hold.

    `root` is where the host's files lie, `files` another source of them (then `root` only names it). With `configs`
    only these files are read, for the unit of CentOS 7. `engine` is decided by the files where it is None; `version` is
    moby's. A file of `configs` that cannot be used, and a root that is no directory, are findings whose code begins
    with `config-`. Paths in sources are the host's own, without the root; those of `configs` as given.
    """
    shown = str(root)
    if configs:
        return replace(_of_configs(read_given(configs), engine, version), root=shown)
    if files is None and not Path(root).is_dir():
        finding = Finding("config-root", Severity.ERROR, f"{printable(shown)} is not a directory", Source(shown))
        config = configure(engine or EngineName.MOBY, "nothing could be read", (), None, version=version)
        return replace(config, findings=(finding,), root=shown)
    environment = os.environ if files is None and shown == "/" else {}  # what the shell says is of this host alone
    return replace(_of_host(HostFiles(root) if files is None else files, engine, version, environment), root=shown)


@dataclass(frozen=True, slots=True)
class _Choice:
    engine: EngineName
    reason: str


def _of_host(
    files: FileSource, engine: EngineName | None, version: Version | None, environment: Mapping[str, str]
) -> HostConfig:
    unit = find_unit(files)
    choice = _Choice(engine, "named with --engine") if engine else _choose(files, unit)
    # Of the engines' readers only the one that is needed is loaded: together they are a third of a start.
    if choice.engine is EngineName.PODMAN:
        from regtui.host.podman.load import load_podman
        from regtui.host.podman.places import ROOT, places_of

        places = places_of(environment, os.getuid()) if environment else ROOT
        return load_podman(files, places, choice.reason, environment)
    if choice.engine is EngineName.CONTAINERD:
        from regtui.host.containerd.load import load_containerd

        return load_containerd(files, reason=choice.reason, environment=environment)
    service = _service(files, unit, choice.engine)
    conf_findings, conf_refusal = registries_findings(files, service)
    unread = unread_findings(files, service) if unit else ()
    daemon_json = _daemon_json(files, service)
    config = _configured(choice, service, daemon_json, (*conf_findings, *unread), conf_refusal, version)
    return replace(config, files=files.looked_at)


def _service(files: FileSource, unit: UnitFiles | None, engine: EngineName) -> Service:
    if unit is not None:
        dialect = dialect_of(files, unit)
        service = read_service(files, unit, dialect)
        if (predicted := predicted_registries(files, service)) is not None:
            service = read_service(files, unit, dialect, instead={OUTPUT: predicted})
        return service
    if engine is EngineName.RHEL_DOCKER and files.exists(SYSCONFIG):
        service = read_service(files, centos_7(), Dialect.V219)
        why = "no docker.service was found; that of CentOS 7 is assumed"
    else:
        service = Service("dockerd")
        why = "no docker.service was found; dockerd is taken to run without arguments"
    return replace(service, findings=(*service.findings, Finding("unit-assumed", Severity.NOTE, why)))


def _choose(files: FileSource, unit: UnitFiles | None) -> _Choice:
    """Decide by the unit, then by the programs, then by the files that only RHEL's Docker reads."""
    rhel, moby = EngineName.RHEL_DOCKER, EngineName.MOBY
    if unit is not None and unit.names_fork:
        return _Choice(rhel, f"{unit.path} starts a program of RHEL's Docker")
    if program := next((path for path in _FORK_PROGRAMS if files.exists(path)), None):
        return _Choice(rhel, f"{program} belongs to RHEL's Docker")
    if unit is not None:
        if any(b"$ADD_REGISTRY" in text.data for text in unit.texts):
            return _Choice(rhel, f"{unit.path} passes $ADD_REGISTRY on, as units of RHEL's Docker do")
        return _Choice(moby, f"{unit.path} starts no program of RHEL's Docker")
    if files.exists(SYSCONFIG):
        return _Choice(rhel, f"{SYSCONFIG} exists, and no docker.service says otherwise")
    found = files.read(DEFAULT_CONFIG_FILE)
    if isinstance(found, FileText):
        if names_fork(found.data):
            return _Choice(rhel, f"{DEFAULT_CONFIG_FILE} holds keys that only RHEL's Docker knows")
        return _Choice(moby, f"{DEFAULT_CONFIG_FILE} is there, and nothing speaks for RHEL's Docker")
    if not any(files.exists(path) for path in _DOCKER_PROGRAMS):
        if files.exists("/usr/bin/podman"):
            return _Choice(EngineName.PODMAN, "/usr/bin/podman is there, and no Docker")
        conf = files.read(SOURCE)
        if isinstance(conf, FileText) and is_version_2(conf.data):
            return _Choice(EngineName.PODMAN, f"{SOURCE} is written for podman, and there is no Docker")
    return _Choice(moby, "nothing names an engine; Docker Engine with its defaults is assumed")


def _daemon_json(files: FileSource, service: Service) -> DaemonJson | None:
    path, named = config_file(service.arguments)
    if path is None:
        return None
    found = files.read(path)
    if isinstance(found, FileText):
        return DaemonJson(path, found.data, named=named)
    if found.kind is TroubleKind.MISSING and not named:
        return None
    return DaemonJson(path, b"", named=named, trouble=found.as_go)


def _of_configs(given: Given, engine: EngineName | None, version: Version | None) -> HostConfig:
    choice = _Choice(engine, "named with --engine") if engine else _choose_given(given)
    if choice.engine is EngineName.PODMAN and given.version_2_text is not None:
        return _of_registries_conf(given, given.version_2_text, choice)
    service = Service("dockerd")
    daemon_json = given.daemon_json
    findings = given.findings
    if choice.engine is EngineName.RHEL_DOCKER:
        registries = () if given.registries is None else (given.registries,)
        # The unit includes nothing and its files are given, so nothing of this machine is read.
        service = read_service(HostFiles(), centos_7(), Dialect.V219, given=(*registries, *given.sysconfig))
        path, named = config_file(service.arguments)
        if daemon_json is not None:
            daemon_json = None if path is None else replace(daemon_json, named=named)
        elif named and path is not None:
            why = f"dockerd reads {printable(path)} too, which was not given with --config"
            findings = (*findings, Finding("daemon-json-not-given", Severity.WARNING, why, Source(path)))
    elif choice.engine is EngineName.MOBY and given.sysconfig:
        path = given.sysconfig[0].path
        why = f"Docker Engine reads no such file as {path}; it is left out"
        findings = (*findings, Finding("env-file-unread", Severity.WARNING, why, Source(path)))
    config = _configured(choice, service, daemon_json, findings, None, version)
    return replace(config, files=given.files)


def _of_registries_conf(given: Given, file: FileText, choice: _Choice) -> HostConfig:
    """Return podman's configuration; that registries.service of RHEL 7 cannot read the file is beside the point."""
    from regtui.host.podman.load import load_given

    config = load_given(file, choice.reason)
    findings = (one for one in given.findings if one.code != "config-registries")
    return replace(config, files=given.files, findings=(*findings, *config.findings))


def _choose_given(given: Given) -> _Choice:
    rhel = EngineName.RHEL_DOCKER
    if given.sysconfig:
        return _Choice(rhel, f"{given.sysconfig[0].path} is a sysconfig file, which RHEL's Docker reads")
    if given.version_2 and given.daemon_json is None:
        return _Choice(EngineName.PODMAN, f"{given.version_2} is written for podman")
    if given.registries is not None:
        return _Choice(rhel, f"{given.registries.path} is a registries.conf of RHEL 7")
    if given.names_fork:
        return _Choice(rhel, "daemon.json holds keys that only RHEL's Docker knows")
    if given.daemon_json is not None:
        return _Choice(EngineName.MOBY, "daemon.json alone, and nothing in it speaks for RHEL's Docker")
    named_json = all(file.path.endswith(".json") for file in given.files)
    return _Choice(EngineName.MOBY if named_json else rhel, "none of the files given could be used")


def _configured(
    choice: _Choice,
    service: Service,
    daemon_json: DaemonJson | None,
    findings: tuple[Finding, ...],
    refusal: Refusal | None,
    version: Version | None,
) -> HostConfig:
    config = configure(choice.engine, choice.reason, service.arguments, daemon_json, version=version)
    proxies = proxies_of(service.environment)
    if config.proxies != Proxies():  # dockerd's own options win over its environment
        proxies = config.proxies
    proxy_notes = proxy_findings(proxies, go110=choice.engine is EngineName.RHEL_DOCKER)
    return replace(
        config,
        refusal=service.refusal or refusal or config.refusal,
        variables=service.variables,
        findings=(*findings, *service.findings, *config.findings, *proxy_notes),
        proxies=proxies,
    )
