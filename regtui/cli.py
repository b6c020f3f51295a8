"""Arguments -> a command; imports neither textual nor httpx until a command needs them."""

from __future__ import annotations

import argparse
import importlib
import sys
from functools import partial
from typing import TYPE_CHECKING

from regtui import __version__
from regtui.garbage import collect_from_now
from regtui.host.model import ContainerdClient, EngineName
from regtui.options import USAGE_ERROR, Options, Parser, UsageError, platform_named, realm_pair
from regtui.text import mask_login, printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from regtui.usage import Usage

COMMANDS = {
    "info": "the registry lines that `docker info` prints on this host",
    "resolve": "who is asked for a name, what each answers, who serves it",
    "catalog": "the repositories of a registry, one a line, or those with a prefix",
    "tags": "the tags of a repository, one a line",
    "inspect": "an image in detail: digest, platforms, configuration, layers, what refers to it",
    "lint": "what is wrong or surprising in the host's configuration, and the line to write instead",
    "compare": "many hosts side by side: registries, order, flags, findings",
    "replay": "a walk that `regtui resolve NAME --record FILE` has kept, as it happened",
    "doctor": "versions, terminal, files and daemon: what to send with a bug report",
    "completion": "what makes bash, zsh or fish complete commands, options, registries and names",
    "manual": "the manual page: regtui manual | man -l -",
}
"""Command -> what it tells; the module of the same name in `regtui.commands` runs it."""

HELP_WIDTH = 78
"""Columns of `--help`; argparse would load archive libraries only to ask for the terminal's width, at every start."""

_DESCRIPTION = "Which registry serves an image on this host, and which line of which file made it so."


def run(arguments: list[str]) -> int:
    """Parse the arguments, run the command, return the exit status."""
    try:
        options = parse(arguments)
        if options is None:
            return 0
        module = importlib.import_module(f"regtui.commands.{options.command}")
        if options.command in ("completion", "manual"):  # what tells of the command line itself
            from regtui.usage import usage_of

            tell: Callable[[Options, Usage], int] = module.run
            return tell(options, usage_of(build_parser(), COMMANDS))
        command: Callable[[Options], int] = module.run
        if options.command != "tui":  # which has more to load
            collect_from_now()
        if options.host:
            from regtui.commands.far import run_there

            return run_there(command, options)
        return command(options)
    except UsageError as error:
        sys.stderr.write(f"regtui: {error}\nTry 'regtui --help'.\n")
        return USAGE_ERROR


def parse(arguments: list[str]) -> Options | None:
    """Return the options, or None where help or the version was asked for and printed."""
    parser = build_parser()
    parsed = parser.parse_intermixed_args(arguments)
    if parsed.help:
        from regtui.helping import help_for

        command = parsed.words[0] if parsed.words and parsed.words[0] in COMMANDS else ""
        sys.stdout.write(help_for(parser, COMMANDS, command))
        return None
    if parsed.version:
        sys.stdout.write(f"regtui {__version__}\n")
        return None
    words = list(parsed.words)
    command = words.pop(0) if words and words[0] in COMMANDS else "tui"
    _check(command, words, parsed)
    if command in _NAMING:
        words = [mask_login(word) for word in words]
    if command in _BROWSING:
        words = [word.removeprefix("docker://") for word in words]  # as skopeo has it
    return Options(
        command=command,
        words=tuple(words),
        configs=tuple(parsed.config),
        root=parsed.root,
        engine=_ENGINES[parsed.engine],
        client=_CLIENTS.get(parsed.engine),
        every_engine=parsed.engine == "all",
        tty=parsed.tty,
        host=parsed.host,
        sudo=parsed.sudo,
        remote_credentials=parsed.remote_credentials,
        name=mask_login(parsed.name) if parsed.name else parsed.name,
        screen=parsed.screen,
        timeout=parsed.timeout,
        json=parsed.json,
        color=not parsed.no_color,
        cache=not parsed.no_cache,
        resolve=tuple(parsed.resolve),
        connect_to=tuple(parsed.connect_to),
        allowed_realms=frozenset(realm_pair(text) for text in parsed.allow_auth_realm),
        strict=parsed.strict,
        ask=parsed.ask,
        push=parsed.push,
        ask_all=parsed.all,
        dry_run=parsed.dry_run,
        record=parsed.record,
        report=parsed.report,
        demo=parsed.demo,
        long=parsed.long,
        sort=parsed.sort,
        platform=platform_named(parsed.platform) if parsed.platform else None,
        raw=parsed.raw,
    )


