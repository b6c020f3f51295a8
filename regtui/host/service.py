"""What systemd starts for docker.service: dockerd's arguments, each with the line that it came from."""

from __future__ import annotations

from dataclasses import field
from types import MappingProxyType
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.dockerd_command import Program, dockerd_command
from regtui.host.environment import Assignment, valid_assignment
from regtui.host.environment_files import EnvironmentFiles, load_environment_files
from regtui.host.exec_words import specifiers, split_words
from regtui.host.model import Finding, Refusal, Setting, Severity, Source, Variable
from regtui.host.unit import UnitEntries, UnitFiles, read_entries
from regtui.host.unit_file import Dialect
from regtui.text import strip_userinfo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regtui.host.environment import EnvironmentFile
    from regtui.host.files import FileSource

FINDINGS_LIMIT = 300
"""Findings of one service; a person reads the first screens."""
VARIABLES_LIMIT = 1000  # both are read by people
_REGISTRY_FLAGS = ("--add-registry", "--block-registry", "--insecure-registry", "--registry-mirror")


@dataclass(frozen=True, slots=True)
class Service:
    """A unit as it would be started.

    `arguments` are dockerd's own, without the program and without the word `daemon`; `environment` are the variables in
    effect; `variables` every assignment, for people; `read` the environment files that the unit names, read or not.
    """

    path: str
    program: str = ""
    arguments: tuple[Setting, ...] = ()
    environment: Mapping[str, Assignment] = field(default_factory=dict)
    variables: tuple[Variable, ...] = ()
    read: tuple[str, ...] = ()
    requires: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()
    refusal: Refusal | None = None


def read_service(
    files: FileSource,
    unit: UnitFiles,
    dialect: Dialect,
    *,
    given: tuple[EnvironmentFile, ...] | None = None,
    instead: Mapping[str, EnvironmentFile] = MappingProxyType({}),
) -> Service:
    """Read a unit to the end. Never raises; what keeps systemd from starting it is the `refusal`, in its words.

    `given` takes the place of all the environment files that the unit names, `instead` that of single ones by path.
    """
    entries = read_entries(files, unit, dialect)
    findings = list(entries.findings)
    inline = _inline_environment(entries, unit.name, dialect, findings)
    if given is None:
        loaded = load_environment_files(files, entries, unit.name, dialect, instead)
    else:
        loaded = EnvironmentFiles(given, findings=tuple(found for file in given for found in file.dropped))
    findings += loaded.findings
    history = (*inline, *(one for file in loaded.files for one in file.assignments))
    environment = {one.name: one for one in history if not one.overridden}
    program = dockerd_command(entries.in_force("ExecStart"), unit.name, environment, dialect)
    findings += program.findings
    findings += _overridden(history, environment, program.used)
    findings += _unused(environment, program.used)
    return Service(
        path=unit.path,
        program=program.path,
        arguments=program.arguments,
        environment=environment,
        variables=tuple(_variable(one, environment) for one in history[:VARIABLES_LIMIT]),
        read=tuple(loaded.named),
        requires=frozenset(word for entry in entries.of("Unit", "Requires") for word in entry.value.split()),
        findings=tuple(findings[:FINDINGS_LIMIT]),
        refusal=_refusal(unit, entries, program, dialect) or loaded.refusal or program.refusal,
    )


def _inline_environment(
    entries: UnitEntries, unit: str, dialect: Dialect, findings: list[Finding]
) -> tuple[Assignment, ...]:
    found: list[Assignment] = []
    for entry in entries.in_force("Environment"):
        split = split_words(specifiers(entry.value, unit), dialect)
        if not split.complete:
            why = "a quote in Environment= is not closed where systemd wants it; the rest of the line is ignored"
            findings.append(Finding("unit-unbalanced-quote", Severity.WARNING, why, entry.source))
        for word in split.words:
            name, equals, value = word.partition("=")
            if equals and valid_assignment(name, value):
                found.append(Assignment(name, value, Source(entry.source.file, entry.source.line, name)))
            else:
                why = "a word of Environment= is no NAME=VALUE, so systemd ignores it; quote values that hold blanks"
                findings.append(Finding("unit-environment", Severity.WARNING, why, entry.source))
    return tuple(found)


def _refusal(unit: UnitFiles, entries: UnitEntries, program: Program, dialect: Dialect) -> Refusal | None:
    old = dialect is Dialect.V219
    name = unit.name
    kind = next((entry.value for entry in reversed(list(entries.of("Service", "Type")))), "simple")
    if unit.masked:
        what = "Unit" if old else f"Unit {name}"
        return Refusal(f"Failed to start {name}: {what} is masked.", Source(unit.masked))
    if entries.broken:
        return Refusal(f"Failed to start {name}: Unit is not loaded properly: Bad message.", entries.broken.source)
    if program.count > 1 and kind != "oneshot":
        what = "has more than one ExecStart= setting, which is only allowed for Type=oneshot services. Refusing."
        return Refusal(f"{name} {what}" if old else f"{name}: Service {what}", program.source)
    if not program.count:
        what = f"{name} lacks both ExecStart= and ExecStop= setting. Refusing."
        later = f"{name}: Service has no ExecStart=, ExecStop=, or SuccessAction=. Refusing."
        return Refusal(what if old else later, Source(unit.path))
    return None


def _variable(one: Assignment, environment: Mapping[str, Assignment]) -> Variable:
    shown = strip_userinfo(one.value) if "@" in one.value or "://" in one.value else one.value
    return Variable(one.name, shown, one.source, in_effect=environment.get(one.name) is one)


def _overridden(
    history: tuple[Assignment, ...], environment: Mapping[str, Assignment], used: frozenset[str]
) -> list[Finding]:
    found: list[Finding] = []
    for one in history:
        winner = environment.get(one.name)
        if winner is None or winner is one or not one.value or winner.value == one.value:
            continue
        if one.name in used or one.name.upper().endswith("_PROXY"):
            why = f"{one.name} is set again at {winner.source.file}:{winner.source.line}; this value has no effect"
            found.append(Finding("env-overridden", Severity.WARNING, why, one.source))
    return found


def _unused(environment: Mapping[str, Assignment], used: frozenset[str]) -> list[Finding]:
    return [
        Finding(
            "env-unused",
            Severity.WARNING,
            f"the command line of docker.service does not use {one.name}, so what it says of registries has no effect",
            one.source,
        )
        for one in environment.values()
        if one.name not in used and any(flag in one.value for flag in _REGISTRY_FLAGS)
    ]
