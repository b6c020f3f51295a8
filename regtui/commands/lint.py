"""`regtui lint`: what is wrong or surprising in the host's configuration, where, and what to write instead."""

from __future__ import annotations

import json
import os
import sys
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from regtui.commands.host import read_host, tell_others
from regtui.commands.live import consult
from regtui.host.files import HostFiles
from regtui.host.lint import findings, gather, read_auth_faults, read_credentials
from regtui.host.lint.evidence import NOBODY_ASKED
from regtui.host.model import Severity
from regtui.options import USAGE_ERROR
from regtui.outlet import Outlet
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.host.credentials import CredentialFile
    from regtui.host.files import FileSource
    from regtui.host.lint.evidence import Answers
    from regtui.host.model import Finding, HostConfig
    from regtui.options import Options

SCHEMA = "regtui.lint/1"
_STYLES = {Severity.ERROR: "bad", Severity.WARNING: "warn", Severity.NOTE: "dim"}


def run(options: Options) -> int:
    """Print the findings; 2 where the daemon would not start, 1 where something is worse than a note, else 0."""
    if options.every_engine:
        return _every_engine(options)
    if options.demo:
        from regtui.demo.host import demo_root

        with demo_root() as root:
            config, found = _read(options, root)
    else:
        config, found = _read(options, options.root)
    status = exit_status(config, found)
    if options.json:
        sys.stdout.write(json.dumps(document(config, found, status), indent=2, allow_nan=False) + "\n")
    else:
        tell(config, found, Outlet(color=options.color))
        tell_others(config, options)
    return status


def exit_status(config: HostConfig, found: tuple[Finding, ...]) -> int:
    """Return the status of a lint: what dockerd or regtui refuses, or how grave the findings are."""
    unusable = any(one.severity is Severity.ERROR and one.code.startswith("config-") for one in found)
    if config.refusal is not None or unusable:
        return USAGE_ERROR
    return 1 if any(one.severity is not Severity.NOTE for one in found) else 0


def tell(config: HostConfig, found: tuple[Finding, ...], outlet: Outlet) -> None:
    """Print each finding: severity, place and code, the sentence, the line to paste; then how many there are."""
    for one in found:
        place = f"  {printable(str(one.source))}" if one.source is not None else ""
        severity = outlet.paint(_STYLES[one.severity], f"{one.severity:7}")
        outlet.line(f"{severity}  {outlet.paint('strong', one.code)}{place}")
        outlet.line(f"   {one.message}")
        if one.fix:
            outlet.line(f"   fix: {outlet.paint('accent', one.fix)}")
    counts = [f"{number} {severity}{'s' if number > 1 else ''}" for severity, number in _counts(found) if number]
    outlet.line(f"{config.engine}: {', '.join(counts) or 'nothing to report'}")


def document(config: HostConfig, found: tuple[Finding, ...], status: int) -> dict[str, Any]:
    """Return the findings as `--json` prints them."""
    return {
        "schema": SCHEMA,
        "engine": str(config.engine),
        "findings": [
            {
                "code": one.code,
                "severity": str(one.severity),
                "message": one.message,
                "source": None
                if one.source is None
                else {"file": printable(one.source.file), "line": one.source.line, "name": printable(one.source.name)},
                "fix": one.fix,
            }
            for one in found
        ],
        "counts": {str(severity): number for severity, number in _counts(found)},
        "refusal": None if config.refusal is None else config.refusal.message,
        "exit": status,
    }


def _counts(found: tuple[Finding, ...]) -> list[tuple[Severity, int]]:
    return [(severity, sum(one.severity is severity for one in found)) for severity in Severity]


def _every_engine(options: Options) -> int:
    """Print the findings about each engine of the host; the status is that of the gravest."""
    from regtui.commands.engines import every_host

    with ExitStack() as stack:
        root = options.root
        if options.demo:
            from regtui.demo.host import demo_root

            root = stack.enter_context(demo_root())
        told = []
        for _label, config in every_host(options, root):
            found = findings_of(config, options, root)
            told.append((config, found, exit_status(config, found)))
    status = max(one for _config, _found, one in told)
    if options.json:
        body = {"schema": SCHEMA, "engines": [document(*one) for one in told], "exit": status}
        sys.stdout.write(json.dumps(body, indent=2, allow_nan=False) + "\n")
    else:
        for config, found, _status in told:
            tell(config, found, Outlet(color=options.color))
    return status


def _read(options: Options, root: str) -> tuple[HostConfig, tuple[Finding, ...]]:
    """Return the configuration by the daemon that runs, where it can be asked, and every finding."""
    consulted = consult(read_host(options, root=root), options)
    if consulted.trouble and not options.json:
        Outlet(sys.stderr, color=options.color).line(f"{consulted.trouble}; the files alone are judged")
    return consulted.config, findings_of(consulted.config, options, root)


def findings_of(config: HostConfig, options: Options, root: str) -> tuple[Finding, ...]:
    """Return every finding about a configuration that was read already; `root` is where its files lie."""
    answers = _ask(config, options) if options.ask else NOBODY_ASKED
    if options.there is not None:
        return options.there.settle(lambda: _found(config, options, root, answers))
    return _found(config, options, root, answers)


def _ask(config: HostConfig, options: Options) -> Answers:
    """Ask the mirrors what no file tells. One that gives no answer is told on the side: it may be up tomorrow."""
    import asyncio

    from regtui.commands.sessions import session_of

    async def asked() -> Answers:
        try:
            return await session.ask_mirrors()
        finally:
            await session.aclose()

    with session_of(options, config, options.host or options.root) as session:
        answers = asyncio.run(asked())
    if not options.json:
        outlet = Outlet(sys.stderr, color=options.color)
        for sentence in answers.silent:
            outlet.line(sentence)
    return answers


def _found(config: HostConfig, options: Options, root: str, answers: Answers) -> tuple[Finding, ...]:
    there = options.there
    files = HostFiles(root) if there is None else there.files
    home = "/root" if there is None else there.home
    stored = _credentials(files, root if there is None else there.root, home)
    evidence = gather(files, config, now=datetime.now(UTC), credentials=stored, given=bool(options.configs))
    faults = read_auth_faults(files, config)
    evidence = replace(evidence, auth_faults=faults, plain_http=answers.plain_http, untrusted=answers.untrusted)
    return findings(config, evidence)


def _credentials(files: FileSource, root: str, home: str) -> CredentialFile | None:
    """Return the logins of the user who asks; below another root, those of `home`."""
    if root != "/":
        return read_credentials(files, f"{home}/.docker/config.json")
    folder = os.environ.get("DOCKER_CONFIG") or f"{os.environ.get('HOME') or '/root'}/.docker"
    return read_credentials(files, f"{folder}/config.json")