_CLIENTS = {
    "ctr": ContainerdClient.CTR,
    "nerdctl": ContainerdClient.NERDCTL,
    "kubelet": ContainerdClient.CRI,
}
_ENGINES: dict[str, EngineName | None] = {
    "auto": None,
    **{engine.value: engine for engine in EngineName},
    **dict.fromkeys(_CLIENTS, EngineName.CONTAINERD),
    "all": None,
}
"""What `--engine` takes -> the engine, None where the host decides."""

_MOST_WORDS = {
    "catalog": 2,
    "tags": 1,
    "inspect": 2,
    "info": 0,
    "resolve": 1,
    "lint": 0,
    "compare": 1000,
    "replay": 1,
    "doctor": 0,
    "completion": 2,
    "manual": 0,
    "tui": 1,
}
_NAMING = frozenset({"catalog", "tags", "inspect", "resolve", "tui"})
"""Commands whose words are names of images and registries: what follows them never sees a password in one."""
_BROWSING = frozenset({"catalog", "tags", "inspect"})
_ELSEWHERE = {
    **dict.fromkeys(("ls", "list-tags", "tag", "list"), "tags"),
    **dict.fromkeys(("manifest", "config", "digest", "image", "discover"), "inspect"),
    **dict.fromkeys(("repo", "repositories", "search"), "catalog"),
    "pull": "resolve",
}
"""Words of crane, skopeo, regctl, oras and docker -> the command that tells the same here."""
_EXAMPLES = {
    "catalog": "quay.io",
    "tags": "quay.io/coreos/etcd",
    "inspect": "quay.io/coreos/etcd:latest",
    "compare": "root@node1 root@node2",
    "completion": "bash",
}
"""Commands that need a name -> one that shows what it looks like."""


def _check(command: str, words: list[str], parsed: argparse.Namespace) -> None:
    wanted = _MOST_WORDS[command]
    if command == "tui" and len(words) > wanted:
        meant = _ELSEWHERE.get(words[0], "")
        hint = f"; what you mean may be: regtui {meant}" if meant else ""
        raise UsageError(f"{printable(words[0], 100)} is no command, and a name is one word{hint}")
    if len(words) > wanted:
        raise UsageError(f"{command} takes {wanted or 'no'} name{'s' if wanted > 1 else ''}, not {len(words)}")
    if command == "resolve" and not words:
        raise UsageError("resolve takes the name of an image, for example: regtui resolve etcd")
    if command == "replay" and not words:
        raise UsageError("replay takes a file that was written with: regtui resolve NAME --record FILE")
    if command in _EXAMPLES and not words:
        raise UsageError(f"{command} takes a name, for example: regtui {command} {_EXAMPLES[command]}")
    if (parsed.long or parsed.sort) and command != "tags":
        raise UsageError(f"--{'long' if parsed.long else 'sort'} belongs to tags")
    if (parsed.platform or parsed.raw) and command != "inspect":
        raise UsageError(f"--{'platform' if parsed.platform else 'raw'} belongs to inspect")
    if (parsed.platform or parsed.raw) and len(words) > 1:
        raise UsageError(f"--{'raw' if parsed.raw else 'platform'} shows one image: name one")
    if parsed.raw and parsed.json:
        raise UsageError("--raw and --json both say what is printed: take one of them")
    for option in ("strict", "all", "dry_run", "push", "record", "ask"):
        if getattr(parsed, option) and command != (owner := "lint" if option == "ask" else "resolve"):
            raise UsageError(f"--{option.replace('_', '-')} belongs to {owner}")
    if parsed.report and command not in ("resolve", "replay"):
        raise UsageError("--report belongs to resolve and replay")
    if parsed.dry_run and (parsed.record or parsed.report):
        raise UsageError("--record and --report tell of a walk, and --dry-run makes none")
    if parsed.json and parsed.report and not parsed.record:
        raise UsageError("--json and --report both say what is printed: take one of them")
    if parsed.json and command == "tui":
        raise UsageError("--json belongs to a command, for example: regtui resolve NAME --json")
    if parsed.engine == "all":
        _check_all(command, parsed)
    _check_host(command, parsed)
    if parsed.timeout is not None and not 0 < parsed.timeout <= 3600:
        raise UsageError("--timeout takes seconds, more than 0 and at most 3600")


