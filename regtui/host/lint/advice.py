"""The fix to paste: the line of the file in which a value stands, written anew."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from regtui.host.model import BUILT_IN, EngineName
from regtui.host.registries_conf import SOURCE
from regtui.text import strip_userinfo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regtui.host.model import HostConfig, Setting, Source, Variable

KEYS = {
    "add-registry": "add-registry",
    "block-registry": "block-registry",
    "insecure-registry": "insecure-registries",
    "registry-mirror": "registry-mirrors",
}
"""Flag -> the key of daemon.json for the same list."""

FLAGS = {key: flag for flag, key in KEYS.items()}
_TABLES = {"add-registry": "search", "insecure-registry": "insecure", "block-registry": "block"}
_YAML = {"add-registry": "registries", "insecure-registry": "insecure_registries", "block-registry": "block_registries"}
_TOOL = "REGISTRIES"
_OPTIONS = "OPTIONS"
_USUAL = {
    "add-registry": "ADD_REGISTRY",
    "block-registry": "BLOCK_REGISTRY",
    "insecure-registry": "INSECURE_REGISTRY",
    "registry-mirror": _OPTIONS,
}
_HIDDEN = "***"
_MOST = 60  # values of a line that still can be pasted
_LONGEST = 3000  # characters of one


class Pen:
    """Writes lines of one host's files; `texts` are the files' own, where they are known."""

    def __init__(self, config: HostConfig, texts: Mapping[str, bytes]) -> None:
        self._config = config
        self._texts = texts

    def rewritten(self, flag: str, source: Source, old: str, new: tuple[str, ...]) -> str:
        """Return the line at `source` with the value `old` of a flag replaced by `new`, none to remove it."""
        if source == BUILT_IN:
            return ""
        if source.name == KEYS[flag]:
            return self._json_line(flag, source, old, new)
        if self._is_tool(source):
            return self._tool_line(flag, source, old, new)
        variable = self._variable(source)
        line = None if variable is None else _replaced(variable.value, flag, old, new)
        if variable is not None and line is not None and (written := assignment(variable, line)):
            return written
        return " ".join(f"--{flag} {value}" for value in new) or f"remove --{flag} {strip_userinfo(old)}"

    def added(self, flag: str, value: str) -> str:
        """Return the line that adds a value to a list, in the place where the list already has some."""
        present = [one for one in self._config.settings if one.option in (flag, KEYS[flag])]
        if present:
            last = present[-1]
            line = self.rewritten(flag, last.source, last.value, (last.value, value))
            return line if line != f"--{flag} {last.value} --{flag} {value}" else f"--{flag} {value}"
        variable = self._named(_USUAL[flag])
        if variable is not None and (written := assignment(variable, f"{variable.value} --{flag} {value}".strip())):
            return written
        if self._config.engine is EngineName.RHEL_DOCKER:
            return f"{_USUAL[flag]}='--{flag} {value}'"
        return _json_list(KEYS[flag], [value])

    def switched(self, switch: str, value: str) -> str:
        """Return the line that sets a switch, where it is set already, else among dockerd's options."""
        setting = next((one for one in self._config.settings if one.option == switch), None)
        if setting is not None and setting.source.name == switch:
            return f"{json.dumps(switch)}: {value}"
        variable = self._variable(setting.source) if setting is not None else self._named(_OPTIONS)
        if variable is None:
            return f"{_OPTIONS}='--{switch}={value}'" if setting is None else f"--{switch}={value}"
        text = re.sub(rf"(?<!\S)--{switch}(=\S+)?(?!\S)", "", variable.value)
        return assignment(variable, " ".join((*text.split(), f"--{switch}={value}"))) or f"--{switch}={value}"

    def whole(self, flag: str, values: list[str]) -> str:
        """Return the line that holds a list, with exactly these values: that of its flags where there are some."""
        words = " ".join(f"--{flag} {value}" for value in values)
        present = [one for one in self._config.settings if one.option == flag]
        if not present:
            return _json_list(KEYS[flag], values[:_MOST])
        variable = self._variable(present[0].source)
        if variable is None:
            return words or f"remove --{flag}"
        text: str | None = variable.value
        for setting in present[1:]:
            text = _replaced(text or "", flag, setting.value, ()) if text is not None else None
        text = None if text is None else _replaced(text, flag, present[0].value, tuple(values))
        return (assignment(variable, text) if text is not None else "") or words

    def merged(self, lost: Variable) -> str:
        """Return the line in force of a variable with the words of one that has no effect put before its own."""
        winner = next((one for one in self._config.variables if one.name == lost.name and one.in_effect), None)
        if winner is None or len(lost.value) + len(winner.value) > _LONGEST:
            return ""
        kept = _not_in(lost.value.split(), winner.value.split())
        return assignment(winner, " ".join((*kept, winner.value)).strip())

    def without_comment(self, source: Source | None) -> str:
        """Return the line of a variable without what was meant for a comment at its end."""
        variable = next((one for one in self._config.variables if source and _same_line(one.source, source)), None)
        if variable is None or "#" not in variable.value:
            return ""
        return assignment(variable, variable.value.partition("#")[0].rstrip())

    def variable_at(self, source: Source | None) -> Variable | None:
        """Return the variable that is assigned at a place."""
        return next((one for one in self._config.variables if one.source == source), None)

    def _variable(self, source: Source) -> Variable | None:
        return next((one for one in self._config.variables if one.source == source and one.in_effect), None)

    def _named(self, name: str) -> Variable | None:
        return next((one for one in self._config.variables if one.name == name and one.in_effect), None)

    def _is_tool(self, source: Source) -> bool:
        return source.name == _TOOL and "registries.conf" in source.file

    def _json_line(self, flag: str, source: Source, old: str, new: tuple[str, ...]) -> str:
        return _json_list(KEYS[flag], _with(self._of(KEYS[flag], source), source, old, new))

    def _tool_line(self, flag: str, source: Source, old: str, new: tuple[str, ...]) -> str:
        """Return the line of /etc/containers/registries.conf, from which the tool writes the file that docker gets."""
        values = _with(self._of(flag, source), source, old, new)
        words = ", ".join(json.dumps(value) for value in values)
        if flag not in _TABLES or "@" in words:
            return ""
        if b"[registries" in self._texts.get(SOURCE, b"[registries"):
            return f"registries = [{words}]  # in the table [registries.{_TABLES[flag]}] of {SOURCE}"
        return f"{_YAML[flag]}: [{words}]"

    def _of(self, option: str, source: Source) -> list[Setting]:
        return [one for one in self._config.settings if one.option == option and one.source.file == source.file]


