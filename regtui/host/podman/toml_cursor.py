"""The characters of a TOML document as BurntSushi/toml 1.2 steps through them, with its count of lines."""

from __future__ import annotations

import re
from typing import NoReturn

from regtui.text import go_quote

EOF = "\0"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)")


class Fault(ValueError):  # noqa: N818 - a fault of the document
    """The document is wrong here; `str()` is the library's sentence, `line` the line that it names."""

    def __init__(self, sentence: str, line: int) -> None:
        super().__init__(sentence)
        self.line = line


class Cursor:
    """A place in the text. `line` grows when a newline is passed, before anyone looks at it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.at_end = False

    def next(self) -> str:
        """Return the next character and pass it, `EOF` at the end of the text."""
        if self.at >= len(self.text):
            self.at_end = True
            return EOF
        character = self.text[self.at]
        if "\udc80" <= character <= "\udcff":
            self.fail(f"invalid UTF-8 byte: 0x{ord(character) - 0xDC00:02x}")
        if _CONTROL.match(self.text, self.at):
            self.fail(f"TOML files cannot contain control characters: '0x{ord(character):02x}'")
        self.line += character == "\n"
        self.at += 1
        return character

    def back(self) -> None:
        """Go back by one character."""
        if self.at_end:
            self.at_end = False
            return
        self.at -= 1
        self.line -= self.text[self.at] == "\n"

    def peek(self) -> str:
        """Return the next character."""
        character = self.next()
        self.back()
        return character

    def skip(self, characters: str) -> None:
        """Pass any of these characters."""
        while self.next() in characters and not self.at_end:
            pass
        self.back()

    def take(self, pattern: re.Pattern[str]) -> str:
        """Return what matches here and pass it; the pattern spans no lines."""
        found = pattern.match(self.text, self.at)
        if found is None:
            return ""
        self.at = found.end()
        self.peek()  # a word ends where the library has looked at what follows
        return found[0]

    def fail(self, sentence: str, *, line: int | None = None) -> NoReturn:
        """Raise the fault at this place; the end of the text counts as the line before."""
        here = self.line - 1 if self.at_end else self.line
        raise Fault(sentence, here if line is None else line)


def rune(character: str) -> str:
    """Return a character as Go's %q prints a rune."""
    if character == "'":
        return "'\\''"
    if character == '"':
        return "'\"'"
    if character == EOF:
        return "'\\x00'"
    return f"'{go_quote(character)[1:-1]}'"


def rune_or_end(character: str) -> str:
    """Return a character in plain quotes."""
    return "end of file" if character == EOF else f"'{character}'"
