"""JSON as Go's encoding/json reads it, with its error texts, which the engines quote in their own messages."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re

from regtui.text import go_quote

DEPTH_LIMIT = 10_000
"""Open arrays and objects (scanner.go maxNestingDepth, Go 1.15 and later)."""

_SPACE = re.compile(rb"[ \t\r\n]*+")
_PLAIN = rb"[^\"\\\x00-\x1f]*+"
# All of a string that is well formed, up to the quote that ends it or to the fault.
_STRING_BODY = re.compile(_PLAIN + rb"(?:\\(?:[\"\\/bfnrt]|u[0-9a-fA-F]{4})" + _PLAIN + rb")*+")
_HEX = re.compile(rb"[0-9a-fA-F]*+")
# Every part may be cut short; `_Scanner.number` says where.
_NUMBER = re.compile(rb"-?(0|[1-9][0-9]*+)?(\.[0-9]*+)?([eE][+-]?[0-9]*+)?")
_LITERALS: dict[bytes, tuple[bytes, bool | None]] = {
    b"t": (b"true", True),
    b"f": (b"false", False),
    b"n": (b"null", None),
}
_ESCAPE = re.compile(r"\\u([dD][89abAB]..)\\u([dD][c-fC-F]..)|\\u(....)|\\(.)")
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_SURROGATES = re.compile("[\ud800-\udfff]")
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")
_BLANKS = re.compile(r"[ \t\r\n]*+")
_LONGEST_NUMBER = 300
"""Characters of a number that float64 holds for sure."""


class GoJsonError(ValueError):
    """What encoding/json says. `str()` is its text; `offset` counts bytes from 0, and may be the length of the data.

    A text can quote a number of any length from the data: show it through `printable`.
    """

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


def unmarshal(data: bytes) -> object:
    """json.Unmarshal into an empty interface: the data must be one value and blanks.

    Objects become dict (of a key given twice the last counts), arrays list, numbers without fraction and exponent
    int, and exact, others float. Bytes that are not UTF-8 and lone surrogates become U+FFFD. Raises GoJsonError;
    never RecursionError, but a value may be DEPTH_LIMIT deep, which repr() and == cannot walk. Takes time and memory
    in proportion to the data (a second for a MiB of brackets with a fault at its end): the caller bounds it.
    """
    plain = _Plain(data)
    if plain.is_all:
        return plain.value
    scanner = _Scanner(data)
    value = scanner.document()
    scanner.skip_space()
    if scanner.position < len(data):
        raise scanner.unexpected("after top-level value")
    return scanner.checked(value)


def decode_first(data: bytes) -> object:
    """json.NewDecoder(...).Decode into an empty interface: the first value; what follows it is not looked at.

    As `unmarshal` otherwise. Data that end too soon give `unexpected EOF`, and blank data `EOF`.
    """
    plain = _Plain(data)
    if plain.is_all or (plain.is_value and isinstance(plain.value, dict | list | str)):
        return plain.value  # a number alone may go on with what Go stumbles over: `1.`
    scanner = _Scanner(data)
    scanner.skip_space()
    if scanner.position >= len(data):
        raise GoJsonError("EOF", len(data))
    try:
        value = scanner.document()
    except GoJsonError as error:
        if error.offset >= len(data):
            raise GoJsonError("unexpected EOF", len(data)) from None
        raise
    return scanner.checked(value)


def line_of(data: bytes, offset: int) -> int:
    """The line, from 1, that a byte offset lies in; of the end of the data that of the last byte."""
    return data.count(b"\n", 0, min(offset, max(len(data) - 1, 0))) + 1


def kind(value: object) -> str:
    """Go's word for a value's type, as in `json: cannot unmarshal array into Go value of type ...`."""
    match value:
        case None:
            return "null"
        case bool():
            return "bool"
        case str():
            return "string"
        case int() | float():
            return "number"
        case dict():
            return "object"
        case _:
            return "array"


class _Plain:
    """The first value as Python's own decoder reads it, where Go's would read the same; twenty times as fast.

    `is_value` is False where it does not: for any fault, whose text `_Scanner` finds, and for what the two take for
    different things (bytes that are no UTF-8, surrogates, numbers out of range, deep nesting).
    """

    __slots__ = ("is_all", "is_value", "value")

    def __init__(self, data: bytes) -> None:
        self.value: object = None
        self.is_value = self.is_all = False
        if _SURROGATE_ESCAPE.search(data):
            return
        try:
            text = data.decode("utf-8")
            begin = _BLANKS.match(text)
            self.value, end = _DECODER.raw_decode(text, begin.end() if begin else 0)
        except (ValueError, RecursionError):
            return
        rest = _BLANKS.match(text, end)
        self.is_value = True
        self.is_all = rest is None or rest.end() == len(text)


def _whole(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise ValueError("it may be out of range")
    return int(text)


def _fraction(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError("it is out of range")
    return value


def _no_json(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_int=_whole, parse_float=_fraction, parse_constant=_no_json)


class _Scanner:
    """scanner.go's state machine, a token at a time, building the values as it goes.

    One blank is put behind the data, as Go's own scanner.eof feeds it one: a number that the data end with is
    thereby ended, and `tru` is a fault of the blank (`invalid character ' ' in literal true (expecting 'e')`).
    """

    __slots__ = ("buffer", "overflow", "position")

    def __init__(self, data: bytes) -> None:
        self.buffer = data + b" "
        self.position = 0
        self.overflow: GoJsonError | None = None  # the first number that float64 cannot hold

    def checked(self, value: object) -> object:
        """The value, unless a number was too large: Go says so only after the syntax was found good."""
        if self.overflow is not None:
            raise self.overflow
        return value

    def unexpected(self, context: str) -> GoJsonError:
        """The byte at the position does not belong there; Go quotes it as the character of that number."""
        if self.position >= len(self.buffer):
            return GoJsonError("unexpected end of JSON input", len(self.buffer) - 1)
        character = chr(self.buffer[self.position])
        quoted = {"'": r"\'", '"': '"'}.get(character) or go_quote(character)[1:-1]
        return GoJsonError(f"invalid character '{quoted}' {context}", self.position)

    def skip_space(self) -> bytes:
        """Go on to the next byte that is no blank, and return it; empty at the end."""
        found = _SPACE.match(self.buffer, self.position)
        self.position = found.end() if found else self.position
        return self.buffer[self.position : self.position + 1]

    def document(self) -> object:
        """One value, with all that is in it."""
        open_containers: list[dict[str, object] | list[object]] = []
        keys: list[str] = []  # of each open object, the key whose value is being read
        while True:
            value, is_open = self.value_or_opening(len(open_containers))
            if is_open and isinstance(value, dict | list):
                open_containers.append(value)
                if isinstance(value, dict):
                    keys.append(self.key())
                continue
            while open_containers:
                container = open_containers[-1]
                if isinstance(container, dict):
                    container[keys[-1]] = value
                    if self.has_next(b"}", "after object key:value pair"):
                        keys[-1] = self.key()
                        break
                    keys.pop()
                else:
                    container.append(value)
                    if self.has_next(b"]", "after array element"):
                        break
                value = open_containers.pop()
            else:
                return value

    def value_or_opening(self, depth: int) -> tuple[object, bool]:
        """A scalar or an empty container; or the container that has just opened, with True."""
        first = self.skip_space()
        if first == b'"':
            return self.string(), False
        if first in (b"{", b"["):
            if depth >= DEPTH_LIMIT:
                raise self.unexpected("exceeded max depth")
            self.position += 1
            container: dict[str, object] | list[object] = {} if first == b"{" else []
            if self.skip_space() == (b"}" if first == b"{" else b"]"):
                self.position += 1
                return container, False
            return container, True
        if first in _LITERALS:
            return self.literal(*_LITERALS[first]), False
        if first and first in b"-0123456789":
            return self.number(), False
        raise self.unexpected("looking for beginning of value")

    def has_next(self, closing: bytes, context: str) -> bool:
        """After an element: True past a comma, False past the closing bracket."""
        found = self.skip_space()
        if found not in (b",", closing):
            raise self.unexpected(context)
        self.position += 1
        return found == b","

    def key(self) -> str:
        if self.skip_space() != b'"':
            raise self.unexpected("looking for beginning of object key string")
        key = self.string()
        if self.skip_space() != b":":
            raise self.unexpected("after object key")
        self.position += 1
        return key

    def literal(self, word: bytes, value: bool | None) -> bool | None:
        for expected in word:
            if self.buffer[self.position] != expected:
                raise self.unexpected(f"in literal {word.decode()} (expecting '{chr(expected)}')")
            self.position += 1
        return value

    def number(self) -> int | float:
        start = self.position
        found = _NUMBER.match(self.buffer, start)
        integer, fraction, exponent = found.groups() if found else (None, None, None)
        if found is None or integer is None:
            self.position += 1
            raise self.unexpected("in numeric literal")
        if fraction == b".":
            self.position = found.end(2)
            raise self.unexpected("after decimal point in numeric literal")
        self.position = found.end()
        if exponent is not None and not exponent[-1:].isdigit():
            raise self.unexpected("in exponent of numeric literal")
        text = found[0].decode()
        value = float(text)
        if math.isinf(value):
            message = f"json: cannot unmarshal number {text} into Go value of type float64"
            self.overflow = self.overflow or GoJsonError(message, start)
        elif fraction is None and exponent is None:
            return int(text)
        return value

    def string(self) -> str:
        start = self.position + 1
        found = _STRING_BODY.match(self.buffer, start)
        self.position = found.end() if found else start
        match self.buffer[self.position : self.position + 1]:
            case b'"':
                self.position += 1
                return _unquoted(self.buffer[start : self.position - 1])
            case b"\\":
                self.position += 1
                if self.buffer[self.position : self.position + 1] == b"u":
                    digits = _HEX.match(self.buffer, self.position + 1)
                    self.position = digits.end() if digits else self.position
                    raise self.unexpected("in \\u hexadecimal character escape")
                raise self.unexpected("in string escape code")
            case _:
                raise self.unexpected("in string literal")


def _unquoted(body: bytes) -> str:
    """The text of a well-formed string. Each byte that is not UTF-8 gives one U+FFFD, as in Go."""
    text = body.decode("utf-8", "surrogateescape")
    if not text.isascii():
        text = _SURROGATES.sub("\ufffd", text)
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def _unescaped(found: re.Match[str]) -> str:
    high, low, unit, letter = found.groups()
    if letter is not None:
        return _ESCAPED.get(letter, letter)
    if unit is None:
        return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00)
    return _SURROGATES.sub("\ufffd", chr(int(unit, 16)))


def signed_payload(body: bytes, signatures: object) -> bytes | None:
    """Return what libtrust signs in JSON: the first `formatLength` bytes and the `formatTail` of the protected header.

    `signatures` is the body's field of that name; None where no payload can be told (ParsePrettySignature).
    """
    first = signatures[0] if isinstance(signatures, list) and signatures else None
    protected = first.get("protected") if isinstance(first, dict) else None
    if not isinstance(protected, str):
        return None
    try:
        header = unmarshal(_unpadded(protected))
        length, tail = (header.get("formatLength"), header.get("formatTail")) if isinstance(header, dict) else (0, "")
        if not isinstance(length, int) or not isinstance(tail, str) or not 0 <= length <= len(body):
            return None
        return body[:length] + _unpadded(tail)
    except (GoJsonError, binascii.Error, ValueError):
        return None


def _unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
