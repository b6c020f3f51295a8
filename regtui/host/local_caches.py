"""The pull-through caches that this host's own units start, in a container or as a program."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.docker_run import Published, parse_run
from regtui.host.environment import Assignment
from regtui.host.environment_files import load_environment_files
from regtui.host.exec_words import replace_variables, specifiers, split_words
from regtui.host.files import FileText
from regtui.host.gonet import split_host_port
from regtui.host.local_mirror import Here, LocalCache, this_host
from regtui.host.model import Setting, Source
from regtui.host.registry_yaml import scalars
from regtui.host.shell_words import shell_commands
from regtui.host.unit import UNIT_DIRECTORIES, dialect_of, find_unit, read_entries
from regtui.text import printable, strip_userinfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from regtui.host.docker_run import Run
    from regtui.host.files import FileSource
    from regtui.host.unit import UnitEntries, UnitFiles
    from regtui.host.unit_file import Dialect

UNITS_LIMIT = 300  # that are opened; a host has some dozens of its own
UNIT_SIZE = 64 << 10  # bytes; a unit has some thousand
_KNOWN = ("docker-distribution.service", "docker-registry.service", "local-registry.service", "registry.service")
_MENTIONS = re.compile(rb"registry|distribution", re.IGNORECASE)
_SHELL = re.compile(r"(ba|da|k)?sh")
_SERVER = re.compile(r"(docker-)?(registry|distribution)")
_PREFIXES = "-@:+!|"
_IN_CONTAINER = ("/etc/docker/registry/config.yml", "/etc/distribution/config.yml")
_DEFAULT_PORT = 5000  # of the registry's image


def caches_here(files: FileSource) -> tuple[tuple[LocalCache, ...], Here]:
    """Return the caches of the host whose files these are, and by what the host is known; without caches by nothing."""
    caches = local_caches(files)
    return caches, this_host(files) if caches else Here(frozenset(), frozenset())


def local_caches(files: FileSource) -> tuple[LocalCache, ...]:
    """Return the caches that units in /etc/systemd/system, or of the registry's own packages, start. Never raises."""
    own = [name for name in files.list(UNIT_DIRECTORIES[0]) if name.endswith(".service")][:UNITS_LIMIT]
    found = []
    for name in dict.fromkeys((*own, *_KNOWN)):
        text = next((t for path in UNIT_DIRECTORIES if isinstance(t := files.read(f"{path}/{name}"), FileText)), None)
        if text is None or len(text.data) > UNIT_SIZE or not _MENTIONS.search(text.data):
            continue
        unit = find_unit(files, name)
        if unit is not None and not unit.masked:
            found += _of_unit(files, unit)
    return tuple(found)


def _of_unit(files: FileSource, unit: UnitFiles) -> list[LocalCache]:
    dialect = dialect_of(files, unit)
    entries = read_entries(files, unit, dialect)
    environment = _environment(files, unit, entries, dialect)
    found = []
    for entry in entries.in_force("ExecStart"):
        words = [specifiers(word, unit.name) for word in split_words(entry.value, dialect).words]
        if not words:
            continue
        line = replace_variables(tuple(words[1:]), environment, entry.source, dialect)
        command = (Setting("", words[0].lstrip(_PREFIXES), entry.source), *line.settings)
        for one in _commands(command, environment):
            cache = _cache(files, unit, one, environment)
            if cache is not None:
                found.append(cache)
    return found


def _environment(files: FileSource, unit: UnitFiles, entries: UnitEntries, dialect: Dialect) -> dict[str, Assignment]:
    found: dict[str, Assignment] = {}
    for entry in entries.in_force("Environment"):
        for word in split_words(specifiers(entry.value, unit.name), dialect).words:
            name, equals, value = word.partition("=")
            if equals:
                found[name] = Assignment(name, value, entry.source)
    for file in load_environment_files(files, entries, unit.name, dialect, {}).files:
        found.update(file.variables)
    return found


def _commands(command: Sequence[Setting], environment: dict[str, Assignment]) -> Iterator[Sequence[Setting]]:
    """Yield the command, or those of the script where it is a shell's."""
    if not _SHELL.fullmatch(command[0].value.rpartition("/")[2]):
        yield command
        return
    values = [word.value for word in command]
    for script in command[values.index("-c") + 1 :][:1] if "-c" in values else ():
        for words in shell_commands(script.value, environment, script.source)[0]:
            yield words[1:] if words[0].value == "exec" and len(words) > 1 else words


