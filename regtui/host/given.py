"""The files that `--config` names: which of sysconfig, daemon.json and registries.conf each of them is."""

from __future__ import annotations

import re
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.daemon_json import DaemonJson
from regtui.host.environment import EnvironmentFile, parse_environment_file
from regtui.host.files import FileSource, FileText, FileTrouble, HostFiles
from regtui.host.model import Finding, HostFile, Severity, Source
from regtui.host.registries_conf import RegistriesConfError, is_version_2, registries_tool
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

_PATH_SHOWN = 4096  # characters; Linux takes no longer path
_BINARY_PROBE = 8192  # bytes, in which a file that is no text shows a NUL
# Patterns as text: most files need none of them, and compiling them costs every start.
_FORK_KEY = rb'"(add-registry|block-registry|signature-verification)"\s*:'
_TOOL_OUTPUT = rb"(?m)^[ \t]*REGISTRIES[ \t]*="
_TABLES = rb"(?m)^[ \t]*(\[\[?[\"']?(registries|registry|aliases)\b|unqualified-search-registries[ \t]*=)"
_LISTS = rb"(?m)^(registries|insecure_registries|block_registries)[ \t]*:"
_UNIT = rb"(?m)^[ \t]*\[(Service|Unit)\][ \t\r]*$"


class ConfigKind(StrEnum):
    """What a configuration file is."""

    SYSCONFIG = "sysconfig"
    DAEMON_JSON = "daemon.json"
    REGISTRIES_CONF = "registries.conf"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class Given:
    """What the named files hold, and one finding of severity ERROR (`config-...`) for each that cannot be used.

    `registries` is what registries.service makes of a registries.conf of version 1; `version_2` is the path of one of
    version 2, which podman reads, `version_2_text` its content.
    """

    sysconfig: tuple[EnvironmentFile, ...] = ()
    daemon_json: DaemonJson | None = None
    registries: EnvironmentFile | None = None
    version_2: str = ""
    version_2_text: FileText | None = None
    findings: tuple[Finding, ...] = ()
    files: tuple[HostFile, ...] = ()

    @property
    def names_fork(self) -> bool:
        """Whether daemon.json holds a key that only RHEL's Docker knows."""
        return self.daemon_json is not None and names_fork(self.daemon_json.data)


def names_fork(daemon_json: bytes) -> bool:
    """Tell whether a daemon.json holds a key that only RHEL's Docker knows."""
    return re.search(_FORK_KEY, daemon_json) is not None


def config_kind(path: str, data: bytes) -> ConfigKind:
    """Tell by name and content what a file is; what nothing speaks for is a sysconfig file."""
    name = path.rpartition("/")[2]
    if name.endswith(".json") or data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        return ConfigKind.DAEMON_JSON
    if name.endswith(".service") or re.search(_UNIT, data):
        return ConfigKind.UNIT
    if re.search(_TOOL_OUTPUT, data):
        return ConfigKind.SYSCONFIG
    if name == "registries.conf" or re.search(_TABLES, data) or re.search(_LISTS, data):
        return ConfigKind.REGISTRIES_CONF
    return ConfigKind.SYSCONFIG


def read_given(configs: Iterable[str], files: FileSource | None = None) -> Given:
    """Read the named files; relative paths are the working directory's, and all are shown as they were given."""
    files = HostFiles() if files is None else files
    given = Given()
    for named in configs:
        path = printable(named, _PATH_SHOWN)
        found = files.read(_absolute(named))
        if isinstance(found, FileTrouble):
            message = replace(found, path=path).message if named else "--config wants the path of a file"
            given = _noted(given, path, message, _problem("config-unreadable", message, path))
        elif b"\0" in found.data[:_BINARY_PROBE]:
            message = f"{path} is not a text file"
            given = _noted(given, path, message, _problem("config-binary", message, path))
        else:
            given = _with(_noted(given, path, "read"), FileText(path, found.data))
    return given


def _absolute(path: str) -> str:
    if not path or path.startswith("/"):
        return path
    try:
        return str(Path.cwd() / path)
    except OSError:  # the working directory is gone
        return "/" + path


def tool_output(data: bytes, path: str) -> EnvironmentFile:
    """Return the environment file that registries.service would write, with the sources in the file that it reads.

    Raises `RegistriesConfError`.
    """
    written = parse_environment_file(registries_tool(data).encode(), path)
    source = Source(path, None, "REGISTRIES")
    return EnvironmentFile(path, tuple(replace(one, source=source) for one in written.assignments))


def _with(given: Given, text: FileText) -> Given:
    path = text.path
    match config_kind(path, text.data):
        case ConfigKind.DAEMON_JSON:
            if given.daemon_json is not None:
                other = given.daemon_json.path
                why = f"{other} is left out: dockerd reads one daemon.json, which is {path}"
                given = _noted(given, path, "read", _problem("config-duplicate", why, other))
            return replace(given, daemon_json=DaemonJson(path, text.data))
        case ConfigKind.SYSCONFIG:
            return replace(given, sysconfig=(*given.sysconfig, parse_environment_file(text.data, path)))
        case ConfigKind.UNIT:
            why = f"{path} is a unit file; regtui reads it in its place below --root"
            return _noted(given, path, why, _problem("config-unit", why, path))
        case ConfigKind.REGISTRIES_CONF:
            if is_version_2(text.data):
                given = replace(given, version_2=path, version_2_text=text)
            try:
                return replace(given, registries=tool_output(text.data, path))
            except RegistriesConfError as error:
                why = f"registries.service cannot read {path}: {error}"
                return _noted(given, path, why, _problem("config-registries", why, path))


def _noted(given: Given, path: str, state: str, finding: Finding | None = None) -> Given:
    files = (*(file for file in given.files if file.path != path), HostFile(path, state))
    findings = given.findings if finding is None else (*given.findings, finding)
    return replace(given, files=files, findings=findings)


def _problem(code: str, message: str, path: str) -> Finding:
    return Finding(code, Severity.ERROR, message, Source(path))
