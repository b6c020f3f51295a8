"""Findings about a host's configuration: what docker does silently, with the line at fault and the line to paste."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.host.lint.advice import Pen
from regtui.host.lint.blocking import blocking_findings
from regtui.host.lint.caches import cache_findings
from regtui.host.lint.certificates import certificate_findings
from regtui.host.lint.evidence import NOTHING, Command, Evidence
from regtui.host.lint.gather import gather, read_auth_faults, read_credentials
from regtui.host.lint.insecure import insecure_findings
from regtui.host.lint.logins import login_findings
from regtui.host.lint.mirrors import mirror_findings
from regtui.host.lint.names import name_findings
from regtui.host.lint.proxied import proxied_findings
from regtui.host.lint.refusals import refusal_findings
from regtui.host.lint.variables import conf_findings, explained, reading_findings, variable_findings
from regtui.host.lint.wording import note
from regtui.host.model import EngineName, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.model import Finding, HostConfig

__all__ = ["FINDINGS_LIMIT", "Command", "Evidence", "findings", "gather", "read_auth_faults", "read_credentials"]

FINDINGS_LIMIT = 500  # of one host; a person reads the first screens
_RANKS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def findings(config: HostConfig, evidence: Evidence = NOTHING) -> tuple[Finding, ...]:
    """Return every finding about a host, errors first, then by file and line; equal ones once.

    The findings of reading the files (`HostConfig.findings`) are among them. Pure: what is not in `evidence` is not
    judged.
    """
    pen = Pen(config, evidence.texts)
    found = tuple(_judged(config, evidence, pen))
    read = reading_findings(config, pen, explained(found, config, evidence))
    every = dict.fromkeys((*read, *found))
    return tuple(sorted(every, key=_order)[:FINDINGS_LIMIT])


def _judged(config: HostConfig, evidence: Evidence, pen: Pen) -> Iterator[Finding]:
    if config.engine in (EngineName.RHEL_DOCKER, EngineName.MOBY):  # the other engines' own findings tell theirs
        yield from refusal_findings(config, evidence.texts, pen)
    yield from variable_findings(config, evidence)
    yield from conf_findings(config, evidence)
    yield from name_findings(config, pen)
    yield from blocking_findings(config, pen)
    yield from insecure_findings(config, evidence, pen)
    yield from mirror_findings(config, evidence, pen)
    yield from cache_findings(config, evidence, pen)
    yield from _signatures(config, pen)
    yield from certificate_findings(config, evidence, pen)
    yield from login_findings(config, evidence)
    yield from proxied_findings(config, evidence)


def _signatures(config: HostConfig, pen: Pen) -> Iterator[Finding]:
    """Yield that signatures are checked, which RHEL's Docker does unless it is told otherwise (pull_v2.go:100-109)."""
    if config.engine is not EngineName.RHEL_DOCKER or not config.signature_verification or config.refusal is not None:
        return
    source = next((one.source for one in config.settings if one.option == "signature-verification"), None)
    message = "signatures are checked: docker asks the registry itself for the digest of a tag before it pulls"
    if config.mirrors:
        message += ", docker.io too, so its mirrors do not help where docker.io cannot be reached"
    yield note("signature-verification", message, source, pen.switched("signature-verification", "false"))


def _order(finding: Finding) -> tuple[int, str, int]:
    source = finding.source
    return _RANKS[finding.severity], source.file if source else "", (source.line or 0) if source else 0
