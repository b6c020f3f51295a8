"""`regtui completion SHELL`: the script of a shell; `... names|registries WORD`: what the scripts ask for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from regtui.completion.names import names_for, registries_for
from regtui.completion.scripts import script
from regtui.completion.words import Kind, Shell
from regtui.options import UsageError
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.host.model import HostConfig
    from regtui.options import Options
    from regtui.usage import Usage


def run(options: Options, usage: Usage) -> int:
    """Print the script, or the names that begin with a word, one a line."""
    wanted, *rest = options.words
    word = next(iter(rest), "")
    if wanted in (Kind.NAME, Kind.REGISTRY):
        answers = registries_for(word, _host(options)) if wanted == Kind.REGISTRY else _names(options, word)
        sys.stdout.writelines(f"{answer}\n" for answer in answers)
        return 0
    if wanted not in tuple(Shell) or rest:
        raise UsageError(
            f"completion is there for {', '.join(Shell)}, not for {printable(' '.join(options.words), 60)}"
        )
    sys.stdout.write(script(Shell(wanted), usage))
    return 0


def _host(options: Options) -> HostConfig:
    from regtui.host.discover import load

    if not options.demo:
        return load(options.root, options.configs, options.engine)
    from regtui.demo.host import demo_root

    with demo_root() as root:
        return load(root, options.configs, options.engine)


def _names(options: Options, word: str) -> list[str]:
    if options.demo or not options.cache or "/" not in word:
        return names_for(word, _host(options), None)
    from regtui.cache import Cache

    return names_for(word, _host(options), Cache.open())
