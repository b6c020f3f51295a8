"""A walk as a report for a ticket, in Markdown or plain text: the same content, redacted, nothing in it is markup.

What others wrote stands in code spans and code blocks alone, where Markdown knows no links, images, HTML or mentions.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from regtui import __version__
from regtui.engines.commands import command_of
from regtui.frozen import dataclass
from regtui.mirrors import mirror_truth
from regtui.outcome import Outcome
from regtui.redaction import own_home, redact
from regtui.text import size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.engines.base import Found, Plan
    from regtui.host.model import HostConfig, MirrorService, Setting
    from regtui.report import CandidateRecord, EndpointRecord, Resolution


class ReportFormat(StrEnum):
    """How a report is written."""

    MARKDOWN = "markdown"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class About:
    """What a report says besides the walk: who made it, when (UTC, ISO 8601), and from which configuration.

    `mirrors` are docker.io's by the configuration, `services` those of them that the host serves itself.
    """

    engine_reason: str
    place: str
    written: str
    version: str = __version__
    mirrors: tuple[Setting, ...] = ()
    services: tuple[MirrorService, ...] = ()


def about(config: HostConfig, place: str, written: str, version: str = __version__) -> About:
    """Return what a report says of a host."""
    return About(config.engine_reason, place, written, version, config.mirrors, config.services)


def report(record: Resolution, facts: About, kind: ReportFormat) -> str:
    """Return the report of a walk that has begun, ended or not."""
    home = own_home()
    draw = _markdown if kind is ReportFormat.MARKDOWN else _text
    lines = [line for block in _blocks(record, facts) for line in draw(block, home)]
    kept = (line for line, before in zip(lines, ("", *lines), strict=False) if line or before)
    return "".join(f"{line}\n" for line in kept).rstrip("\n") + "\n"


@dataclass(frozen=True, slots=True)
class _Code:
    """Text that somebody else wrote, or that is to be copied."""

    text: str


_Words = tuple[str | _Code, ...]


@dataclass(frozen=True, slots=True)
class _Heading:
    words: _Words
    level: int = 2


@dataclass(frozen=True, slots=True)
class _Item:
    """One entry of a list; `depth` counts from 0, and a `number` stands in place of the dash."""

    words: _Words
    depth: int = 0
    number: int = 0

    @property
    def marker(self) -> str:
        """What stands before the words; four blanks a level suit dashes and numbers in Markdown."""
        return "    " * self.depth + (f"{self.number}. " if self.number else "- ")


@dataclass(frozen=True, slots=True)
class _Verbatim:
    lines: tuple[str, ...]


_Block = _Heading | _Item | _Verbatim | _Words


def _blocks(record: Resolution, facts: About) -> Iterator[_Block]:
    plan = record.plan
    assert plan is not None
    command = f"{command_of(plan)} {plan.name}"
    yield _Heading((_Code(command),), 1)
    yield from _verdict(record)
    yield _Heading(("Asked",))
    yield from _asked(plan, facts)
    if record.candidates:
        yield _Heading(("What each registry answered",))
        for number, candidate in enumerate(record.candidates, 1):
            yield from _candidate(number, candidate)
    if truths := mirror_truth(record, facts.mirrors, facts.services):
        yield _Heading(("Mirrors",))
        for one in truths:
            source = (", set in ", _Code(str(one.source))) if one.source else ()
            service = ("; it is ", _Code(one.local)) if one.local else ()
            yield _Item((_Code(one.url), f" {one.use}: ", _Code(one.text), *source, *service))
    yield _Heading((f"What {command_of(plan)} would print",))
    yield _Verbatim(tuple(line.text + ("  (assumed)" if line.assumed else "") for line in record.transcript))
    if any(line.assumed for line in record.transcript):
        yield ("A line marked as assumed rests on the answer of a protocol that regtui does not speak.",)
    if record.ended is not None and record.ended.engine_seconds >= 1:
        yield (f"It would have waited about {record.ended.engine_seconds:.0f} s.",)


def _verdict(record: Resolution) -> Iterator[_Block]:
    ended = record.ended
    if ended is None:
        yield ("The walk was stopped before its end.",)
    elif ended.found is None:
        yield (f"The pull would fail, exit status {ended.exit}: ", _Code(ended.error or ended.outcome))
    else:
        yield from _winner(ended.found)
    for other in record.also:
        which = "the same image" if other.same else "another image"
        yield _Item((_Code(other.found.reference), f" is there too, {which}: ", _Code(other.found.digest)))


def _winner(found: Found) -> Iterator[_Block]:
    via = "the mirror " if found.mirror else ""
    yield ("Found: ", _Code(found.reference), f" from {via}", _Code(found.endpoint))
    yield _Item(("digest ", _Code(found.digest)))
    yield _Item(("type ", _Code(found.media_type)))
    if found.platforms:
        yield _Item(("for ", _Code(", ".join(found.platforms))))
    if found.size:
        yield _Item((f"size {size(found.size)}",))


def _asked(plan: Plan, facts: About) -> Iterator[_Block]:
    parts = plan.parts
    if parts is not None:
        wanted = f"@{parts.digest}" if parts.digest else f":{parts.tag}" if parts.tag else ""
        where = ("on ", _Code(parts.domain)) if parts.domain else ("without a registry's name",)
        yield _Item(("name ", _Code(parts.path + wanted), " ", *where))
    for line in plan.refused:
        yield _Item(("refused: ", _Code(line)))
    yield _Item((f"engine {plan.engine}: ", _Code(facts.engine_reason)))
    if plan.signed:
        yield _Item(("signatures are checked",))
    yield _Item(("configuration of ", _Code(facts.place)))
    yield _Item((f"by regtui {facts.version} at ", _Code(facts.written)))


def _candidate(number: int, record: CandidateRecord) -> Iterator[_Block]:
    candidate = record.candidate
    outcome = record.outcome or candidate.outcome
    reason = record.error or candidate.reason
    told = f" {outcome}" if outcome else " not asked"
    because: _Words = (": ", _Code(reason)) if reason and outcome is not Outcome.FOUND else ()
    yield _Item((_Code(candidate.reference), told, *because), number=number)
    source = (", listed in ", _Code(str(candidate.source))) if candidate.source else ()
    yield _Item((str(candidate.security), *source), 1)
    for endpoint in record.endpoints:
        if endpoint.outcome is not None and endpoint.endpoint.api != "v1":  # of v1 the transcript tells
            yield from _endpoint(endpoint)


def _endpoint(record: EndpointRecord) -> Iterator[_Block]:
    endpoint = record.endpoint
    notes = "".join(
        note
        for note, is_so in (
            (" (mirror)", endpoint.mirror),
            (" (TLS not verified)", not endpoint.verify and endpoint.scheme == "https"),
        )
        if is_so
    )
    error: _Words = (": ", _Code(record.error)) if record.error else ()
    yield _Item((_Code(endpoint.url), f"{notes} {record.outcome}", *error), 1)
    stages = [f"{stage.stage} {'' if stage.ok else 'failed '}{stage.ms:.0f} ms" for stage in record.stages]
    if stages:
        yield _Item((", ".join(stages),), 2)
    for request in record.requests:
        answer = "no answer" if request.status is None else str(request.status)
        yield _Item((_Code(f"{request.method} {request.url}"), f" {answer}, {request.ms:.0f} ms"), 2)
    for note in (record.detail, record.credential, record.withheld):
        if note:
            yield _Item((_Code(note),), 2)
    if endpoint.why is not None:
        yield _Item(("set in ", _Code(str(endpoint.why))), 2)
    if record.engine_seconds >= 1:
        yield _Item((f"costs the engine {record.engine_seconds:.0f} s",), 2)


def _markdown(block: _Block, home: str) -> Iterator[str]:
    match block:
        case _Heading():
            yield from (*(() if block.level == 1 else ("",)), f"{'#' * block.level} {_spans(block.words, home)}", "")
        case _Item():
            yield block.marker + _spans(block.words, home)
        case _Verbatim():
            lines = [redact(line, home) for line in block.lines]
            fence = _fence("\n".join(lines), 3)
            yield from (f"{fence}text", *lines, fence, "")
        case _:
            yield from (_spans(block, home), "")


def _spans(words: _Words, home: str) -> str:
    return "".join(_span(redact(word.text, home)) if isinstance(word, _Code) else word for word in words)


def _span(text: str) -> str:
    """A code span; its fence is longer than any in the text, and no blank at the text's ends is lost."""
    fence = _fence(text, 1)
    blank = " " if not text.strip() or text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{blank}{text}{blank}{fence}"


def _fence(text: str, least: int) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    return "`" * max(least, longest + 1)


def _text(block: _Block, home: str) -> Iterator[str]:
    match block:
        case _Heading():
            words = _plain(block.words, home)
            yield from (
                *(() if block.level == 1 else ("",)),
                words,
                ("=" if block.level == 1 else "-") * len(words),
                "",
            )
        case _Item():
            yield block.marker + _plain(block.words, home)
        case _Verbatim():
            yield from (*(f"    {redact(line, home)}" for line in block.lines), "")
        case _:
            yield from (_plain(block, home), "")


def _plain(words: _Words, home: str) -> str:
    return "".join(redact(word.text, home) if isinstance(word, _Code) else word for word in words)
