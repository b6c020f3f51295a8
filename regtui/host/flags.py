"""dockerd's command line, read as its own flag parser reads it: words in, values with sources or its refusal out.

The parser is pflag as Docker vendored it (spf13/pflag/flag.go): a flag takes the next word whatever it looks like,
booleans take theirs only after `=`, positional words may stand between flags and are refused once all is parsed.
"""

from __future__ import annotations

import dataclasses
from dataclasses import field
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.flag_values import BadValueError, stored_value
from regtui.host.flags_known import FORK, MOBY_DEFAULT, Kind, KnownFlag, Version, known_flags
from regtui.host.model import EngineName, Refusal, Setting, Source
from regtui.host.refusal import SEE_HELP, refuse
from regtui.text import go_quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DEFAULT_CONFIG_FILE = "/etc/docker/daemon.json"


@dataclass(frozen=True, slots=True)
class GivenFlag:
    """A flag that was really given. A list's values are in argv order; of any other flag the last word counts."""

    flag: KnownFlag
    values: tuple[Setting, ...]

    @property
    def last(self) -> Setting:
        """The value that counts where the flag is no list."""
        return self.values[-1]

    @property
    def text(self) -> str:
        """What the flag's value prints as (pflag's Value.String), as in dockerd's message about conflicts."""
        words = [setting.value for setting in self.values]
        match self.flag.kind:
            case Kind.LIST:
                return f"[{' '.join(words)}]"
            case Kind.MAP:
                pairs = dict(word.partition("=")[::2] for word in words)
                return f"map[{' '.join(f'{key}:{pairs[key]}' for key in sorted(pairs))}]"
            case Kind.RUNTIME:
                return f"[{' '.join(word.partition('=')[0] for word in words)}]"
            case Kind.ULIMIT:
                return f"[{' '.join({word.partition('=')[0]: word for word in words}.values())}]"
            case _:
                return words[-1]


@dataclass(frozen=True, slots=True)
class ParsedFlags:
    """The flags by name, in argv order of their first use, and the refusal where dockerd would not start."""

    given: Mapping[str, GivenFlag] = field(default_factory=dict)
    refusal: Refusal | None = None


def engine_version(engine: EngineName, version: Version | None) -> Version:
    """Return the version whose rules hold: the fork has one, moby's is taken for 20.10 where it is not known."""
    if engine is EngineName.RHEL_DOCKER:
        return FORK
    return MOBY_DEFAULT if version is None else version


def parse_arguments(engine: EngineName, arguments: tuple[Setting, ...], version: Version | None = None) -> ParsedFlags:
    """Read the words after `dockerd`. With a refusal, what could still be read is there, after the culprit too.

    The source of a value is that of its word; the source of a refusal is the culprit's.
    """
    parser = _Parser(known_flags(engine), engine_version(engine, version), list(arguments))
    parser.run()
    given = {name: GivenFlag(parser.flags[name], tuple(values)) for name, values in parser.values.items()}
    return ParsedFlags(given, parser.refusal or _after_parsing(given, parser.stray, parser.version))


def config_file(arguments: tuple[Setting, ...]) -> tuple[str | None, bool]:
    """Return the path of daemon.json, None where it is switched off, and whether `--config-file` names it."""
    flags = known_flags(EngineName.MOBY) | known_flags(EngineName.RHEL_DOCKER)
    parser = _Parser(flags, MOBY_DEFAULT, list(arguments))
    parser.run()
    named = parser.values.get("config-file")
    if not named:
        return DEFAULT_CONFIG_FILE, False
    return named[-1].value or None, True


def _after_parsing(given: Mapping[str, GivenFlag], stray: list[Setting], version: Version) -> Refusal | None:
    """Return why dockerd ends without serving although its flags parse (cobra's order: help, arguments, version)."""
    shown = given.get("help")
    if shown is not None and shown.last.value == "true":
        return refuse("(usage text only: --help)", shown.last.source)
    if stray:
        text = (
            "(usage text only: stray positional argument)"
            if version == FORK
            else '"dockerd" accepts no argument(s).' + SEE_HELP + "\n\nUsage:  dockerd [OPTIONS]\n\n"
            "A self-sufficient runtime for containers."
        )
        return refuse(text, stray[0].source)
    shown = given.get("version")
    if shown is not None and shown.last.value == "true":
        return refuse("(version only: --version)", shown.last.source)
    return None


