"""Findings about podman's files: what it passes over in silence, or does otherwise than it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.lint.wording import error, listed, note, place, shown, warning
from regtui.host.model import Source
from regtui.host.podman.lint_files import file_findings
from regtui.host.podman.lint_refusals import refusal_findings
from regtui.host.podman.lint_registries import registry_findings
from regtui.host.podman.model import RequirementType
from regtui.host.podman.policy import requirements_for
from regtui.host.podman.prefixes import blocking
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.model import Finding
    from regtui.host.podman.model import PodmanConfig, ShortNameMode
    from regtui.host.podman.registries_file import RegistriesFile

FINDINGS_LIMIT = 200
"""Findings; a person reads the first screens."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was read besides the configuration itself.

    `files` are those that took part, in order; `refused_at` where podman's error stands. `not_conf` are files among the
    drop-ins whose names podman does not look at, `passed_over` the host's files that a person's own replace.
    """

    files: tuple[RegistriesFile, ...] = ()
    refused_at: Source | None = None
    not_conf: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()


def findings_of(config: PodmanConfig, evidence: Evidence) -> tuple[Finding, ...]:
    """Return every finding, in the order of the files' rules."""
    found = tuple(dict.fromkeys(_judged(config, evidence)))
    return found[:FINDINGS_LIMIT]


def _judged(config: PodmanConfig, evidence: Evidence) -> Iterator[Finding]:
    yield from refusal_findings(config.refused, config.aliases_refused, evidence.refused_at)
    yield from _unread(config, evidence)
    yield from file_findings(evidence.files)
    if not config.refused:
        yield from registry_findings(config.registries)
        yield from _search(config)
        yield from _aliases(config)
    yield from _policy(config)


def _unread(config: PodmanConfig, evidence: Evidence) -> Iterator[Finding]:
    for path in evidence.not_conf:
        message = f"podman does not read {shown(path)}: the names of drop-ins end in `.conf`"
        yield note("drop-in-unread", message, Source(printable(path)))
    for path in evidence.passed_over:
        message = f"podman does not read {shown(path)}: {shown(config.config_file)} takes its place for this person"
        yield warning("conf-unread", message, Source(printable(path)))


# Names without a registry


def _search(config: PodmanConfig) -> Iterator[Finding]:
    source, names = config.search_source, config.search
    if not names:
        message = "no registry is searched: podman refuses each name without a registry that is no alias"
        yield note("search-empty", message, source)
    seen: set[str] = set()
    for name in names:
        if name in seen:
            message = f"{shown(name)} is in the search list already: podman asks it twice for a name it does not have"
            yield warning("search-twice", message, source)
        seen.add(name)
        registry = blocking(config.registries, f"{name}/name")
        if registry is not None:
            message = f"{shown(name)} is searched, and blocked at {place(registry.blocked_source)}"
            yield warning("search-blocked", message, source)
    if len(seen) > 1:
        yield _ambiguous(config.short_name_mode, tuple(dict.fromkeys(names)), source)


def _ambiguous(mode: ShortNameMode, names: tuple[str, ...], source: Source | None) -> Finding:
    if mode == "enforcing":
        message = (
            "without a terminal podman refuses each name without a registry that is no alias: short-name-mode is "
            f"enforcing, and {len(names)} registries are searched"
        )
        return note("short-name-enforcing", message, source, "write names in full, or give them [aliases]")
    message = (
        f"a name without a registry is whatever the first of {listed(names)} has under it: who takes a free name in "
        "one of them is pulled from"
    )
    if mode == "permissive":
        message += "; with a terminal podman asks instead"
    return warning("short-name-ambiguous", message, source, 'short-name-mode = "enforcing"')


def _aliases(config: PodmanConfig) -> Iterator[Finding]:
    for alias in config.aliases.values():
        recorded = config.recorded_aliases.get(alias.name)
        if recorded is not None and recorded.value not in (None, alias.value):
            message = (
                f"{shown(alias.name)} is {shown(recorded.value or '')} for podman, as somebody once chose "
                f"({recorded.source}), not {shown(alias.value or 'nothing')}"
            )
            yield warning("alias-recorded", message, alias.source, f"remove it from {printable(recorded.file)}")
        registry = blocking(config.registries, alias.value) if alias.value else None
        if registry is not None:
            where = f"which is blocked at {place(registry.blocked_source)}"
            message = f"{shown(alias.name)} stands for {shown(alias.value or '')}, {where}"
            yield warning("alias-blocked", message, alias.source)


# policy.json


def _policy(config: PodmanConfig) -> Iterator[Finding]:
    policy = config.policy
    if policy.error:
        source = Source(printable(policy.file), policy.lines.get(""))
        unread = policy.error.endswith("permission denied")  # what it says is nobody's fault
        fix = "" if unread else '{"default": [{"type": "insecureAcceptAnything"}]}'
        yield error("policy-unusable", f"podman pulls nothing: {policy.error}", source, fix)
        return
    rejected, signed = [], []
    for name in dict.fromkeys(config.search):
        demands = requirements_for(policy, f"{name}/name:latest", f"{name}/name")
        types = {demand.type for demand in demands}
        if RequirementType.REJECT in types:
            rejected.append(name)
        elif types != {RequirementType.ACCEPT}:
            signed.append(name)
    source = Source(printable(policy.file), policy.lines.get("default"), "default")
    if rejected:
        message = f"podman rejects what it finds at {listed(rejected)}, after it has asked for it"
        yield warning("policy-rejects", message, source)
    if signed:
        message = f"podman takes signed images alone from {listed(signed)}; regtui does not verify signatures"
        yield note("policy-signed", message, source)
