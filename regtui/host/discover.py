"""One host's configuration: which engine pulls, what starts it, and what that makes of its registries."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from regtui.host.configure import configure
from regtui.host.daemon_json import DaemonJson
from regtui.host.engines_here import NOTHING, SYSCONFIG, engines_here
from regtui.host.files import FileSource, FileText, HostFiles, TroubleKind
from regtui.host.flags import config_file
from regtui.host.given import Given, read_given
from regtui.host.host_findings import predicted_registries, proxy_findings, registries_findings, unread_findings
from regtui.host.image_store import with_image_store
from regtui.host.model import (
    ContainerdClient,
    EngineHere,
    EngineName,
    Finding,
    HostConfig,
    Proxies,
    Refusal,
    Severity,
    Source,
)
from regtui.host.proxies import proxies_of
from regtui.host.registries_conf import OUTPUT
from regtui.host.service import Service, read_service
from regtui.host.unit import dialect_of, find_unit
from regtui.host.unit_file import Dialect
from regtui.host.units_known import centos_7
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regtui.host.flags_known import Version
    from regtui.host.unit import UnitFiles


_ASSUMED = EngineHere(EngineName.MOBY, NOTHING)


def load(
    root: Path | str = "/",
    configs: tuple[str, ...] = (),
    engine: EngineName | None = None,
    *,
    client: ContainerdClient | None = None,
    files: FileSource | None = None,
    version: Version | None = None,
    containerd_store: bool | None = None,
) -> HostConfig:
    """Read a host's configuration; never raises for what its files hold.

    `root` is where the host's files lie, `files` another source of them (then `root` only names it). With `configs`
    only these files are read, for the unit of CentOS 7. `engine` is decided by the files where it is None, and so is
    `client`, who pulls by containerd; `version` is moby's, and `containerd_store` what a running one
    says of where its images lie. A file of `configs` that cannot be used, and a root that is
    no directory, are findings whose code begins with `config-`. Paths in sources are the host's own, without the root;
    those of `configs` as given.
    """
    shown = str(root)
    if configs:
        config = _of_configs(read_given(configs), engine, version)
        kept = HostFiles(root) if files is None else files
        return replace(with_image_store(config, kept, version, containerd_store), root=shown)
    if files is None and not Path(root).is_dir():
        finding = Finding("config-root", Severity.ERROR, f"{printable(shown)} is not a directory", Source(shown))
        config = configure(engine or EngineName.MOBY, "nothing could be read", (), None, version=version)
        return replace(config, findings=(finding,), root=shown)
    environment = os.environ if files is None and shown == "/" else {}  # what the shell says is of this host alone
    files = HostFiles(root) if files is None else files
    unit = find_unit(files)
    here = engines_here(files, unit)
    chosen = EngineHere(engine, "named with --engine", client or "") if engine else next(iter(here), _ASSUMED)
    config = _of_host(files, unit, chosen, version, environment)
    return replace(with_image_store(config, files, version, containerd_store), root=shown, engines=here)


def _of_host(
    files: FileSource,
    unit: UnitFiles | None,
    choice: EngineHere,
    version: Version | None,
    environment: Mapping[str, str],
) -> HostConfig:
    # Of the engines' readers only the one that is needed is loaded: together they are a third of a start.
    if choice.engine is EngineName.PODMAN:
        from regtui.host.podman.load import load_podman
        from regtui.host.podman.places import ROOT, places_of

        places = places_of(environment, os.getuid()) if environment else ROOT
        return load_podman(files, places, choice.reason, environment)
    if choice.engine is EngineName.CONTAINERD:
        from regtui.host.containerd.load import load_containerd

        client = ContainerdClient(choice.client) if choice.client else None
        return load_containerd(files, client, choice.reason, environment)
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
    choice = EngineHere(engine, "named with --engine") if engine else _choose_given(given)
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


def _of_registries_conf(given: Given, file: FileText, choice: EngineHere) -> HostConfig:
    """Return podman's configuration; that registries.service of RHEL 7 cannot read the file is beside the point."""
    from regtui.host.podman.load import load_given

    config = load_given(file, choice.reason)
    findings = (one for one in given.findings if one.code != "config-registries")
    return replace(config, files=given.files, findings=(*findings, *config.findings))


def _choose_given(given: Given) -> EngineHere:
    rhel = EngineName.RHEL_DOCKER
    if given.sysconfig:
        return EngineHere(rhel, f"{given.sysconfig[0].path} is a sysconfig file, which RHEL's Docker reads")
    if given.version_2 and given.daemon_json is None:
        return EngineHere(EngineName.PODMAN, f"{given.version_2} is written for podman")
    if given.registries is not None:
        return EngineHere(rhel, f"{given.registries.path} is a registries.conf of RHEL 7")
    if given.names_fork:
        return EngineHere(rhel, "daemon.json holds keys that only RHEL's Docker knows")
    if given.daemon_json is not None:
        return EngineHere(EngineName.MOBY, "daemon.json alone, and nothing in it speaks for RHEL's Docker")
    named_json = all(file.path.endswith(".json") for file in given.files)
    return EngineHere(EngineName.MOBY if named_json else rhel, "none of the files given could be used")


def _configured(
    choice: EngineHere,
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
