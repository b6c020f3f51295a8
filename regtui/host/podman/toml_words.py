"""TOML as podman's library reads it, where tomllib refuses: its value after all, or the library's own words.

Rules: lex.go and parse.go of BurntSushi/toml 1.2.0, which podman 4 is built with. Its error names a line, which is
one too small at the end of a file, and one too large after an unexpected end of a line.
"""

from __future__ import annotations

import re
from typing import Any

from regtui.host.podman.toml_cursor import EOF, Cursor, Fault, rune, rune_or_end
from regtui.host.podman.toml_numbers import SPECIAL, number
from regtui.host.podman.toml_strings import basic_string, literal_string, long_string
from regtui.host.podman.toml_tables import Duplicate, Key, Tables, dotted
from regtui.text import go_quote

DEPTH_LIMIT = 100
"""Arrays in arrays; the library has no limit, and no configuration comes near this one."""

_BARE = re.compile(r"[A-Za-z0-9_-]*")
_LETTERS = re.compile(r"[^\W\d_]*")
_INLINE_NEWLINE = "newlines not allowed within inline tables"


class TomlRefused(ValueError):  # noqa: N818 - reads as what happened
    """The library refuses the document; `str()` is its error, `line` the line that it names."""

    def __init__(self, line: int, last_key: str, sentence: str) -> None:
        key = f" (last key {go_quote(last_key)})" if last_key else ""
        super().__init__(f"toml: line {line}{key}: {sentence}")
        self.line = line


