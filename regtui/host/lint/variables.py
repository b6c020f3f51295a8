"""The variables of docker's unit: misspelt, repeated, lost to a drop-in, or ended by a line end of Windows."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from regtui.host.lint.advice import assignment
from regtui.host.lint.wording import note, place, shell, shown, warning
from regtui.host.model import EngineName, Source
from regtui.host.registries_conf import SOURCE, is_version_2

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.lint.advice import Pen
    from regtui.host.lint.evidence import Command, Evidence
    from regtui.host.model import Finding, HostConfig, Variable

_REGISTRY_FLAGS = ("--add-registry", "--block-registry", "--insecure-registry", "--registry-mirror")
_CLOSE = 0.8  # `DD_REGISTRY` is 0.96 of ADD_REGISTRY; DOCKER_OPTIONS is 0.78 of DOCKER_STORAGE_OPTIONS
_UNUSED = "env-unused"
_COMMENTS = ("env-text-after-quote", "env-comment-in-value")
_FIXES = {
    "env-export": "remove the line",
    "env-shell": "write assignments alone: NAME='VALUE'",
    "env-no-assignment": "write it as NAME='VALUE', or put a # before it",
    "env-invalid-key": "write a name of letters, digits and _",
    "env-control-character": "remove the character",
    "env-no-expansion": "write the value out",
    "env-typographic": "write plain quotes, dashes and blanks: ' \" -",
    "env-nul": "remove the NUL byte",
    "env-empty-word": "remove the empty quotes",
    "unit-unbalanced-quote": "close the quote",
    "unit-environment": 'Environment="NAME=VALUE"',
    "unit-relative-path": "write an absolute path",
    "proxy-invalid": "http://HOST:PORT",
    "no-proxy-pattern": "name each host, or a domain such as .example.com",
    "repeated-key": "keep one of them",
    "text-after-json": "remove it",
}


def reading_findings(config: HostConfig, pen: Pen, covered: frozenset[Source | None]) -> Iterator[Finding]:
    """Yield the findings of reading the files, with a fix where they have none; `covered` has better words for some.

    `covered` are the places of variables whose not being used another finding explains.
    """
    for finding in config.findings:
        if finding.code == _UNUSED and finding.source in covered:
            continue
        yield finding if finding.fix else replace(finding, fix=_fix(finding, pen))


def _fix(finding: Finding, pen: Pen) -> str:
    variable = pen.variable_at(finding.source)
    if finding.code in _COMMENTS:
        return pen.without_comment(finding.source) or "put the comment on a line of its own"
    if variable is not None and finding.code == "env-overridden":
        return pen.merged(variable)
    if variable is not None and finding.code == _UNUSED:
        return f"add ${variable.name} to ExecStart= of docker.service"
    return _FIXES.get(finding.code, "")


def variable_findings(config: HostConfig, evidence: Evidence) -> Iterator[Finding]:
    """Yield what keeps a variable from reaching dockerd, or from reaching it whole."""
    command = evidence.command
    if command is not None:
        yield from _misspelt(config, command)
        yield from _lost(config, command)
    yield from _line_ends(config, evidence)


def conf_findings(config: HostConfig, evidence: Evidence) -> Iterator[Finding]:
    """Yield that registries.conf is written for podman, where docker's unit would take REGISTRIES from it."""
    text = evidence.texts.get(SOURCE)
    used = evidence.command.used if evidence.command else frozenset[str]()
    if config.engine is EngineName.RHEL_DOCKER and text is not None and "REGISTRIES" in used and is_version_2(text):
        message = (
            "this file is of version 2, podman's: registries.service reads the tables [registries.search], "
            "[registries.insecure] and [registries.block] alone, so docker gets nothing of it"
        )
        yield note("registries-conf-version-2", message, Source(SOURCE), "ADD_REGISTRY='--add-registry HOST'")


def _misspelt(config: HostConfig, command: Command) -> Iterator[Finding]:
    for one in config.variables:
        if not one.in_effect or one.name in command.used or not _sets_registries(one):
            continue
        near = get_close_matches(one.name.upper(), sorted(command.used), 1, _CLOSE)
        if near and one.name not in command.lost:
            message = f"the unit passes on ${near[0]}, not ${one.name}: what {shown(one.name)} says has no effect"
            fix = assignment(replace(one, name=near[0]), one.value) or f"call it {near[0]}"
            yield warning("variable-misspelt", message, one.source, fix)


def _lost(config: HostConfig, command: Command) -> Iterator[Finding]:
    lost = [one for one in config.variables if one.in_effect and one.name in command.lost and _sets_registries(one)]
    if not lost:
        return
    names = " ".join(f"${one.name}" for one in lost)
    message = (
        f"this ExecStart= replaces the unit's own command, which passed on {names}: the registries at "
        f"{place(lost[0].source)} no longer reach dockerd"
    )
    yield warning("execstart-reset", message, command.source, f"add {names} to the end of this ExecStart=")


def explained(findings: tuple[Finding, ...], config: HostConfig, evidence: Evidence) -> frozenset[Source | None]:
    """Return the places of unused variables that these findings explain."""
    found = {finding.source for finding in findings if finding.code == "variable-misspelt"}
    lost = evidence.command.lost if evidence.command else frozenset()
    return frozenset(found | {one.source for one in config.variables if one.name in lost})


def _line_ends(config: HostConfig, evidence: Evidence) -> Iterator[Finding]:
    """Yield lines of Windows: systemd takes them, save behind a backslash; the shell of /usr/bin/docker does not."""
    files = dict.fromkeys(one.source.file for one in config.variables)
    for path in files:
        text = evidence.texts.get(path, b"")
        if b"\r\n" not in text or path.endswith((".service", ".conf")):
            continue
        fix = shell("sed", "-i", r"s/\r$//", path)
        lines = [n for n, line in enumerate(text.split(b"\n"), 1) if _ends_in_trap(line)]
        if lines:
            message = (
                "the line ends in a backslash and CR LF: the backslash takes the CR alone, and the line end behind it "
                "stays, so the next line is not joined to this one"
            )
            yield warning("crlf-continuation", message, Source(path, lines[0]), fix)
        else:
            message = (
                "the lines end in CR LF: systemd takes them, a shell that reads the file keeps the CR in each value"
            )
            yield note("crlf", message, Source(path, text[: text.index(b"\r\n")].count(b"\n") + 1), fix)


def _ends_in_trap(line: bytes) -> bool:
    return line.endswith(b"\\\r") and not line.lstrip().startswith((b"#", b";"))


def _sets_registries(variable: Variable) -> bool:
    named = variable.name.upper().endswith(("_REGISTRY", "_REGISTRIES"))
    return bool(variable.value) and (named or any(flag in variable.value for flag in _REGISTRY_FLAGS))
