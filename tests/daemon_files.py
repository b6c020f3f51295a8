"""A dockerd that is configured by one daemon.json, and the beginnings of its messages about the file."""

from __future__ import annotations

from regtui.host.configure import configure
from regtui.host.daemon_json import DaemonJson
from regtui.host.model import EngineName, HostConfig, Setting, Source

PATH = "/etc/docker/daemon.json"
FILE = f"unable to configure the Docker daemon with file {PATH}: "
BOTH = FILE + "the following directives are specified both as a flag and in the configuration file: "
UNKNOWN = FILE + "the following directives don't match any configuration option: "


def load(
    text: str | bytes,
    *arguments: str,
    engine: EngineName = EngineName.RHEL_DOCKER,
    version: tuple[int, int] | None = None,
    named: bool = False,
    trouble: str = "",
) -> HostConfig:
    data = text.encode() if isinstance(text, str) else text
    words = tuple(Setting("argument", word, Source("/proc/1/cmdline")) for word in arguments)
    return configure(engine, "test", words, DaemonJson(PATH, data, named, trouble), version=version)


def refusal_of(config: HostConfig) -> str | None:
    return None if config.refusal is None else config.refusal.message