def read_as_library(data: bytes) -> dict[str, Any]:
    """Return the document as the library reads it. Raises TomlRefused with its words."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data[2:]
    if b"\0" in data[:6]:
        raise TomlRefused(1, "", "files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8")
    return _Reader(data.decode("utf-8", "surrogateescape")).read()


class _Reader:
    """One pass over a document; the methods are named after what they read."""

    def __init__(self, text: str) -> None:
        self._cursor = Cursor(text)
        self._depth = 0
        self._tables = Tables()
        self._key = ""  # whose value is read
        self._key_line = 1  # where the last key or table name began

    def read(self) -> dict[str, Any]:
        try:
            self._document()
        except Fault as fault:
            last_key = dotted(self._tables.context)
            if self._key:  # which the library does not put in quotes
                last_key = f"{last_key}.{self._key}" if last_key else self._key
            raise TomlRefused(fault.line, last_key, str(fault)) from None
        return self._tables.root

    def _document(self) -> None:
        while True:
            self._cursor.skip(" \t\r\n")
            match self._cursor.next():
                case "\0":
                    return
                case "#":
                    self._comment()
                case "[":
                    self._header()
                    self._end_of_item()
                case _:
                    self._cursor.back()
                    self._pair()
                    self._key = ""
                    self._end_of_item()

    # Tables and keys

    def _comment(self) -> None:
        while self._cursor.next() not in ("\n", "\r", EOF):
            pass
        self._cursor.back()

    def _end_of_item(self) -> None:
        self._cursor.skip(" \t")
        character = self._cursor.next()
        if character == "#":
            self._comment()
        elif character not in ("\n", "\r", EOF):
            ends = "expected a top-level item to end with a newline, comment, or EOF"
            self._cursor.fail(f"{ends}, but got {rune(character)} instead")
        if self._cursor.at_end:
            self._cursor.back()

    def _header(self) -> None:
        is_array = self._cursor.peek() == "["
        if is_array:
            self._cursor.next()
        parts: list[str] = []
        end = ""
        while end != "]":
            self._cursor.skip(" \t")
            match self._cursor.peek():
                case "]" | "\0":
                    self._cursor.fail("unexpected end of table name (table names cannot be empty)")
                case ".":
                    self._cursor.fail("unexpected table separator (table names cannot be empty)")
            line = self._cursor.line
            parts.append(self._name())
            self._key_line = self._key_line if len(parts) > 1 else line
            self._cursor.skip(" \t")
            end = self._cursor.next()
            if end not in (".", "]"):
                self._cursor.fail(f"expected '.' or ']' to end table name, but got {rune(end)} instead")
        if is_array and (end := self._cursor.next()) != "]":
            self._cursor.fail(f"expected end of table array name delimiter ']', but got {rune(end)} instead")
        try:
            self._tables.enter(tuple(parts), array=is_array)
        except Duplicate as error:
            self._cursor.fail(str(error), line=self._key_line)

    def _name(self) -> str:
        """Read one part of a key."""
        quote = self._cursor.peek()
        if quote not in "\"'":
            return self._cursor.take(_BARE)
        self._cursor.next()
        return basic_string(self._cursor) if quote == '"' else literal_string(self._cursor)

    def _pair(self) -> tuple[str, object]:
        self._cursor.skip(" \t")
        match self._cursor.peek():
            case "=" | "\0":
                self._cursor.fail("unexpected '=': key name appears blank")
            case ".":
                self._cursor.fail("unexpected '.': keys cannot start with a '.'")
        parts = self._key_parts()
        self._key = parts[-1]
        outer = self._tables.context
        try:
            self._tables.enter_dotted(parts[:-1])
            value = self._value(in_array=False)
            self._tables.define(self._key, value)
        except Duplicate as error:
            self._cursor.fail(str(error), line=self._key_line)
        self._tables.context = outer
        return parts[-1], value

    def _key_parts(self) -> Key:
        parts: list[str] = []
        while True:
            self._cursor.skip(" \t")
            match self._cursor.peek():
                case "=" | "\0":
                    self._cursor.fail("unexpected '='")
                case ".":
                    self._cursor.fail("unexpected '.'")
            line = self._cursor.line
            parts.append(self._name())
            self._key_line = self._key_line if len(parts) > 1 else line
            self._cursor.skip(" \t")
            match self._cursor.next():
                case "=":
                    return tuple(parts)
                case ".":
                    pass
                case "\0":
                    self._cursor.fail("unexpected EOF; expected key separator '='")
                case other:
                    self._cursor.fail(f"expected '.' or '=', but got {rune(other)} instead")

    # Values

    def _value(self, *, in_array: bool) -> object:
        self._cursor.skip(" \t")
        character = self._cursor.next()
        match character:
            case "[":
                return self._array()
            case "{":
                return self._inline_table(in_array=in_array)
            case '"':
                if self._cursor.text.startswith('""', self._cursor.at):
                    return long_string(self._cursor, '"')
                return basic_string(self._cursor)
            case "'":
                if self._cursor.text.startswith("''", self._cursor.at):
                    return long_string(self._cursor, "'")
                return literal_string(self._cursor)
            case ".":
                self._cursor.fail("floats must start with a digit, not '.'")
            case "\0":
                self._cursor.fail("unexpected EOF; expected value")
        self._cursor.back()
        is_digit = character.isdigit() and character.isascii()
        if is_digit or character in "+-" or SPECIAL.match(self._cursor.text, self._cursor.at):
            return number(self._cursor)
        if not character.isalpha():
            self._cursor.next()
            self._cursor.fail(f"expected value but found {rune(character)} instead")
        if self._cursor.text.startswith(("in", "na"), self._cursor.at):
            self._cursor.at += 1  # the library has looked for `inf` or `nan`, and does not go back all the way
        word = self._cursor.take(_LETTERS)
        if word not in ("true", "false"):
            self._cursor.fail(f"expected value but found {go_quote(word)} instead")
        return word == "true"

    def _array(self) -> list[object]:
        self._deeper()
        self._tables.mark_array(self._key)
        values: list[object] = []
        while True:
            self._cursor.skip(" \t\r\n")
            match self._cursor.next():
                case "#":
                    self._comment()
                    continue
                case ",":
                    self._cursor.fail("unexpected comma")
                case "]":
                    break
            self._cursor.back()
            values.append(self._value(in_array=True))
            while True:
                self._cursor.skip(" \t\r\n")
                if (character := self._cursor.next()) != "#":
                    break
                self._comment()
            if character == "]":
                break
            if character != ",":
                expected = "expected a comma (',') or array terminator (']')"
                self._cursor.fail(f"{expected}, but got {rune_or_end(character)}")
        self._depth -= 1
        return values

    def _inline_table(self, *, in_array: bool) -> dict[str, object]:
        self._deeper()
        outer, outer_key = self._tables.context, self._key
        context = (*outer, outer_key)
        self._tables.context, self._key = context, ""
        self._tables.enter_implied(context, array=in_array)
        found: dict[str, object] = {}
        while True:
            if self._inline_gap("unexpected comma") == "}":
                break
            key, value = self._pair()
            found[key] = value
            character = self._inline_gap("")
            if character == "}":
                break
            if character != ",":
                expected = "expected a comma or an inline table terminator '}'"
                self._cursor.fail(f"{expected}, but got {rune_or_end(character)} instead")
            self._cursor.skip(" \t")
            if self._cursor.peek() == "}":
                self._cursor.fail("trailing comma not allowed in inline tables")
        self._tables.context, self._key = outer, outer_key
        self._depth -= 1
        return found

    def _inline_gap(self, comma: str) -> str:
        """Pass over blanks and comments in an inline table, and return what follows; a key's first character stays."""
        while True:
            self._cursor.skip(" \t")
            character = self._cursor.next()
            if character == "#":
                self._comment()
            elif character in ("\n", "\r"):
                self._cursor.fail(_INLINE_NEWLINE, line=self._cursor.line - 1)
            elif character == "," and comma:
                self._cursor.fail(comma)
            else:
                break
        if comma and character != "}":
            self._cursor.back()
        return character

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            self._cursor.fail("nested too deeply for regtui")

    # Strings
