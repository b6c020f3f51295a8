"""The state machine of systemd 219's EnvironmentFile: bytes in, assignments as they stand in the file out.

Theory of operation. One byte at a time; a table gives each state its handler, which returns the next state. Nothing is
judged here: names, values and lines that systemd will drop are handed out with the line they begin on.
"""

from __future__ import annotations

from enum import Enum, auto

from regtui.frozen import dataclass

_BLANKS = b" \t\n\r"
_LINE_ENDS = b"\n\r"
_NEWLINE = 0x0A


class _State(Enum):
    PRE_KEY = auto()
    KEY = auto()
    PRE_VALUE = auto()
    VALUE = auto()
    VALUE_ESCAPE = auto()
    QUOTE = auto()
    QUOTE_ESCAPE = auto()
    COMMENT = auto()
    COMMENT_ESCAPE = auto()


@dataclass(frozen=True, slots=True)
class RawAssignment:
    """`NAME=VALUE` with the quotes gone, before anything is judged; `line` is the one it begins on.

    `open_quote`: the file ended inside quotes. `joined`: text stood behind a closing quote and was appended.
    """

    name: bytes
    value: bytes
    line: int
    open_quote: bool = False
    joined: bool = False


@dataclass(frozen=True, slots=True)
class RawFile:
    """Everything in a file: assignments, lines that have no `=`, comments whose backslash swallowed the next line."""

    assignments: tuple[RawAssignment, ...]
    stray: tuple[tuple[int, bytes], ...]
    swallowed: tuple[int, ...]


def read_raw(data: bytes) -> RawFile:
    """Read a file without NUL bytes (src/shared/fileio.c:201-420). Linear in its length; never raises."""
    reader = _Reader()
    for byte in data:
        reader.feed(byte)
    reader.end()
    return RawFile(tuple(reader.assignments), tuple(reader.stray), tuple(reader.swallowed))


class _Reader:
    """One pass over one file."""

    def __init__(self) -> None:
        self.assignments: list[RawAssignment] = []
        self.stray: list[tuple[int, bytes]] = []
        self.swallowed: list[int] = []
        self._handlers = {
            _State.PRE_KEY: self._pre_key,
            _State.KEY: self._key_byte,
            _State.PRE_VALUE: self._pre_value,
            _State.VALUE: self._value_byte,
            _State.VALUE_ESCAPE: self._value_escape,
            _State.QUOTE: self._quote,
            _State.QUOTE_ESCAPE: self._quote_escape,
            _State.COMMENT: self._comment,
            _State.COMMENT_ESCAPE: self._comment_escape,
        }
        self._state = _State.PRE_KEY
        self._line = 1
        self._begin = 1
        self._key = bytearray()
        self._value = bytearray()
        self._kept: int | None = None  # length of the value without the blanks at its end, None where there are none
        self._mark = 0  # the quote that is open
        self._closed = False  # a quote has been closed in this value
        self._joined = False

    def feed(self, byte: int) -> None:
        self._state = self._handlers[self._state](byte)
        if byte == _NEWLINE:
            self._line += 1

    def end(self) -> None:
        match self._state:
            case _State.PRE_KEY | _State.COMMENT | _State.COMMENT_ESCAPE:
                return
            case _State.KEY:
                self._end_of_key()
            case state:
                if state is not _State.VALUE:  # only a plain value loses the blanks at its end
                    self._kept = None
                self._push(open_quote=state in (_State.QUOTE, _State.QUOTE_ESCAPE))

    def _pre_key(self, byte: int) -> _State:
        if byte in b"#;":
            return _State.COMMENT
        if byte in _BLANKS:
            return _State.PRE_KEY
        self._begin = self._line
        self._key.append(byte)
        return _State.KEY

    def _key_byte(self, byte: int) -> _State:
        if byte in _LINE_ENDS:
            return self._end_of_key()
        if byte == ord("="):
            return _State.PRE_VALUE
        self._key.append(byte)
        return _State.KEY

    def _end_of_key(self) -> _State:
        self.stray.append((self._begin, bytes(self._key)))
        self._key.clear()
        return _State.PRE_KEY

    def _pre_value(self, byte: int) -> _State:
        if byte in _LINE_ENDS:
            return self._push()
        if byte in b"'\"":
            self._joined = self._joined or self._closed
            self._mark = byte
            return _State.QUOTE
        if byte == ord("\\"):
            return _State.VALUE_ESCAPE
        if byte in _BLANKS:
            return _State.PRE_VALUE
        self._joined = self._closed
        self._value.append(byte)
        return _State.VALUE

    def _value_byte(self, byte: int) -> _State:
        if byte in _LINE_ENDS:
            return self._push()
        if byte == ord("\\"):
            self._kept = None
            return _State.VALUE_ESCAPE
        if byte not in _BLANKS:
            self._kept = None
        elif self._kept is None:
            self._kept = len(self._value)
        self._value.append(byte)
        return _State.VALUE

    def _value_escape(self, byte: int) -> _State:
        if byte not in _LINE_ENDS:
            self._value.append(byte)
        return _State.VALUE

    def _quote(self, byte: int) -> _State:
        if byte == self._mark:
            self._closed = True
            return _State.PRE_VALUE
        if byte == ord("\\"):
            return _State.QUOTE_ESCAPE
        self._value.append(byte)
        return _State.QUOTE

    def _quote_escape(self, byte: int) -> _State:
        if byte not in _LINE_ENDS:
            self._value.append(byte)
        return _State.QUOTE

    def _comment(self, byte: int) -> _State:
        if byte == ord("\\"):
            return _State.COMMENT_ESCAPE
        return _State.PRE_KEY if byte in _LINE_ENDS else _State.COMMENT

    def _comment_escape(self, byte: int) -> _State:
        if byte in _LINE_ENDS and byte == _NEWLINE:
            self.swallowed.append(self._line + 1)
        return _State.COMMENT

    def _push(self, *, open_quote: bool = False) -> _State:
        value = bytes(self._value if self._kept is None else self._value[: self._kept])
        name = bytes(self._key).rstrip(_BLANKS)
        self.assignments.append(RawAssignment(name, value, self._begin, open_quote, self._joined))
        self._key.clear()
        self._value.clear()
        self._kept = None
        self._closed = self._joined = False
        return _State.PRE_KEY
