"""What the far shell prints, cut at marks that nothing else can print; sans I/O.

A mark is a line that begins with words nobody can know before the run. What stands before the first one (a banner, an
rc file that talks) is skipped. Records follow each other; an answer of a job in the background may stand in the middle
of a record, whole, and is taken out of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

TALK_LIMIT = 256 << 10
"""Bytes before the first mark: more is no banner."""
REPLY_LIMIT = 48 << 20
"""Bytes of one reply; all files that an engine reads are some hundred KiB."""
HEADER_LIMIT = 8 << 10
"""Bytes of the line before a reply; the longest that the script writes has some hundred."""


class FloodError(Exception):
    """More than a host may say; `talk` where not one mark was in it."""

    def __init__(self, *, talk: bool) -> None:
        super().__init__()
        self.talk = talk


@dataclass(slots=True)
class Record:
    """One thing that was printed: the words of its mark, and the bytes up to the next one."""

    head: str
    body: bytearray = field(default_factory=bytearray)

    @property
    def words(self) -> tuple[str, str]:
        """The kind, and all that follows it."""
        kind, _, rest = self.head.partition(" ")
        return kind, rest


@dataclass(frozen=True, slots=True)
class Reply:
    """Everything that was printed for one request."""

    number: int
    records: tuple[Record, ...]


class Cutter:
    """Takes bytes, returns the replies that they complete."""

    def __init__(self, mark: str) -> None:
        self._mark = b"\n" + mark.encode() + b" "
        self._buffer = bytearray()
        self._talked = 0
        self._begun = False
        self._number = -1
        self._records: list[Record] = []
        self._island: Record | None = None
        self._size = 0

    @property
    def begun(self) -> bool:
        """Whether a mark has come: the shell does what it is told."""
        return self._begun

    def feed(self, data: bytes) -> list[Reply]:
        """Take what came. FloodError where it is more than is taken."""
        self._buffer += data
        done: list[Reply] = []
        while True:
            at = self._buffer.find(self._mark)
            if at < 0:
                self._take(max(len(self._buffer) - len(self._mark), 0))
                return done
            end = self._buffer.find(b"\n", at + len(self._mark))
            if end < 0:
                self._take(at)
                if len(self._buffer) > HEADER_LIMIT:
                    raise FloodError(talk=False)
                return done
            head = bytes(self._buffer[at + len(self._mark) : end]).decode("utf-8", "surrogateescape")
            self._take(at)
            del self._buffer[: end - at + 1]
            done += self._marked(head)

    def _take(self, count: int) -> None:
        """Give the first bytes of the buffer to whatever is being read."""
        if not count:
            return
        part = self._buffer[:count]
        del self._buffer[:count]
        if not self._begun:
            self._talked += count
            if self._talked > TALK_LIMIT:
                raise FloodError(talk=True)
            return
        self._size += count
        if self._size > REPLY_LIMIT:
            raise FloodError(talk=False)
        if self._island is not None:
            self._island.body += part
        elif self._records:
            self._records[-1].body += part

    def _marked(self, head: str) -> list[Reply]:
        self._begun = True
        kind, _, rest = head.partition(" ")
        if kind == "reply":
            self._island = Record(head)
        elif kind == "done":
            island, self._island = self._island, None
            if island is not None:
                return [Reply(_number(rest), (island,))]
        elif kind == "begin":
            self._number, self._records, self._size = _number(rest), [], 0
        elif kind == "end":
            reply = Reply(self._number, tuple(self._records))
            self._number, self._records = -1, []
            return [reply]
        else:
            self._records.append(Record(head))
        return []


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
