"""From the ExecStart= lines of a unit to the words that dockerd itself gets."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.exec_words import CommandLine, replace_variables, specifiers, split_words
from regtui.host.model import Finding, Refusal, Setting, Severity, Source
from regtui.host.shell_words import shell_commands
from regtui.host.unit_file import Dialect, Entry
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regtui.host.environment import Assignment

COMMANDS_LIMIT = 20  # that are looked at; systemd starts a unit that is not Type=oneshot with one only
_DAEMON = re.compile(r"dockerd(-\w+)?")
_CLIENT = re.compile(r"docker(-\w+)?")
_SHELL = re.compile(r"(ba|da|k)?sh")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_PREFIXES = {Dialect.V219: "-@", Dialect.LATER: "-@:+!|"}


@dataclass(frozen=True, slots=True)
class Program:
    """What ExecStart= runs: the program, dockerd's arguments, and the variables that the line uses.

    `count` is the number of commands, of which only Type=oneshot may have several.
    """

    path: str = ""
    arguments: tuple[Setting, ...] = ()
    used: frozenset[str] = frozenset()
    count: int = 0
    source: Source | None = None
    findings: tuple[Finding, ...] = ()
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class _Command:
    path: str
    arguments: tuple[str, ...]
    source: Source


def dockerd_command(starts: list[Entry], unit: str, environment: Mapping[str, Assignment], dialect: Dialect) -> Program:
    """Return the command that runs dockerd, the last one where none of them looks like it. Never raises."""
    findings: list[Finding] = []
    commands = [command for entry in starts for command in _commands(entry, unit, dialect, findings)]
    program = Program()
    for command in commands[:COMMANDS_LIMIT]:
        program, certain = _program(command, environment, unit, dialect)
        if certain:
            break
    return replace(program, count=len(commands), findings=(*findings, *program.findings))


def _commands(entry: Entry, unit: str, dialect: Dialect, findings: list[Finding]) -> list[_Command]:
    """Split one ExecStart= into the commands that lone semicolons separate (load-fragment.c, config_parse_exec)."""
    split = split_words(entry.value, dialect)
    if not split.complete:
        why = "a quote in ExecStart= is not closed where systemd wants it, so systemd ignores the line"
        findings.append(Finding("unit-unbalanced-quote", Severity.WARNING, why, entry.source))
        return []
    found: list[_Command] = []
    words: list[str] = []
    for word in (*split.words, ";"):
        if word != ";":
            words.append(specifiers(";" if word == "\\;" else word, unit))
            continue
        if words:
            path = words[0].lstrip(_PREFIXES[dialect])
            own_name = "@" in words[0][: len(words[0]) - len(path)]
            if not path.startswith("/") and dialect is Dialect.V219:
                why = f"systemd 219 ignores ExecStart=: `{printable(path, 60)}` is no absolute path"
                findings.append(Finding("unit-relative-path", Severity.WARNING, why, entry.source))
                return found
            found.append(_Command(path, tuple(words[2 if own_name else 1 :]), entry.source))
        words = []
    return found


def _program(
    command: _Command, environment: Mapping[str, Assignment], unit: str, dialect: Dialect
) -> tuple[Program, bool]:
    line = replace_variables(command.arguments, environment, command.source, dialect)
    program = Program(command.path, line.settings, line.used, source=command.source, findings=_lost(line))
    if line.unbalanced:
        status, cause = "204/MEMORY", "Cannot allocate memory"
        return replace(program, refusal=_not_spawned(command.path, status, cause, unit, dialect, line.unbalanced)), True
    if line.too_long:
        status, cause = "203/EXEC", "Argument list too long"
        return replace(program, refusal=_not_spawned(command.path, status, cause, unit, dialect, command.source)), True
    base = command.path.rpartition("/")[2]
    if _SHELL.fullmatch(base):
        return _in_shell(program, environment)
    arguments = _of_dockerd(command.path, line.settings)
    if arguments is not None:
        return replace(program, arguments=arguments), True
    for index, setting in enumerate(line.settings):  # a wrapper, such as numactl or env
        if _DAEMON.fullmatch(setting.value.rpartition("/")[2]):
            return replace(program, path=setting.value, arguments=line.settings[index + 1 :]), True
    return replace(program, findings=(*program.findings, _unknown(command.path, command.source))), False


def _in_shell(program: Program, environment: Mapping[str, Assignment]) -> tuple[Program, bool]:
    values = [setting.value for setting in program.arguments]
    script = program.arguments[values.index("-c") + 1 :][:1] if "-c" in values else ()
    if script:
        commands, used = shell_commands(script[0].value, environment, script[0].source)
        for words in commands:
            bare = _without_prefix(words)
            arguments = _of_dockerd(bare[0].value, bare[1:]) if bare else None
            if arguments is not None:
                found = replace(program, path=bare[0].value, arguments=arguments, used=program.used | used)
                return found, True
    assert program.source is not None
    return replace(program, arguments=(), findings=(*program.findings, _unknown(program.path, program.source))), False


def _without_prefix(words: tuple[Setting, ...]) -> tuple[Setting, ...]:
    at = 0
    while at < len(words) and (words[at].value in ("exec", "env") or _ASSIGNMENT.match(words[at].value)):
        at += 1
    return words[at:]


def _of_dockerd(path: str, words: tuple[Setting, ...]) -> tuple[Setting, ...] | None:
    """Return dockerd's own words for `dockerd`, `docker daemon` and `docker -d`; None where it is none of them."""
    base = path.rpartition("/")[2]
    if _DAEMON.fullmatch(base):
        return words
    if _CLIENT.fullmatch(base):
        for index, word in enumerate(words):
            if word.value in ("daemon", "-d", "--daemon", "--daemon=true"):
                return words[:index] + words[index + 1 :]
    return None


def _lost(line: CommandLine) -> tuple[Finding, ...]:
    why = "an empty quoted word ends the list for systemd 219; what follows it in {} is lost"
    return tuple(Finding("env-empty-word", Severity.WARNING, why.format(one.name), one) for one in line.lost)


def _unknown(path: str, source: Source) -> Finding:
    why = f"the unit starts {printable(path, 60)}; with which arguments that runs dockerd cannot be told from here"
    return Finding("unit-unknown-program", Severity.WARNING, why, source)


def _not_spawned(path: str, status: str, cause: str, unit: str, dialect: Dialect, source: Source) -> Refusal:
    step = f"Failed at step {status.partition('/')[2]} spawning {path}: {cause}"
    if dialect is Dialect.V219:
        return Refusal(f"{step}\n{unit}: main process exited, code=exited, status={status}", source)
    return Refusal(f"{unit}: {step}\n{unit}: Main process exited, code=exited, status={status}", source)
