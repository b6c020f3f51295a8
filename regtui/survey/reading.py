"""The look itself: reads what stands beside a configuration, within bounds and without a packet."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from regtui.host.files import HostFiles
from regtui.host.lint import findings, gather, read_auth_faults, read_credentials
from regtui.host.lint.certificates import CERTS
from regtui.host.lint.evidence import NOBODY_ASKED
from regtui.host.local_mirror import local_mirrors
from regtui.host.model import EngineName
from regtui.stores import store_for
from regtui.survey.logins import files_of, places, stored_logins
from regtui.survey.model import Survey
from regtui.survey.registries import Around, registry_facts
from regtui.survey.settings import stated

if TYPE_CHECKING:
    from regtui.engines.base import Addresses
    from regtui.host.credentials import CredentialFile
    from regtui.host.files import FileSource
    from regtui.host.lint.evidence import Answers
    from regtui.host.model import HostConfig

FOLDERS = 100
"""Folders of certificates whose registries are told of."""


def take(
    config: HostConfig,
    *,
    files: FileSource | None = None,
    given: bool = False,
    docker_config: str = "",
    home: str = "/root",
    addresses: Addresses | None = None,
    answers: Answers = NOBODY_ASKED,
    now: datetime | None = None,
) -> Survey:
    """Return the survey of a host, without its daemon; never raises for what the files hold.

    `given` says that the configuration is of files named with `--config`; `docker_config` is what DOCKER_CONFIG says
    where it counts, `home` whose logins count of another host, `addresses` what is known of names, `answers` what its
    mirrors said.
    """
    files = files or HostFiles(config.root)
    known = addresses or {}
    path = credentials_path(config.root, docker_config, home)
    credentials = read_credentials(files, path)
    evidence = gather(files, config, now=now or datetime.now(UTC), credentials=credentials, given=given)
    evidence = replace(
        evidence,
        auth_faults=read_auth_faults(files, config),
        addresses=known,
        plain_http=answers.plain_http,
        untrusted=answers.untrusted,
    )
    is_docker = config.engine in (EngineName.RHEL_DOCKER, EngineName.MOBY)
    around = Around(
        store_for(files, config, docker_config=docker_config, home=home),
        known,
        files.list(CERTS)[:FOLDERS] if is_docker else (),
        credentials if is_docker else None,
    )
    return Survey(
        config,
        findings(config, evidence),
        stated(config, evidence.command.used if evidence.command else frozenset()),
        registry_facts(config, around),
        stored_logins(config, _read(files, config, path)),
        places(config, path),
        local_mirrors(config, evidence.caches, evidence.here, known),
    )


def _read(files: FileSource, config: HostConfig, path: str) -> tuple[CredentialFile, ...]:
    read = (read_credentials(files, one) for one in files_of(config, path))
    return tuple(one for one in read if one is not None)


def credentials_path(root: str, docker_config: str = "", home: str = "/root") -> str:
    """Return where docker's logins lie: those of the user who asks; below another root, those of its user of `home`."""
    if root != "/":
        return f"{home}/.docker/config.json"
    return f"{docker_config or (os.environ.get('HOME') or '/root') + '/.docker'}/config.json"
