"""What a host is configured to do, drawn: settings with their places, registries, logins, proxies, files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.host.model import EngineName, Security
from regtui.host.proxies import masked
from regtui.tui.cells import Line, Role, Span, crop, indent, line_width, pad, span, wrap
from regtui.tui.configuration.drawing import STEP, headed, labelled, place_copies, placed
from regtui.tui.copying import Copyable
from regtui.tui.entries import Entry
from regtui.tui.words import DAEMON

if TYPE_CHECKING:
    from regtui.host.local_mirror import LocalMirror
    from regtui.survey.model import EndpointFacts, Login, RegistryFacts, Stated, Survey
    from regtui.tui.glyphs import Glyphs

_NAMES = 24
"""Cells that names of options and registries take at most where something stands beside them."""


def setting_entries(survey: Survey, width: int, glyphs: Glyphs) -> tuple[Entry, ...]:
    """Return what the configuration says, in the order in which the engine sees it."""
    config = survey.config
    who = DAEMON[config.engine]
    engine = Entry((*wrap(f"{config.engine}: {config.engine_reason}", width),))
    return (
        *headed("Engine", "", [engine], width),
        *headed(f"Settings as {who} sees them", "", _settings(survey, width, glyphs), width),
        *headed("Registries", "", _registries(survey, width, glyphs), width),
        *headed("Logins", _logins_told(survey), _logins(survey.logins, width, glyphs), width),
        *headed(_proxies_title(config.engine), "", _proxies(survey, width, glyphs), width),
        *headed("Files", "", _files(survey, width, glyphs), width),
    )


def _settings(survey: Survey, width: int, glyphs: Glyphs) -> list[Entry]:
    if not survey.settings:
        return [Entry(((Span("nothing is set; the engine's own defaults hold", Role.DIM),),))]
    column = min(_NAMES, max(len(one.option) for one in survey.settings)) + 2
    return [_setting(one, column, width, glyphs) for one in survey.settings]


def _setting(one: Stated, column: int, width: int, glyphs: Glyphs) -> Entry:
    mark = Span("  ") if one.counts else Span(f"{glyphs.none} ", Role.WARN)
    name: Line = (mark, span(one.option, Role.STRONG if one.counts else Role.DIM))
    name = pad(name, column + 2) if line_width(name) < column + 2 else (*name, Span("  "))
    role = Role.TEXT if one.counts else Role.DIM
    told = wrap(one.value, max(20, width - line_width(name)), role)
    if len(told) == 1:
        lines = list(placed((*name, *told[0]), one.source, width, glyphs, step=4))
    else:
        lines = [name, *indent(wrap(one.value, max(10, width - 4), role), 4)]
        lines += indent(wrap(str(one.source), max(10, width - 4), Role.ACCENT), 4)
    if one.fate:
        arrow = Span(f"{glyphs.branch} ", Role.DIM)
        fate = wrap(one.fate, max(10, width - 6), Role.DIM if one.counts else Role.WARN)
        lines += indent(((arrow, *fate[0]), *indent(fate[1:], 2)), 4)
    copies = (Copyable("value", one.value), Copyable("setting", f"{one.option} {one.value}"))
    return Entry(tuple(lines), (*copies, *place_copies(one.source)))


def _registries(survey: Survey, width: int, glyphs: Glyphs) -> list[Entry]:
    if not survey.registries:
        return [Entry(((Span("none is named", Role.DIM),),))]
    local = {one.mirror.value.rstrip("/"): one for one in survey.local}
    column = min(_NAMES, max(len(one.name) for one in survey.registries)) + 2
    return [_registry(one, local, column, width, glyphs) for one in survey.registries]


def _registry(one: RegistryFacts, local: dict[str, LocalMirror], column: int, width: int, glyphs: Glyphs) -> Entry:
    word = _security(one)
    name = span(one.name, Role.STRONG if one.security is not None else Role.DIM)
    head: Line = (name, Span("  "), word) if name.width > column - 2 else (*pad((name,), column), word)
    reason = span(one.reason, Role.DIM)
    inner = max(10, width - STEP)
    lines: list[Line] = []
    if line_width(head) + 2 + reason.width <= width:
        lines.append((*head, Span("  "), reason))
    else:
        lines += [crop(head, width, glyphs.ellipsis), *indent(wrap(one.reason, inner, Role.DIM), STEP)]
    if one.reason_source is not None:
        lines += indent(labelled("set at", str(one.reason_source), inner, Role.ACCENT), STEP)
    if one.origin != "blocked":
        stands = f"{one.origin}: {one.source}" if one.source is not None else one.origin
        lines += indent(labelled("named", stands, inner, Role.TEXT), STEP)
    elif one.source is not None:
        lines += indent(labelled("blocked at", str(one.source), inner, Role.ACCENT), STEP)
    if one.trouble:
        lines += indent(wrap(f"{glyphs.bad} {one.trouble}", inner, Role.BAD), STEP)
    for endpoint in one.endpoints:
        lines += indent(_endpoint(endpoint, local, inner), STEP)
    return Entry(tuple(lines), (Copyable("name", one.name), *place_copies(one.source)))


def _security(one: RegistryFacts) -> Span:
    match one.security:
        case Security.SECURE:
            return Span("secure", Role.OK)
        case Security.INSECURE:
            return Span("insecure", Role.WARN)
        case Security.UNKNOWN:
            return Span("unknown", Role.DIM)
        case None:
            return Span("blocked", Role.BAD)


def _endpoint(one: EndpointFacts, local: dict[str, LocalMirror], width: int) -> tuple[Line, ...]:
    lines = [
        *labelled("mirror" if one.mirror else "asked at", one.url, width, Role.ACCENT if one.mirror else Role.TEXT)
    ]
    inside: list[Line] = []
    inner = max(10, width - STEP)
    if one.mirror and (told := local.get(one.url)):
        inside += wrap(told.what, inner, Role.OK)
        inside += wrap(str(told.cache.source), inner, Role.ACCENT)
        inside += wrap(told.reaches, inner, Role.DIM) if told.reaches else ()
    inside += wrap(one.tls, inner, Role.DIM)
    inside += labelled("certs.d", one.certificates, inner)
    inside += labelled("login", one.login, inner)
    return (*lines, *indent(tuple(inside), STEP))


def _logins_told(survey: Survey) -> str:
    return f"read from {', '.join(survey.stored)}" if survey.stored else ""


def _logins(logins: tuple[Login, ...], width: int, glyphs: Glyphs) -> list[Entry]:
    if not logins:
        return [Entry(((Span("none is stored: every pull is anonymous", Role.DIM),),))]
    entries = []
    for one in logins:
        head: Line = (span(one.server, Role.STRONG), Span("  "), span(one.words))
        lines = placed(head, one.source, width, glyphs)
        entries.append(Entry(tuple(crop(line, width, glyphs.ellipsis) for line in lines), place_copies(one.source)))
    return entries


def _proxies_title(engine: EngineName) -> str:
    if engine in (EngineName.RHEL_DOCKER, EngineName.MOBY):
        return "Proxies of the daemon, not of your shell"
    return "Proxies of podman, as your shell sets them" if engine is EngineName.PODMAN else "Proxies of containerd"


def _proxies(survey: Survey, width: int, glyphs: Glyphs) -> list[Entry]:
    proxies = survey.config.proxies
    named = (("HTTP_PROXY", proxies.http), ("HTTPS_PROXY", proxies.https), ("NO_PROXY", proxies.no_proxy))
    if not any(value for _name, value in named):
        return [Entry(((Span("none: every registry is asked directly", Role.DIM),),))]
    lines: list[Line] = []
    for name, value in named:
        if value:
            told = wrap(masked(value), max(10, width - 13))
            lines += [(Span(f"{name:<13}", Role.DIM), *told[0]), *indent(told[1:], 13)]
    if proxies.source is not None:
        lines += wrap(str(proxies.source), width, Role.ACCENT)
    entries = [Entry(tuple(lines), place_copies(proxies.source))]
    routes = dict.fromkeys((one.url, one.route) for registry in survey.registries for one in registry.endpoints)
    for url, way in routes:
        sign = Span(f"{glyphs.arrow} ", Role.DIM)
        head = (sign, span(url))
        both = (*head, Span("  "), span(way, Role.DIM))
        below = indent(wrap(way, max(10, width - STEP), Role.DIM), STEP)
        entries.append(Entry((both,) if line_width(both) <= width else (crop(head, width, glyphs.ellipsis), *below)))
    return entries


def _files(survey: Survey, width: int, glyphs: Glyphs) -> list[Entry]:
    entries = []
    for file in survey.config.files:
        known = {"read": Role.OK, "missing": Role.DIM}
        role = known.get(file.state, Role.WARN)
        state = file.state if file.state in known else "trouble"
        head: Line = (Span(f"{state:<9}", role), span(file.path))
        lines: tuple[Line, ...] = (crop(head, width, glyphs.ellipsis),)
        if state == "trouble":
            lines = (*lines, *indent(wrap(file.state, max(10, width - 9), Role.WARN), 9))
        entries.append(Entry(lines, (Copyable("file", span(file.path).text),)))
    return entries