@dataclasses.dataclass(slots=True, eq=False, repr=False)
class _Parser:
    """The state of one run over argv."""

    flags: Mapping[str, KnownFlag]
    version: Version
    words: list[Setting]
    position: int = 0
    values: dict[str, list[Setting]] = field(default_factory=dict)
    stray: list[Setting] = field(default_factory=list)
    runtimes: set[str] = field(default_factory=set)
    refusal: Refusal | None = None

    def run(self) -> None:
        """Read all words (pflag's parseArgs); after the first refusal it goes on, for what can still be read."""
        for word in self.remaining():
            text = word.value
            if len(text) < 2 or text[0] != "-":
                self.stray.append(word)
            elif text == "--":
                self.stray.extend(self.remaining())
            elif text.startswith("--"):
                self.long(word)
            else:
                self.short(word)

    def remaining(self) -> Iterator[Setting]:
        """Take the words that are left, one by one."""
        while (word := self.take()) is not None:
            yield word

    def take(self) -> Setting | None:
        """Take the next word, None at the end."""
        if self.position >= len(self.words):
            return None
        self.position += 1
        return self.words[self.position - 1]

    def long(self, word: Setting) -> None:
        """Read `--name`, `--name=value`, or `--name` and the next word (pflag's parseLongArg)."""
        text = word.value
        if text[2] in "-=":
            self.refuse(f"bad flag syntax: {text}", word.source)
            return
        name, equals, value = text[2:].partition("=")
        flag = self.flags.get(name)
        if flag is None:
            self.refuse(f"unknown flag: --{name}", word.source)
        elif equals:
            self.store(flag, value, word.source, text)
        elif flag.kind is Kind.BOOL:
            self.store(flag, "true", word.source, text)
        elif (following := self.take()) is not None:
            self.store(flag, following.value, following.source, text)
        else:
            self.refuse(f"flag needs an argument: {text}", word.source)

    def short(self, word: Setting) -> None:
        """Read a bundle such as `-Dl warn` or `-Hfd://` (pflag's parseSingleShortArg)."""
        shorthands = {flag.shorthand: flag for flag in self.flags.values() if flag.shorthand}
        letters = word.value[1:]
        while letters:
            flag = shorthands.get(letters[0])
            if flag is None:
                self.refuse(f"unknown shorthand flag: {_go_byte(letters)} in -{letters}", word.source)
                return
            if len(letters) > 2 and letters[1] == "=":
                self.store(flag, letters[2:], word.source, letters)
                return
            if flag.kind is Kind.BOOL:
                self.store(flag, "true", word.source, letters)
                letters = letters[1:]
                continue
            if len(letters) > 1:
                self.store(flag, letters[1:], word.source, letters)
            elif (following := self.take()) is not None:
                self.store(flag, following.value, following.source, letters)
            else:
                self.refuse(f"flag needs an argument: {_go_byte(letters)} in -{letters}", word.source)
            return

    def store(self, flag: KnownFlag, text: str, source: Source, origin: str) -> None:
        """Validate and keep a value; `origin` is the word as 1.13.1 names it in its message."""
        try:
            value = stored_value(flag, text, self.version, self.runtimes)
        except BadValueError as error:
            place = origin if self.version == FORK else f"{go_quote(_both_names(flag))} flag"
            self.refuse(f"invalid argument {go_quote(text)} for {place}: {error}", source)
            return
        self.values.setdefault(flag.name, []).append(Setting(flag.name, value, source))
        if flag.kind is Kind.RUNTIME:
            self.runtimes.add(value.partition("=")[0])

    def refuse(self, text: str, source: Source) -> None:
        """Keep the first refusal; dockerd stops there."""
        if self.refusal is None:
            self.refusal = refuse(text + SEE_HELP, source)


def _both_names(flag: KnownFlag) -> str:
    return f"-{flag.shorthand}, --{flag.name}" if flag.shorthand else f"--{flag.name}"


def _go_byte(text: str) -> str:
    """Return the first byte of the text as `%q` prints a byte: 'a'."""
    raw_byte = "\udc80" <= text[0] <= "\udcff"
    character = chr(text[0].encode("utf-8", "surrogateescape" if raw_byte else "replace")[0])
    return "'\\''" if character == "'" else "'" + go_quote(character)[1:-1].replace('\\"', '"') + "'"
