"""A resolution told as lines of text while it happens: what `regtui resolve` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui import events
from regtui.beside import NOTHING_BESIDE, Beside
from regtui.engines.commands import command_of
from regtui.mirrors import mirror_truth
from regtui.outcome import Outcome
from regtui.text import one_line, printable, size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.engines.base import Candidate, Endpoint, Found, Plan
    from regtui.outlet import Outlet
    from regtui.report import EndpointRecord, Resolution

_GOOD = {Outcome.FOUND}
_QUIET = {Outcome.SKIPPED, Outcome.BLOCKED}
STAGE_COLUMN = 44
_HERE = {
    "": "not on this host",
    "here": "the tag is on this host, with a digest that is not known",
    "same digest": "the same digest is on this host",
    "older": "an older one is on this host: the tag has another digest there",
}


def tell_plan(plan: Plan, outlet: Outlet) -> None:
    """Print the plan of `--dry-run`: candidates and endpoints in order, with the setting behind each."""
    for number, candidate in enumerate(plan.candidates, 1):
        outlet.line(_heading(number, candidate, outlet))
        if candidate.outcome is not None:
            outlet.line(f"   {outlet.paint('warn', candidate.outcome)}  {printable(candidate.reason)}")
        for endpoint in candidate.endpoints:
            notes = ", ".join(note for note, is_so in _notes(endpoint) if is_so)
            why = outlet.paint("dim", printable(str(endpoint.why))) if endpoint.why else ""
            outlet.line(
                "  ".join(part for part in (f"   {endpoint.api} {printable(endpoint.url)}", notes, why) if part)
            )
    for line in (*plan.preface, *plan.refused):
        outlet.line(printable(line))


def _notes(endpoint: Endpoint) -> tuple[tuple[str, bool], ...]:
    plain = endpoint.scheme == "http"
    return (
        ("mirror", endpoint.mirror),
        ("plain HTTP", plain),
        ("TLS not verified", not endpoint.verify and not plain),
        ("shown only, never sent", endpoint.api == "v1"),
    )


class Narrator:
    """Prints what a resolution's events say, each endpoint once it has ended."""

    def __init__(self, record: Resolution, outlet: Outlet, beside: Beside = NOTHING_BESIDE) -> None:
        """`beside` is what is known of the host itself; its mirrors are told of where the walk did without them too."""
        self._record = record
        self._outlet = outlet
        self.beside = beside
        self._marks = ("✓", "✗", "·") if outlet.unicode else ("+", "x", "-")

    def tell(self, event: events.Event) -> None:
        """Print the lines of an event that the record has already taken in."""
        for line in self._lines(event):
            self._outlet.line(line)

    def _lines(self, event: events.Event) -> Iterator[str]:
        match event:
            case events.CandidateStarted():
                candidate = self._record.candidates[event.candidate].candidate
                here = self.beside.state(candidate.reference, "")
                yield _heading(event.candidate + 1, candidate, self._outlet) + (f"  {self._dim(here)}" if here else "")
            case events.EndpointEnded():
                endpoint = self._record.candidates[event.candidate].endpoints[event.endpoint]
                if endpoint.endpoint.api == "v2":
                    yield from self._endpoint(endpoint, event)
            case events.CandidateEnded() if not self._record.candidates[event.candidate].endpoints:
                yield f"   {self._mark(event.outcome)} {event.outcome}  {one_line(event.error, 500)}"
            case events.AlsoFound():
                yield from self._also(event)
            case events.ResolutionEnded():
                yield from self._end(event)
            case _:
                pass

    def _endpoint(self, record: EndpointRecord, event: events.EndpointEnded) -> Iterator[str]:
        url = printable(record.endpoint.url) + ("  mirror" if record.endpoint.mirror else "")
        spent = sum(stage.ms for stage in record.stages)
        text = event.error or "serves it"
        time = f"  {spent:.0f} ms" if spent else ""
        yield f"   {self._mark(event.outcome)} {url}  {event.outcome}  {one_line(text, 500)}{self._dim(time)}"
        stages = [f"{stage.stage} {'ok' if stage.ok else 'failed'} {stage.ms:.0f} ms" for stage in record.stages]
        if stages and event.outcome not in _QUIET:
            yield self._dim("     " + ", ".join(stages))
        for note in (record.credential, record.withheld, event.detail):
            if note:
                yield self._dim(f"     {printable(note)}")

    def _also(self, event: events.AlsoFound) -> Iterator[str]:
        which = "the same image" if event.same else self._outlet.paint("warn", "another image")
        yield f"   also there, {which}: {event.found.digest}"

    def _end(self, event: events.ResolutionEnded) -> Iterator[str]:
        yield ""
        if event.found is not None:
            yield from self._winner(event.found)
        else:
            yield self._outlet.paint("bad", f"{self._command} would fail: {one_line(event.error, 500)}")
        for mirror in mirror_truth(self._record, self.beside.mirrors, self.beside.local):
            yield self._dim(f"  mirror  {printable(mirror.url)} {mirror.use}: {mirror.text}")
            if mirror.local:
                yield self._dim(f"          {mirror.local}")
        if event.engine_seconds >= 1:
            yield f"{self._command.partition(' ')[0]} itself would have waited about {event.engine_seconds:.0f} s"
        yield ""
        printed = "would print:" if self._record.transcript else "would print its progress alone"
        yield f"{self._command} {printed}"
        for line in self._record.transcript:
            mark = self._dim("  (assumed)") if line.assumed else ""
            yield f"  {printable(line.text.expandtabs(), 2000)}{mark}"

    @property
    def _command(self) -> str:
        return command_of(self._record.plan) if self._record.plan is not None else "the pull"

    def _winner(self, found: Found) -> Iterator[str]:
        via = f"mirror {found.endpoint}" if found.mirror else found.endpoint
        yield f"{self._outlet.paint('good', 'found')}  {self._outlet.paint('strong', printable(found.reference))}"
        yield f"  from    {printable(via)}"
        yield f"  digest  {found.digest}"
        yield f"  type    {printable(found.media_type)}"
        if found.platforms:
            yield f"  for     {', '.join(printable(platform) for platform in found.platforms)}"
        if found.size:
            yield f"  size    {size(found.size)}"
        if self.beside.images is not None:
            name = self._record.candidates[found.candidate].candidate.reference
            yield f"  here    {_HERE[self.beside.state(name, found.digest)]}"

    def _mark(self, outcome: Outcome) -> str:
        good, bad, quiet = self._marks
        if outcome in _GOOD:
            return self._outlet.paint("good", good)
        return self._dim(quiet) if outcome in _QUIET else self._outlet.paint("bad", bad)

    def _dim(self, text: str) -> str:
        return self._outlet.paint("dim", text)


def _heading(number: int, candidate: Candidate, outlet: Outlet) -> str:
    name = outlet.paint("strong", printable(candidate.reference))
    return f"{number}  {name}  {outlet.paint('dim', candidate.security)}"