@dataclass(frozen=True, slots=True)
class _Settings:
    """The registry's settings by the names of their variables, from its file and then from its environment."""

    values: dict[str, Setting]

    def text(self, name: str) -> str:
        return self.values[name].value if name in self.values else ""


def _cache(
    files: FileSource, unit: UnitFiles, command: Sequence[Setting], environment: dict[str, Assignment]
) -> LocalCache | None:
    program, words = command[0].value, command[1:]
    run = parse_run(program, words)
    if run is not None:
        settings = _of_container(files, run, environment)
        inside = _listening(settings.text("REGISTRY_HTTP_ADDR"))
        ports = tuple(port for port in run.ports if port.container == inside.port)
        ports = (inside,) if run.on_host else ports
    elif _SERVER.fullmatch(program.rpartition("/")[2]) and "serve" in (values := [word.value for word in words]):
        file = next(iter(values[values.index("serve") + 1 :]), "")
        own = {name: Setting("", one.value, one.source) for name, one in environment.items()}
        settings = _Settings(_of_file(files, file) | own)
        ports = (_listening(settings.text("REGISTRY_HTTP_ADDR")),)
    else:
        return None
    upstream = settings.values.get("REGISTRY_PROXY_REMOTEURL")
    if upstream is None or not upstream.value or not ports:
        return None
    return LocalCache(
        printable(unit.name, 100),
        upstream.source,
        _clean(upstream.value).rstrip("/"),
        ports,
        tls=bool(settings.text("REGISTRY_HTTP_TLS_CERTIFICATE")),
        http_proxy=_clean(settings.text("HTTP_PROXY") or settings.text("http_proxy")),
        https_proxy=_clean(settings.text("HTTPS_PROXY") or settings.text("https_proxy")),
    )


def _of_container(files: FileSource, run: Run, environment: dict[str, Assignment]) -> _Settings:
    """Return what a container's registry is set to: its mounted file, then --env-file, then -e."""
    found: dict[str, Setting] = {}
    inside = {path for path in (*_IN_CONTAINER, *run.arguments) if path.startswith("/")}
    for volume in run.volumes:
        outside, _, target = volume.partition(":")
        path = target.partition(":")[0]
        for file in sorted(inside):
            if file == path or file.startswith(path.rstrip("/") + "/"):
                found |= _of_file(files, outside.rstrip("/") + file.removeprefix(path.rstrip("/")))
    for path in run.env_files:
        text = files.read(path, UNIT_SIZE)
        lines = text.data.decode("utf-8", "replace").splitlines() if isinstance(text, FileText) else []
        for number, line in enumerate(lines, 1):
            name, equals, value = line.lstrip().partition("=")
            if equals and not name.startswith("#"):
                found[name] = Setting("", value, Source(printable(path), number, printable(name, 60)))
    for one in run.environment:
        name, equals, value = one.value.partition("=")
        if equals:
            found[name] = Setting("", value, one.source)
        elif name in environment:
            found[name] = Setting("", environment[name].value, environment[name].source)
    return _Settings(found)


def _of_file(files: FileSource, path: str) -> dict[str, Setting]:
    """Return a registry's own file under the names that its environment has for the same settings."""
    text = files.read(path, UNIT_SIZE) if path.startswith("/") else None
    if not isinstance(text, FileText):
        return {}
    return {
        f"REGISTRY_{key.replace('.', '_').upper()}": Setting("", value, Source(printable(path), line, key))
        for key, (value, line) in scalars(text.data).items()
        if key.startswith(("proxy.", "http."))
    }


def _listening(address: str) -> Published:
    """Return where the registry itself listens: `:5000`, `127.0.0.1:5000`."""
    host, port = split_host_port(address) or ("", "")
    number = int(port) if port.isascii() and port.isdigit() and len(port) < 6 else _DEFAULT_PORT
    return Published(host, number, number)


def _clean(text: str) -> str:
    return printable(strip_userinfo(text), 200)