def _check_all(command: str, parsed: argparse.Namespace) -> None:
    if command not in ("resolve", "info", "lint"):
        raise UsageError("--engine all belongs to resolve, info and lint")
    for option in ("push", "record", "report"):
        if getattr(parsed, option):
            raise UsageError(f"--{option} tells of one engine: name it with --engine")


_WITHOUT_HOST = frozenset({"replay", "completion", "manual"})


def _check_host(command: str, parsed: argparse.Namespace) -> None:
    for option in ("sudo", "remote_credentials"):
        if getattr(parsed, option) and not parsed.host and command != "compare":
            raise UsageError(f"--{option.replace('_', '-')} belongs to --host and to compare")
    if command == "compare":
        _check_compare(parsed)
    elif parsed.name or parsed.screen:
        raise UsageError(f"--{'name' if parsed.name else 'screen'} belongs to compare")
    if not parsed.host:
        return
    from regtui.ssh.command import is_host

    if not is_host(parsed.host):
        raise UsageError(f"--host takes [USER@]HOST as ssh does, not {printable(parsed.host, 100)}")
    if command in _WITHOUT_HOST:
        raise UsageError(f"{command} asks no host: it takes no --host")
    if parsed.demo or parsed.root != "/" or parsed.config:
        other = "--demo" if parsed.demo else "--root" if parsed.root != "/" else "--config"
        raise UsageError(f"--host and {other} both say whose files are read: take one of them")


