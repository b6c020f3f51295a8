"""What is wrong with a host, drawn: the engine's refusal, the daemon that runs beside the files, the findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.daemon import arguments_beside, side_by_side
from regtui.engines.commands import halted
from regtui.host.model import EngineName, Severity
from regtui.tui.cells import Line, Role, Span, indent, span, wrap
from regtui.tui.configuration.drawing import STEP, headed, labelled, place_copies, placed
from regtui.tui.copying import Copyable
from regtui.tui.entries import Entry
from regtui.tui.words import count

if TYPE_CHECKING:
    from regtui.daemon import Compared
    from regtui.host.model import Finding
    from regtui.survey.model import Survey
    from regtui.tui.glyphs import Glyphs

_ROLES = {Severity.ERROR: Role.BAD, Severity.WARNING: Role.WARN, Severity.NOTE: Role.DIM}
_DOCKERS = (EngineName.RHEL_DOCKER, EngineName.MOBY)


def verdict_entries(survey: Survey, width: int, glyphs: Glyphs) -> tuple[Entry, ...]:
    """Return what a person looks for first: refusal, daemon, findings with the worst first."""
    refusal, findings = _refusal(survey, width, glyphs), _findings(survey.findings, width, glyphs)
    is_known = survey.daemon is not None or survey.process is not None or survey.daemon_failed
    told = _daemon(survey, width, glyphs) if is_known or survey.config.engine in _DOCKERS else []
    daemon = headed("The daemon that runs", "", told, width)
    is_news = survey.daemon_failed or any(one.differs for one in _compared(survey))
    return (*refusal, *daemon, *findings) if is_news else (*refusal, *findings, *daemon)


def _refusal(survey: Survey, width: int, glyphs: Glyphs) -> list[Entry]:
    refusal = survey.config.refusal
    if refusal is None:
        return []
    head: Line = (Span(f"{glyphs.bad} ", Role.BAD), span(halted(survey.config.engine), Role.BAD))
    lines = list(placed(head, refusal.source, width, glyphs))
    for text in refusal.message.split("\n"):
        lines += indent(wrap(text, max(10, width - STEP), Role.BAD), STEP)
    copies = (Copyable("own words", span(refusal.message).text), *place_copies(refusal.source))
    return headed("Refused", "", [Entry(tuple(lines), copies)], width)


def _daemon(survey: Survey, width: int, glyphs: Glyphs) -> list[Entry]:
    """Say who runs, or why that is not known; then each list that it has beside that of the files."""
    entries = [Entry(_who_runs(survey, width))]
    config, compared, place = survey.config, _compared(survey), ""
    if survey.daemon is not None:
        place = survey.daemon.socket
    elif survey.process is not None:
        place = f"/proc/{survey.process.pid}/cmdline"
    if not compared or config.refusal is not None:
        return entries
    same = [one.what for one in compared if not one.differs]
    entries += [_differing(one, place, width, glyphs) for one in compared if one.differs]
    if same:
        sign = Span(f"{glyphs.ok} ", Role.OK)
        told = wrap(f"as the files say: {', '.join(same)}", max(10, width - STEP), Role.DIM)
        entries.append(Entry(((sign, *told[0]), *indent(told[1:], STEP))))
    return entries


def _compared(survey: Survey) -> tuple[Compared, ...]:
    config = survey.config
    if config.engine not in _DOCKERS:
        return ()
    if survey.daemon is not None:
        return side_by_side(config, survey.daemon) if survey.daemon.engine is config.engine else ()
    return arguments_beside(config, survey.process) if survey.process is not None else ()


def _who_runs(survey: Survey, width: int) -> tuple[Line, ...]:
    lines: list[Line] = []
    if survey.daemon is not None:
        own = f"{survey.daemon.engine} {survey.daemon.version or 'of an unknown version'}"
        lines += wrap(f"{own}, asked at {survey.daemon.socket}", width)
    if survey.daemon_words:
        lines += wrap(survey.daemon_words, width, Role.WARN if survey.daemon_failed else Role.DIM)
    if survey.daemon_failed and survey.process is None:
        lines += wrap("what stands here is by the files; whether the daemon goes by them is not known", width, Role.DIM)
    if survey.daemon is None and survey.process is not None:
        process = survey.process
        lines += wrap(f"{process.program} runs as process {process.pid}; its command line tells its lists", width)
    return tuple(lines) or wrap("it was not asked", width, Role.DIM)


def _differing(one: Compared, place: str, width: int, glyphs: Glyphs) -> Entry:
    sign = (Span(f"{glyphs.warn} ", Role.WARN), span(f"{one.what} differ", Role.WARN))
    runs, files = (", ".join(names) or "none" for names in (one.runs, one.files))
    inner = max(10, width - STEP)
    lines = (sign, *indent((*labelled("runs with", runs, inner), *labelled("files say", files, inner)), STEP))
    copies = (
        Copyable("fix", "systemctl restart docker"),
        Copyable("what runs", runs),
        Copyable("what files say", files),
    )
    return Entry(lines, (*copies, Copyable("place", place)) if place else copies)


def _findings(findings: tuple[Finding, ...], width: int, glyphs: Glyphs) -> list[Entry]:
    counts = {severity: sum(one.severity is severity for one in findings) for severity in Severity}
    told = ", ".join(count(number, severity.value) for severity, number in counts.items() if number)
    if not findings:
        line = (Span(f"{glyphs.ok} ", Role.OK), Span("nothing to report", Role.OK))
        return headed("Findings", "", [Entry((line,))], width)
    entries = [_finding(one, width, glyphs) for severity in Severity for one in findings if one.severity is severity]
    return headed("Findings", told, entries, width, _ROLES[next(s for s in Severity if counts[s])])


def _finding(one: Finding, width: int, glyphs: Glyphs) -> Entry:
    role = _ROLES[one.severity]
    sign = {Severity.ERROR: glyphs.bad, Severity.WARNING: glyphs.warn, Severity.NOTE: glyphs.dot}[one.severity]
    head: Line = (Span(f"{sign} ", role), span(one.code, Role.TEXT if one.severity is Severity.NOTE else role))
    inner = max(10, width - STEP)
    lines = [*placed(head, one.source, width, glyphs), *indent(wrap(one.message, inner), STEP)]
    if one.fix:
        fix = wrap(one.fix, max(10, inner - 5), Role.OK)
        lines += indent(((Span("fix  ", Role.DIM), *fix[0]), *indent(fix[1:], 5)), STEP)
    copies = [Copyable("fix", span(one.fix).text if len(one.fix) < 500 else one.fix)] if one.fix else []
    return Entry(tuple(lines), (*copies, Copyable("sentence", one.message), *place_copies(one.source)))
