"""What /bin/sh makes of `sh -c 'docker daemon $OPTIONS ...'`, as the units of RHEL 7.1 and 7.2 start it.

Only what such lines hold: quotes, `$VAR` and `${VAR}`, redirections, and the ends of a command. The shell splits an
unquoted variable at blanks and leaves quotes in its value as they are. File names that `*` and `?` in a value could
match, and what `$(...)` would print, cannot be told from here; they stay as they are written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from regtui.host.exec_words import ARGUMENTS_LIMIT
from regtui.host.model import Setting, Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regtui.host.environment import Assignment

_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))")
_REDIRECTION = re.compile(r"[0-9]*(?:>>|>&|>\||<&|<>|&>|<<-?|>|<)[ \t]*")
_ENDS = ";|&()\n"
_BLANKS = " \t"
_FIELD_BREAKS = re.compile(r"[ \t\n]+")


def shell_commands(
    script: str, variables: Mapping[str, Assignment], source: Source
) -> tuple[tuple[tuple[Setting, ...], ...], frozenset[str]]:
    """Return the words of each simple command of a script, and the variables that it uses. Never raises."""
    reader = _Script(script, variables, source)
    return tuple(reader.commands()), frozenset(reader.used)


class _Script:
    """One pass over one script."""

    def __init__(self, text: str, variables: Mapping[str, Assignment], source: Source) -> None:
        self.used: set[str] = set()
        self._room = ARGUMENTS_LIMIT
        self._text = text.replace("\\\n", "")
        self._variables = variables
        self._source = source
        self._at = 0
        self._word: list[str] = []
        self._began = False  # the word exists, if only by its quotes
        self._origin = source
        self._command: list[Setting] = []

    def commands(self) -> list[tuple[Setting, ...]]:
        found: list[tuple[Setting, ...]] = []
        while self._at < len(self._text) and self._room >= 0:
            char = self._text[self._at]
            redirection = _REDIRECTION.match(self._text, self._at)
            if redirection and not (self._began and redirection[0][0].isdigit()):
                self._end_word()
                self._at = redirection.end()
                self._skip_target()
            elif char in _ENDS:
                self._end_word()
                self._at += 1
                found.append(tuple(self._command))
                self._command = []
            elif char == "#" and not self._began:
                end = self._text.find("\n", self._at)
                self._at = len(self._text) if end < 0 else end
            else:
                self._step(char)
        self._end_word()
        return [command for command in [*found, tuple(self._command)] if command]

    def _step(self, char: str) -> None:
        if char in _BLANKS:
            self._end_word()
            self._at += 1
        elif char == "'":
            end = self._text.find("'", self._at + 1)
            end = len(self._text) if end < 0 else end
            self._add(self._text[self._at + 1 : end])
            self._at = end + 1
        elif char == '"':
            self._double_quoted()
        elif char == "\\":
            self._add(self._text[self._at + 1 : self._at + 2])
            self._at += 2
        elif match := _VARIABLE.match(self._text, self._at):
            self._at = match.end()
            self._split_value(match[1] or match[2])
        else:
            self._add(char)
            self._at += 1

    def _double_quoted(self) -> None:
        self._add("")
        self._at += 1
        while self._at < len(self._text) and (char := self._text[self._at]) != '"':
            if char == "\\" and self._text[self._at + 1 : self._at + 2] in ("$", "`", '"', "\\"):
                self._add(self._text[self._at + 1])
                self._at += 2
            elif match := _VARIABLE.match(self._text, self._at):
                value, self._origin = self._value(match[1] or match[2])
                self._add(value)
                self._at = match.end()
            else:
                self._add(char)
                self._at += 1
        self._at += 1

    def _split_value(self, name: str) -> None:
        value, origin = self._value(name)
        for index, field in enumerate(_FIELD_BREAKS.split(value)):
            if index:
                self._end_word()
            if field:
                self._origin = origin
                self._add(field)

    def _value(self, name: str) -> tuple[str, Source]:
        self.used.add(name)
        variable = self._variables.get(name)
        return ("", self._source) if variable is None else (variable.value, variable.source)

    def _add(self, text: str) -> None:
        self._began = True
        self._room -= len(text) + 1
        self._word.append(text)

    def _end_word(self) -> None:
        if self._began:
            self._command.append(Setting("", "".join(self._word), self._origin))
        self._word.clear()
        self._began = False
        self._origin = self._source

    def _skip_target(self) -> None:
        kept = len(self._command)
        while self._at < len(self._text) and self._text[self._at] not in _BLANKS + _ENDS:
            self._step(self._text[self._at])
        self._end_word()
        del self._command[kept:]
