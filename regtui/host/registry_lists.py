"""The registries, insecure entries and mirrors that dockerd makes of its options, engine by engine.

Sources: cmd/dockerd/daemon.go:179-197 and registry/config.go of 1.13.1; registry/config.go of moby (loadMirrors,
loadInsecureRegistries).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.flag_values import BadValueError, index_name, mirror
from regtui.host.flags_known import FORK
from regtui.host.gonet import parse_cidr, parse_ip, split_host_port
from regtui.host.model import BUILT_IN, Finding, InsecureEntry, Refusal, Setting, Severity
from regtui.host.refusal import refuse
from regtui.text import go_quote, printable

if TYPE_CHECKING:
    from regtui.host.flags_known import Version
    from regtui.host.options import Options

DOCKER_IO = "docker.io"
_REWRITTEN = {"all": "*", "public": DOCKER_IO}
# Patterns as text: few configurations need them, and compiling them costs every start.
_HOST = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_HOST_PORT = rf"{_HOST}(?:\.{_HOST})*(?::[0-9]+)?"
_BRACKETED = r"\[[a-fA-F0-9:]+\](?::[0-9]+)?"


@dataclass(frozen=True, slots=True)
class RegistryLists:
    """What `HostConfig` says about registries, as one engine reads it."""

    registries: tuple[Setting, ...] = ()
    insecure: tuple[InsecureEntry, ...] = ()
    mirrors: tuple[Setting, ...] = ()
    blocked: tuple[Setting, ...] = ()
    insecure_broken: bool = False
    refusal: Refusal | None = None
    findings: tuple[Finding, ...] = ()


def fork_lists(options: Options) -> RegistryLists:
    """Return the lists of Docker 1.13.1: no duplicate is dropped, every test is one of exact strings."""
    blocked: dict[str, Setting] = {}
    for setting in options.values_of("block-registry"):
        name = _REWRITTEN.get(setting.value, setting.value)
        blocked.setdefault(name, replace(setting, value=name))
    added = tuple(setting for setting in options.values_of("add-registry") if setting.value not in blocked)
    has_default = not blocked.keys() & {DOCKER_IO, "*"}
    default = (Setting("add-registry", DOCKER_IO, BUILT_IN),) if has_default else ()
    insecure = options.values_of("insecure-registries")
    broken = next((setting for setting in insecure if _is_bad_name(setting.value)), None)
    return RegistryLists(
        (*added, *default),
        (*(_entry(setting) for setting in insecure), *built_in(FORK)),
        options.values_of("registry-mirrors"),
        tuple(blocked.values()),
        insecure_broken=broken is not None,
        findings=() if broken is None else (_broken(broken),),
    )


def moby_lists(options: Options, version: Version) -> RegistryLists:
    """Return moby's lists; a mirror or an insecure entry that it cannot take keeps the daemon from starting."""
    refusal: Refusal | None = None
    mirrors: dict[str, Setting] = {}
    for setting in options.values_of("registry-mirrors"):
        try:
            url = mirror(setting.value, version)
        except BadValueError as error:
            refusal = refusal or _not_started(str(error), setting)
        else:
            mirrors.setdefault(url, replace(setting, value=url))
    insecure: list[InsecureEntry] = []
    findings: list[Finding] = []
    for setting in options.values_of("insecure-registries"):
        name, problem = _moby_insecure(setting.value, version)
        if problem:
            refusal = refusal or _not_started(problem, setting)
            continue
        if name != setting.value:
            findings.append(_scheme_removed(setting, name))
        insecure.append(_entry(replace(setting, value=name)))
    return RegistryLists(
        (Setting("add-registry", DOCKER_IO, BUILT_IN),),
        (*insecure, *built_in(version)),
        tuple(mirrors.values()),
        refusal=refusal,
        findings=tuple(findings),
    )


def built_in(version: Version) -> tuple[InsecureEntry, ...]:
    """Return the loopback networks that are insecure without being asked; IPv6's since moby 28."""
    networks = ("127.0.0.0/8",) if version < (28, 0) else ("::1/128", "127.0.0.0/8")
    return tuple(InsecureEntry(network, BUILT_IN, parse_cidr(network)) for network in networks)


def _entry(setting: Setting) -> InsecureEntry:
    return InsecureEntry(setting.value, setting.source, parse_cidr(setting.value))


def _is_bad_name(text: str) -> bool:
    try:
        index_name(text, FORK)
    except BadValueError:
        return True
    return False


def _moby_insecure(text: str, version: Version) -> tuple[str, str]:
    """Return the entry as moby keeps it, and why it is refused, one of the two empty."""
    try:
        index_name(text, version)
    except BadValueError as error:
        return "", str(error)
    scheme, marker, rest = text.partition("://")
    if marker and scheme.lower() not in ("http", "https"):
        return "", f"insecure registry {text} should not contain '://'"
    name = rest if marker else text
    if parse_cidr(name) is not None:
        return name, ""
    problem = _host_port_problem(name, version)
    return (name, "") if not problem else ("", f"insecure registry {name} is not valid: {problem}")


def _host_port_problem(text: str, version: Version) -> str:
    """Return what validateHostPort says of the text, empty for nothing (registry/config.go)."""
    host, port = split_host_port(text) or (text, "")
    bracketed = version >= (25, 0) and re.fullmatch(_BRACKETED, text)
    if not re.fullmatch(_HOST_PORT, text) and not bracketed and parse_ip(host) is None:
        return f"invalid host {go_quote(host)}"
    if not port:
        return ""
    if not re.fullmatch(r"[+-]?[0-9]+", port, re.ASCII):
        return f"strconv.Atoi: parsing {go_quote(port)}: invalid syntax"
    if len(port) > 18:
        return f"strconv.Atoi: parsing {go_quote(port)}: value out of range"
    return "" if 0 <= int(port) <= 65535 else f"invalid port {go_quote(port)}"


def _not_started(reason: str, setting: Setting) -> Refusal:
    return refuse(f"failed to start daemon: {reason}", setting.source)


def _broken(setting: Setting) -> Finding:
    message = (
        f"`{printable(setting.value, 80)}` begins or ends with a hyphen: dockerd drops its whole insecure list without "
        "a word, shows every registry as insecure in `docker info` and verifies TLS for all of them"
    )
    return Finding("insecure-list-dropped", Severity.ERROR, message, setting.source, "remove the hyphen")


def _scheme_removed(setting: Setting, name: str) -> Finding:
    shown = printable(name, 80)
    message = f"the scheme is removed: the entry counts as `{shown}`"
    return Finding("insecure-scheme-removed", Severity.NOTE, message, setting.source, f'write "{shown}"')