def assignment(variable: Variable, value: str) -> str:
    """Return `NAME='VALUE'` as the file of the variable has it, empty where quotes or a hidden password forbid it."""
    if _HIDDEN in value or "@" in value or len(value) > _LONGEST or ("'" in value and '"' in value) or "\\" in value:
        return ""
    if variable.source.file.endswith((".service", ".conf")) and ".service" in variable.source.file:
        return "" if '"' in value else f'Environment="{variable.name}={value}"'
    if "'" in value and ("$" in value or "`" in value):  # a shell reads the same file (/usr/bin/docker of RHEL 7)
        return ""
    quote = '"' if "'" in value else "'"
    return f"{variable.name}={quote}{value}{quote}"


def _same_line(one: Source, other: Source) -> bool:
    return (one.file, one.line) == (other.file, other.line)


def _with(settings: list[Setting], source: Source, old: str, new: tuple[str, ...]) -> list[str]:
    """Return the values of a list with the last one that is `old`, as the engine took it, replaced."""
    settings = settings[:_MOST]
    taken = [index for index, one in enumerate(settings) if one.source == source and _is_taken_as(one.value, old)]
    at = taken[-1] if taken else len(settings)
    return [*(one.value for one in settings[:at]), *new, *(one.value for one in settings[at + 1 :])]


def _is_taken_as(written: str, taken: str) -> bool:
    """Tell whether an engine takes a value for another: moby cuts off schemes, and writes mirrors with a slash."""
    return taken in (written, written.rstrip("/") + "/") or bool(taken and taken == written.partition("://")[2])


def _replaced(text: str, flag: str, old: str, new: tuple[str, ...]) -> str | None:
    """Return the words of a variable with the last `--flag old` replaced; None where it is written otherwise."""
    if len(text) > _LONGEST:
        return None
    for written in dict.fromkeys((old, old.removesuffix("/"), {"*": "all"}.get(old, old))):
        pattern = rf"(?<!\S)--{flag}(=|[ \t]+)(['\"]?){re.escape(written)}\2(?!\S)"
        matches = list(re.finditer(pattern, text))
        if matches:
            begin, end = matches[-1].span()
            words = " ".join(f"--{flag}{matches[-1][1][0]}{value}" for value in new)
            return " ".join(part for part in (text[:begin].rstrip(), words, text[end:].lstrip()) if part)
    return None


def _not_in(words: list[str], others: list[str]) -> list[str]:
    """Return the words without the flags that the others have too, each with its value."""
    kept: list[str] = []
    at = 0
    while at < len(words):
        takes = 2 if at + 1 < len(words) and not words[at + 1].startswith("-") else 1
        group = words[at : at + takes]
        if not any(others[i : i + takes] == group for i in range(len(others))):
            kept += group
        at += takes
    return kept


def _json_list(key: str, values: list[str]) -> str:
    if any("@" in value for value in values):
        return f"write the values of {json.dumps(key)} anew"  # one holds a password, which is shown nowhere
    return f"{json.dumps(key)}: [{', '.join(json.dumps(value) for value in values)}]"
