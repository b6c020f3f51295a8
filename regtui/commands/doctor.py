"""`regtui doctor`: versions, terminal, files and daemon, redacted: what to send with a bug report."""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib import metadata
from typing import TYPE_CHECKING

from regtui import __version__
from regtui.commands.host import read_host
from regtui.outlet import Outlet
from regtui.redaction import own_home, redact, redact_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from regtui.host.model import HostConfig
    from regtui.options import Options

SCHEMA = "regtui.doctor/1"
_LIBRARIES = ("textual", "rich", "httpx", "httpcore", "h11", "anyio", "platformdirs", "tomli-w")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY")
_LOCALE = ("LC_ALL", "LC_CTYPE", "LANG")


def run(options: Options) -> int:
    """Print what is found; nothing of it is a fault of the command, so the status is 0."""
    config = _config(options)
    home = own_home()
    report = {
        "schema": SCHEMA,
        "versions": versions(),
        "terminal": terminal(os.environ),
        "host": _host(config),
        "daemon": _daemon(options),
        "settings": _settings(options),
    }
    shown = redact_data(report, home)
    if options.json:
        sys.stdout.write(json.dumps(shown, indent=2, allow_nan=False) + "\n")
        return 0
    outlet = Outlet(color=options.color)
    assert isinstance(shown, dict)
    for title, part in shown.items():
        if title != "schema":
            outlet.line(outlet.paint("strong", str(title)))
            for line in _lines(part):
                outlet.line(f"  {redact(line, home)}")
    return 0


def versions() -> dict[str, str]:
    """Return the versions of regtui, of what it runs on, and of the libraries that it stands on."""
    import ssl

    found = {
        "regtui": __version__,
        "python": platform.python_version(),
        "openssl": ssl.OPENSSL_VERSION,
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
    }
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def terminal(environ: Mapping[str, str]) -> dict[str, object]:
    """Return what the terminal can do, by its environment and the system; of what names a person only that it is there.

    `size` is columns and rows, None where there is no terminal; `colors` the terminfo's number, None where unknown.
    """
    return {
        "TERM": environ.get("TERM", ""),
        "COLORTERM": environ.get("COLORTERM", ""),
        "NO_COLOR": "NO_COLOR" in environ,
        "colors": _colors(environ.get("TERM", "")),
        "size": _size(),
        "encoding": sys.stdout.encoding or "none",
        "locale": next((f"{name}={environ[name]}" for name in _LOCALE if environ.get(name)), "none"),
        "is a terminal": {
            name: stream is not None and not stream.closed and stream.isatty()
            for name, stream in (("stdin", sys.stdin), ("stdout", sys.stdout), ("stderr", sys.stderr))
        },
        "ssh": bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY")),
        "multiplexer": "tmux" if environ.get("TMUX") else "screen" if environ.get("STY") else "none",
        "proxy variables": sorted(name for name in environ if name.upper() in _PROXIES),
    }


def _colors(term: str) -> int | None:
    """Return how many colors the terminal has by terminfo, None where its entry is missing.

    curses reads one entry a process: a second call answers for the first terminal.
    """
    try:
        import curses
    except ImportError:  # Python can be built without it
        return None
    try:
        curses.setupterm(term or "unknown", 1)
        number = curses.tigetnum("colors")
    except (curses.error, ValueError):
        return None
    return number if number > 0 else None


def _size() -> str | None:
    for stream in (sys.__stdout__, sys.__stderr__, sys.__stdin__):
        try:
            size = os.get_terminal_size(stream.fileno()) if stream is not None else None
        except (OSError, ValueError):
            continue
        if size is not None:
            return f"{size.columns}x{size.lines}"
    return None


def _config(options: Options) -> HostConfig:
    if not options.demo:
        return read_host(options)
    from regtui.demo.host import demo_root

    with demo_root() as root:
        return read_host(options, root=root)


def _host(config: HostConfig) -> dict[str, object]:
    return {
        "engine": f"{config.engine}: {config.engine_reason}",
        "engines here": [f"{one.label}: {one.reason}" for one in config.engines],
        "registries": len(config.registries),
        "mirrors": len(config.mirrors),
        "refused": "" if config.refusal is None else config.refusal.message,
        "findings": len(config.findings),
        "files": [f"{file.path}: {file.state}" for file in config.files],
    }


def _daemon(options: Options) -> dict[str, object]:
    """Return what the daemon says, or why it was not asked."""
    import asyncio

    from regtui.daemon import SOCKET, DaemonError, ask_daemon, socket_of

    if options.demo or options.root != "/":
        return {"state": "not asked: only the daemon of this very host is"}
    there = options.there
    try:
        socket = SOCKET if there is not None else socket_of(os.environ)
        live = asyncio.run(ask_daemon(socket) if there is None else there.daemon())
    except DaemonError as error:
        return {"state": str(error)}
    return {
        "state": "answers",
        "socket": socket,
        "engine": live.engine.value,
        "version": live.version,
        "registries": [f"{one.name} ({'secure' if one.secure else 'insecure'})" for one in live.registries],
        "mirrors": list(live.mirrors),
        "images": live.images_trouble or len(live.images),
    }


def _settings(options: Options) -> dict[str, object]:
    """Return where the settings are read from, what counts of them in this terminal, and what is wrong with them."""
    from regtui.settings import load_settings, settings_path
    from regtui.tui.terminal import in_force

    path = settings_path()
    loaded = load_settings(path)
    environ = os.environ if options.color else {**os.environ, "NO_COLOR": "1"}
    return {"file": str(path), "in force": in_force(loaded, environ), "problems": list(loaded.problems)}


def _lines(part: object) -> Iterator[str]:
    """Yield a part as lines, what it holds below its name."""
    assert isinstance(part, dict)
    for name, value in part.items():
        match value:
            case dict():
                yield f"{name}:"
                yield from (f"  {line}" for line in _lines(value))
            case list():
                yield f"{name}:{'' if value else ' none'}"
                yield from (f"  {one}" for one in value)
            case bool():
                yield f"{name}: {'yes' if value else 'no'}"
            case None:
                yield f"{name}: unknown"
            case _:
                yield f"{name}: {value if value != '' else 'none'}"
