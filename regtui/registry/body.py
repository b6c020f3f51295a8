"""A body read to a limit: raw bytes are counted, and at most one gzip layer is inflated, no further than the limit."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.registry import failures
from regtui.registry.errors import NetworkError
from regtui.text import printable

if TYPE_CHECKING:
    import httpx

    from regtui.outcome import Stage
    from regtui.registry.stream import Stream

_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Body:
    """At most the limit's bytes; `truncated` where there were more."""

    content: bytes
    truncated: bool


async def read_body(response: httpx.Response, limit: int, stream: Stream, stage: Stage) -> Body:
    """Read a body, decoded. NetworkError for a coding that was not asked for, other than one layer of gzip.

    Go's client inflates gzip and nothing else (net/http/transport.go), and hands on what it does not know; regtui
    asks for `identity`, so that only a broken server sends any coding at all.
    """
    decoder = _decoder(response, limit)
    try:
        async for piece in response.aiter_raw():
            # Breaking off would leave httpcore's generators to the garbage collector; the next read ends them.
            stream.enough = stream.enough or not decoder.take(piece)
    except NetworkError:
        if not stream.enough:
            raise
    if not stream.enough:
        decoder.end()
    if decoder.fault:
        sentence, go = decoder.fault
        raise failures.protocol(stage, sentence, go)
    return Body(decoder.content(), truncated=stream.enough)


def _decoder(response: httpx.Response, limit: int) -> _Plain:
    values = response.headers.get_list("content-encoding", split_commas=True)
    codings = [coding for value in values if (coding := value.strip().lower()) not in ("", "identity")]
    if not codings:
        return _Plain(limit)
    return _Gunzip(limit) if codings in (["gzip"], ["x-gzip"]) else _Refusal(", ".join(codings))


class _Plain:
    """Collects up to a limit. `fault` is what is wrong with the body: a sentence and Go's words."""

    def __init__(self, limit: int) -> None:
        self.fault: tuple[str, str] | None = None
        self._limit = limit
        self._content = bytearray()

    def take(self, piece: bytes) -> bool:
        """Add a piece; False where no more is wanted."""
        self._content += piece[: self._limit - len(self._content) + 1]
        return len(self._content) <= self._limit

    def end(self) -> None:
        """Nothing follows."""

    def content(self) -> bytes:
        """What was collected, cut at the limit."""
        return bytes(memoryview(self._content)[: self._limit])  # one copy, not two


class _Refusal(_Plain):
    """Takes nothing; a body that never comes (HEAD) is no fault."""

    def __init__(self, codings: str) -> None:
        super().__init__(0)
        self._codings = printable(codings, 100)

    def take(self, piece: bytes) -> bool:
        shown = self._codings
        self.fault = f"the body has the encoding {shown}, which was not asked for", f"unsupported encoding {shown}"
        return not piece


class _Gunzip(_Plain):
    """Inflates one gzip layer up to a limit; the raw bytes have the same limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self._raw = 0
        self._inflate = zlib.decompressobj(_GZIP)

    def take(self, piece: bytes) -> bool:
        self._raw += len(piece)
        try:
            while piece and self._raw <= self._limit:
                if self._inflate.eof:
                    self.fault = "something follows the compressed body", "gzip: invalid header"
                    return False
                room = self._limit - len(self._content) + 1
                if not super().take(self._inflate.decompress(piece, room)):
                    return False
                piece = self._inflate.unconsumed_tail or self._inflate.unused_data
        except zlib.error as error:
            checksum = "incorrect data check" in str(error) or "incorrect length check" in str(error)
            self.fault = "the compressed body is broken", f"gzip: invalid {'checksum' if checksum else 'header'}"
            return False
        return self._raw <= self._limit

    def end(self) -> None:
        if self._raw and not self._inflate.eof:
            self.fault = "the compressed body is cut short", "unexpected EOF"
