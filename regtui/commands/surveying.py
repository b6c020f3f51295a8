"""A survey of the host that the options name: its files, what names resolve to, and its daemon."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from regtui.commands.host import LOOKUP_SECONDS, read_host
from regtui.commands.live import consult
from regtui.host.gonet import host_of
from regtui.host.lint.evidence import NOBODY_ASKED
from regtui.host.security import mirror_host, names_to_look_up
from regtui.lookups import look_up_names
from regtui.survey.reading import take

if TYPE_CHECKING:
    from regtui.commands.live import Consulted
    from regtui.host.lint.evidence import Answers
    from regtui.host.model import HostConfig
    from regtui.options import Options
    from regtui.registry.network import Resolver
    from regtui.survey import Survey


async def survey_host(
    options: Options,
    root: str,
    resolver: Resolver,
    consulted: Consulted | None = None,
    answers: Answers = NOBODY_ASKED,
) -> Survey:
    """Look at the host, `root` in place of the options' for the demo; what blocks runs in threads.

    `consulted` is what is known already of its configuration and its daemon, for the first look; `answers` are
    those of its mirrors.
    """
    if consulted is None:
        config = await asyncio.to_thread(read_host, options, root)
        consulted = await asyncio.to_thread(consult, config, options, thorough=True)
    config = consulted.config
    addresses = await look_up_names(names_of(config), resolver, LOOKUP_SECONDS)
    docker_config = "" if options.demo or options.there else os.environ.get("DOCKER_CONFIG", "")
    given = bool(options.configs)
    there = options.there
    files = None if there is None else there.files

    def look() -> Survey:
        return take(
            config,
            files=files,
            given=given,
            docker_config=docker_config,
            home="/root" if there is None else there.home,
            addresses=addresses,
            answers=answers,
        )

    survey = await asyncio.to_thread(look if there is None else partial(there.settle, look))
    words = consulted.trouble or consulted.words
    failed = bool(consulted.trouble)
    return replace(survey, daemon=consulted.daemon, process=consulted.process, daemon_words=words, daemon_failed=failed)


def names_of(config: HostConfig) -> tuple[str, ...]:
    """Return the names whose addresses tell something: how far TLS is trusted, and which mirror is this very host."""
    mirrors = (host_of(mirror_host(one.value)) for one in config.mirrors)
    return tuple(dict.fromkeys((*names_to_look_up(config), *(name for name in mirrors if name))))
