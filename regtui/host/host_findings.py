"""What a host's files make a reader expect of dockerd's registries and proxies, and does not happen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.host.environment import parse_environment_file
from regtui.host.files import FileText, FileTrouble, TroubleKind
from regtui.host.given import tool_output
from regtui.host.gonet import parse_cidr, split_host_port
from regtui.host.model import EngineName, Finding, Refusal, Severity, Source
from regtui.host.proxies import is_proxy_url, masked, proxies_in
from regtui.host.registries_conf import OUTPUT, SERVICE, SOURCE, RegistriesConfError
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regtui.host.environment import EnvironmentFile
    from regtui.host.files import FileSource
    from regtui.host.model import HostConfig, Proxies
    from regtui.host.service import Service

_READ_BY_OTHER_UNITS = ("/etc/sysconfig/docker", "/etc/default/docker")
_REGISTRY_FLAGS = ("--add-registry", "--block-registry", "--insecure-registry", "--registry-mirror")


def predicted_registries(files: FileSource, service: Service) -> EnvironmentFile | None:
    """Return what registries.service would have written before docker started, where it must and nothing is there.

    That is so on a disk that is not running, for /run is empty on it.
    """
    if SERVICE not in service.requires or OUTPUT not in service.read or files.exists(OUTPUT):
        return None
    found = files.read(SOURCE)
    if isinstance(found, FileTrouble):
        return None
    try:
        return tool_output(found.data, SOURCE)
    except RegistriesConfError:
        return None


def registries_findings(files: FileSource, service: Service) -> tuple[tuple[Finding, ...], Refusal | None]:
    """Hold /etc/containers/registries.conf against what docker's unit gets of it."""
    found = files.read(SOURCE)
    if OUTPUT not in service.read or isinstance(found, FileTrouble):
        return (), None
    required = SERVICE in service.requires
    written = files.read(OUTPUT)
    missing = isinstance(written, FileTrouble) and written.kind is TroubleKind.MISSING
    try:
        expected = _registries(tool_output(found.data, SOURCE))
    except RegistriesConfError as error:
        why = f"registries.service cannot read {SOURCE}: {error}"
        if not required:
            return (_finding("registries-conf-fails", Severity.NOTE, why, SOURCE),), None
        refusal = "A dependency job for docker.service failed. See 'journalctl -xe' for details."
        why += "; docker requires that service and does not start again"
        finding = _finding("registries-conf-fails", Severity.ERROR, why, SOURCE)
        return (finding,), Refusal(refusal, Source(SOURCE)) if missing else None
    if missing and required:
        why = f"taken for what registries.service writes to {OUTPUT} before docker starts"
        return (_finding("registries-conf-predicted", Severity.NOTE, why, SOURCE),), None
    if missing and expected:
        why = f"dockerd does not read this file, and registries.service has not written {OUTPUT}: it has no effect"
        fix = "write --add-registry and --insecure-registry into /etc/sysconfig/docker"
        return (_finding("registries-conf-unused", Severity.NOTE, why, SOURCE, fix),), None
    if isinstance(written, FileText) and _registries(parse_environment_file(written.data, OUTPUT)) != expected:
        why = f"{SOURCE} was changed after registries.service wrote this file; docker still gets the old registries"
        fix = "systemctl restart registries docker"
        return (_finding("registries-conf-stale", Severity.WARNING, why, OUTPUT, fix),), None
    return (), None


def unread_findings(files: FileSource, service: Service) -> tuple[Finding, ...]:
    """Report files that other packages' units read and this one does not, where they speak of registries."""
    found: list[Finding] = []
    for path in _READ_BY_OTHER_UNITS:
        text = None if path in service.read else files.read(path)
        if not isinstance(text, FileText):
            continue
        for one in parse_environment_file(text.data, path).variables.values():
            if any(flag in one.value for flag in _REGISTRY_FLAGS):
                why = f"{service.path} reads no {path}, so what {one.name} says of registries has no effect"
                fix = "write the registries into /etc/docker/daemon.json"
                found.append(Finding("env-file-unread", Severity.WARNING, why, one.source, fix))
    return tuple(found)


def proxy_findings(proxies: Proxies, *, go110: bool) -> tuple[Finding, ...]:
    """Report proxies that are no URL, and with Go 1.10 what it does otherwise than later versions."""
    found: list[Finding] = []
    source = proxies.source

    def add(code: str, severity: Severity, message: str) -> None:
        found.append(Finding(code, severity, message, source))

    for name, value in (("HTTPS_PROXY", proxies.https), ("HTTP_PROXY", proxies.http)):
        if value and not is_proxy_url(value):
            add(
                "proxy-invalid",
                Severity.WARNING,
                f"{name} is no proxy's URL: dockerd reaches nothing, or asks without a proxy",
            )
    if go110:
        if proxies.http and not proxies.https:
            add("proxy-https-too", Severity.NOTE, "without HTTPS_PROXY this dockerd sends https through HTTP_PROXY too")
        entries = [part.strip() for part in proxies.no_proxy.split(",")]
        if any(parse_cidr(entry) or entry.startswith("*.") for entry in entries):
            why = "this dockerd compares NO_PROXY as text: networks such as 10.0.0.0/8, and `*.`, cover no host"
            add("no-proxy-pattern", Severity.WARNING, why)
        if any((parts := split_host_port(entry)) and parts[0] and parts[1].isdigit() for entry in entries):
            add("no-proxy-port", Severity.NOTE, "this dockerd ignores ports in NO_PROXY: the entry covers all of them")
    return tuple(found)


def shell_proxy_findings(config: HostConfig, shell: Mapping[str, str]) -> tuple[Finding, ...]:
    """Report a proxy of the shell that dockerd does not have: a person tries with one what dockerd does without.

    The daemon never sees the shell's variables. An engine whose client pulls takes them itself.
    """
    if config.engine not in (EngineName.RHEL_DOCKER, EngineName.MOBY):
        return ()
    own, daemons = proxies_in(shell), config.proxies
    value, theirs = own.https or own.http, daemons.https or daemons.http
    if not value or (own.https, own.http) == (daemons.https, daemons.http):
        return ()
    name = "HTTPS_PROXY" if own.https else "HTTP_PROXY"
    has = f"has {printable(masked(theirs), 100)}" if theirs else "has none"
    message = f"this shell's {name} is {printable(masked(value), 100)}, dockerd {has}; docker pulls by dockerd's alone"
    fix = "systemctl edit docker, and write: [Service] Environment=HTTPS_PROXY=http://HOST:PORT"
    return (Finding("daemon-other-proxy", Severity.NOTE, message, own.source, "" if theirs else fix),)


def _registries(file: EnvironmentFile) -> list[str]:
    assignment = file.variables.get("REGISTRIES")
    return assignment.value.split() if assignment else []


def _finding(code: str, severity: Severity, message: str, path: str, fix: str = "") -> Finding:
    return Finding(code, severity, message, Source(path), fix)
