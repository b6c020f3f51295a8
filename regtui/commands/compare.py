"""`regtui compare HOST...`: registries, order, flags and findings of many hosts, equal ones folded, odd ones first."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from regtui.commands.host import look_up, read_host
from regtui.commands.lint import findings_of
from regtui.commands.live import consult
from regtui.fleet.asking import ask_all
from regtui.fleet.groups import grouped
from regtui.fleet.telling import document, exit_status, tell
from regtui.fleet.view import NOT_ASKED, View, view_of
from regtui.host.files import FILE_LIMIT, FileText, HostFiles
from regtui.host.info import info_document
from regtui.options import UsageError
from regtui.outlet import Outlet
from regtui.report import Resolution
from regtui.report import document as walk_document
from regtui.ssh.command import is_host
from regtui.ssh.errors import SshError
from regtui.ssh.host import far_host
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.host.model import HostConfig
    from regtui.options import Options

RECORDING_LIMIT = 4 * FILE_LIMIT


def run(options: Options) -> int:
    """Compare, print, and return 0 where all are alike, 1 where they differ, 2 where none could be read."""
    for word in options.words:
        if not is_file(word) and not is_host(word):
            raise UsageError(f"{printable(word, 100)} is neither [USER@]HOST nor a file of regtui info --json")
    if options.screen:
        from regtui.tui.fleet import run_fleet

        look = partial(look_at, options=options)
        return run_fleet(partial(ask_all, options.words, look), len(options.words), color=options.color)
    groups = grouped(_views(options))
    if options.json:
        sys.stdout.write(json.dumps(document(groups, options.name), indent=2, allow_nan=False) + "\n")
    else:
        tell(groups, Outlet(color=options.color))
    return exit_status(groups)


def is_file(word: str) -> bool:
    """Tell whether a word is a recording: by its name, or because such a file is there."""
    return word.endswith(".json") or "/" in word.removeprefix("ssh://") or Path(word).is_file()


def _views(options: Options) -> list[View]:
    views: dict[int, View] = {}
    progress = sys.stderr.isatty() and not options.json
    for number, view in ask_all(options.words, partial(look_at, options=options)):
        views[number] = view
        if progress:
            sys.stderr.write(f"\r{len(views)} of {len(options.words)} hosts\r")
            sys.stderr.flush()
    if progress:
        sys.stderr.write("\r\x1b[K")
    return [views[number] for number in sorted(views)]


def look_at(word: str, options: Options) -> View:
    """Return one host's view, or a recording's; what goes wrong is part of it."""
    if is_file(word):
        return _recorded(word, options)
    try:
        with far_host(word, sudo=options.sudo, logins=options.remote_credentials, batch=True, echo=_say_nothing) as far:
            return _there(word, replace(options, there=far, host=word))
    except SshError as error:
        return View(printable(word, 200), error=str(error))


def _recorded(word: str, options: Options) -> View:
    host = Path(word).name.removesuffix(".json")
    found = HostFiles("/").read(str(Path(word).absolute()), RECORDING_LIMIT)
    if not isinstance(found, FileText):
        return View(printable(host, 200), error=found.message)
    try:
        body = json.loads(found.data)
    except (ValueError, RecursionError):
        return View(printable(host, 200), error=f"{printable(word, 200)} is no JSON")
    return view_of(host, body, served=(NOT_ASKED,) if options.name else ())


def _there(word: str, options: Options) -> View:
    from regtui.commands.network import make_resolver

    config = consult(read_host(options), options).config
    addresses = asyncio.run(look_up(config, make_resolver(options)))
    served = asyncio.run(_served(config, options)) if options.name and config.refusal is None else ()
    return view_of(word, info_document(config, addresses, findings_of(config, options, options.root)), served)


async def _served(config: HostConfig, options: Options) -> tuple[str, ...]:
    """Return what came of the name on this host: each candidate's outcome, and who serves it."""
    from regtui.commands.sessions import session_of

    record = Resolution()
    with session_of(options, config, options.host) as session:
        try:
            async for event in session.resolve(options.name):
                record.fold(event)
        finally:
            await session.aclose()
    return tuple(_outcomes(record))


def _outcomes(record: Resolution) -> list[str]:
    body = walk_document(record)
    lines = [f"{one['reference']} {one['outcome']}" for one in body["candidates"]]
    found = body["found"]
    if found:
        return [*lines, f"served by {found['endpoint']} {found['digest'][:19]}"]
    return [*lines, "served by nobody"]


def _say_nothing(_line: str) -> None:
    """Leave out what ssh says: many hosts would speak at once, and the last line is in the row."""