def _check_compare(parsed: argparse.Namespace) -> None:
    if parsed.host:
        raise UsageError("compare takes its hosts as words: regtui compare HOST...")
    if parsed.demo or parsed.root != "/" or parsed.config or parsed.engine == "all":
        raise UsageError("compare reads whole hosts: it takes no --demo, --root, --config or --engine all")
    if parsed.json and parsed.screen:
        raise UsageError("--json and --screen both say how hosts are shown: take one of them")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser; the man page and the completions are made from it."""
    parser = Parser(
        prog="regtui",
        usage="regtui [COMMAND] [NAME] [OPTIONS]",
        description=_DESCRIPTION,
        formatter_class=partial(argparse.RawDescriptionHelpFormatter, width=HELP_WIDTH),
        allow_abbrev=False,
        add_help=False,
        epilog="Exit status: 0 found or fine, 1 the pull would fail, 2 arguments or configuration are refused, "
        "70 a fault of regtui's own, 74 the output cannot be written, 128+N ended by signal N.",
    )
    parser.add_argument("words", nargs="*", metavar="NAME", help="a command and what it takes, or an image name")
    _add_host_options(parser)
    _add_network_options(parser)
    resolving = parser.add_argument_group("resolve")
    resolving.add_argument("--strict", action="store_true", help="exactly the engine's requests, nothing ahead of time")
    resolving.add_argument("--all", action="store_true", help="ask the registries behind the winner too")
    resolving.add_argument("--push", action="store_true", help="where a push of the name would go, and what it needs")
    resolving.add_argument("--dry-run", action="store_true", help="the plan alone, without a packet")
    resolving.add_argument("--record", default="", metavar="FILE", help="keep the walk; .md and .txt: as a report")
    resolving.add_argument(
        "--report", default="", choices=("markdown", "text"), help="a report for a ticket, printed or to FILE"
    )
    judging = parser.add_argument_group("lint")
    judging.add_argument("--ask", action="store_true", help="ask the https mirrors too, for /v2/: TLS, certificate")
    comparing = parser.add_argument_group("compare")
    comparing.add_argument("--name", default="", metavar="NAME", help="resolve this image from every host too")
    comparing.add_argument("--screen", action="store_true", help="a table in the terminal, to look into each group")
    listing = parser.add_argument_group("tags")
    listing.add_argument("--long", action="store_true", help="with digest, date, size and platforms; signatures folded")
    orders = ("semver", "name", "date", "size")
    listing.add_argument("--sort", default="", choices=orders, help="newest version first, by name, newest, largest")
    inspecting = parser.add_argument_group("inspect")
    inspecting.add_argument(
        "--platform",
        default="",
        metavar="OS/ARCH",
        help="of an index the image for linux/arm64 (default: this host's)",
    )
    inspecting.add_argument("--raw", action="store_true", help="the manifest alone, byte for byte as it was sent")
    output = parser.add_argument_group("output")
    output.add_argument("--json", action="store_true", help="one JSON document")
    output.add_argument("--no-color", action="store_true", help="plain text (also: NO_COLOR)")
    output.add_argument("-h", "--help", action="store_true", help="print this and leave")
    output.add_argument("-V", "--version", action="store_true", help="print the version and leave")
    return parser


_HOST_HELP = "another host's files, DNS and network, over ssh; nothing is installed or written there"


def _add_host_options(parser: argparse.ArgumentParser) -> None:
    host = parser.add_argument_group("host")
    host.add_argument("--config", action="append", default=[], metavar="FILE", help="only this file (repeatable)")
    host.add_argument("--root", default="/", metavar="DIR", help="read the host's files below DIR")
    host.add_argument(
        "--engine",
        default="auto",
        choices=list(_ENGINES),
        help="whose rules apply (default: auto); ctr, nerdctl and kubelet are containerd's clients, all: side by side",
    )
    host.add_argument(
        "--tty", action="store_true", help="podman on a terminal, where it asks which registry a short name means"
    )
    host.add_argument("--host", default="", metavar="[USER@]HOST", help=_HOST_HELP)
    sudo = "with --host: read its files with sudo, where that asks for no password"
    host.add_argument("--sudo", action="store_true", help=sudo)
    host.add_argument(
        "--remote-credentials",
        action="store_true",
        help="with --host: use its docker logins, in memory only; without it "
        "nobody's are used: those of this machine never go there",
    )
    host.add_argument("--demo", action="store_true", help="an embedded world of registries in place of the host")


def _add_network_options(parser: argparse.ArgumentParser) -> None:
    network = parser.add_argument_group("network")
    network.add_argument("--timeout", type=float, metavar="S", help="seconds for one request in all (default: 30)")
    network.add_argument(
        "--resolve", action="append", default=[], metavar="HOST:PORT:ADDRESS", help="what DNS answers for a name"
    )
    network.add_argument(
        "--connect-to",
        action="append",
        default=[],
        metavar="HOST:PORT:ADDRESS:PORT",
        help="where the socket for a name goes",
    )
    network.add_argument(
        "--allow-auth-realm",
        action="append",
        default=[],
        metavar="REGISTRY=HOST",
        help="let the credentials of REGISTRY go to the token service on HOST",
    )
    network.add_argument("--no-cache", action="store_true", help="neither read nor write the cache")
