"""The strings of a TOML document as BurntSushi/toml 1.2 reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.text import go_quote

if TYPE_CHECKING:
    from regtui.host.podman.toml_cursor import Cursor

_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}
_STRING_NEWLINE = "strings cannot contain newlines"


def basic_string(cursor: Cursor) -> str:
    """Read a string behind its opening `"`."""
    pieces: list[str] = []
    start = cursor.at
    while True:
        match cursor.next():
            case "\0":
                cursor.fail("unexpected EOF; expected '\"'")
            case "\n" | "\r":
                cursor.fail(_STRING_NEWLINE, line=cursor.line - 1)
            case '"':
                return _unescaped(cursor, pieces)
            case "\\":
                pieces.append(_escape(cursor, start))
            case character:
                pieces.append(character)


def _unescaped(cursor: Cursor, pieces: list[str]) -> str:
    """Refuse escapes that the lexer lets pass and the parser does not."""
    for piece in pieces:
        if piece in ("\\ ", "\\\t"):
            cursor.fail(f"invalid escape: '{piece}'")
    return "".join(pieces)


def _escape(cursor: Cursor, start: int) -> str:
    character = cursor.next()
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character in (" ", "\t"):
        return "\\" + character
    if character not in ("u", "U"):
        cursor.fail(f"invalid escape in string '\\{character}'")
    count, word = (4, "four") if character == "u" else (8, "eight")
    for _ in range(count):
        if cursor.next() not in "0123456789abcdefABCDEF" or cursor.at_end:
            got = go_quote(cursor.text[start : cursor.at])
            cursor.fail(f"expected {word} hexadecimal digits after '\\{character}', but got {got} instead")
    digits = cursor.text[cursor.at - count : cursor.at]
    code = int(digits, 16)
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:
        cursor.fail(f"Escaped character '\\u{digits}' is not valid UTF-8.")
    return chr(code)


def literal_string(cursor: Cursor) -> str:
    """Read a string behind its opening `'`."""
    start = cursor.at
    while True:
        match cursor.next():
            case "\0":
                cursor.fail('unexpected EOF; expected "\'"')
            case "\n" | "\r":
                cursor.fail(_STRING_NEWLINE, line=cursor.line - 1)
            case "'":
                return cursor.text[start : cursor.at - 1]


def long_string(cursor: Cursor, quote: str) -> str:
    """Read a string of several lines behind the first of its three opening quotes; escapes are not replaced."""
    cursor.at += 2
    start = cursor.at
    while True:
        match cursor.next():
            case "\0":
                end = '\'"""\'' if quote == '"' else "\"'''\""
                cursor.fail(f"unexpected EOF; expected {end}")
            case "\\" if quote == '"':
                if cursor.peek() not in "\r\n":
                    _escape(cursor, start)
            case character if character == quote and cursor.text.startswith(quote * 2, cursor.at):
                while cursor.text.startswith(quote * 3, cursor.at):
                    cursor.at += 1
                cursor.at += 2
                return cursor.text[start : cursor.at - 3].removeprefix("\n")
            case _:
                pass
