"""Flags and daemon.json put together into one HostConfig, for the engines that are a dockerd."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.host.daemon_json import read_options
from regtui.host.flags import engine_version, parse_arguments
from regtui.host.image_store import store_settings
from regtui.host.model import EngineName, HostConfig, Proxies, Setting
from regtui.host.options import Options, check_options, merge, options_of_file, options_of_flags
from regtui.host.registry_lists import fork_lists, moby_lists

if TYPE_CHECKING:
    from regtui.host.daemon_json import DaemonJson
    from regtui.host.flags_known import Version

_LISTS = ("add-registry", "block-registry", "insecure-registries", "registry-mirrors")
_SWITCHES = ("disable-legacy-registry", "signature-verification")


def configure(
    engine: EngineName,
    reason: str,
    arguments: tuple[Setting, ...],
    daemon_json: DaemonJson | None,
    *,
    version: Version | None = None,
) -> HostConfig:
    """Return what dockerd is configured to do with registries.

    `arguments` are the words after `dockerd`, `daemon_json` is None where the engine reads no such file, and `version`
    is moby's where it is known; otherwise its flags are those of any version, and its rules those of 20.10. A refusal
    of dockerd is part of the result; what could still be read is there beside it. Files are left empty; the proxies are
    those of moby's own options, which win over its environment (cmd/dockerd/daemon.go, setting HTTP_PROXY).
    """
    if engine not in (EngineName.RHEL_DOCKER, EngineName.MOBY):
        return HostConfig(engine, reason, arguments=arguments)
    rules = engine_version(engine, version)
    flags = parse_arguments(engine, arguments, rules)
    file = None if daemon_json is None else read_options(engine, daemon_json, flags, rules)
    from_flags = options_of_flags(flags)
    from_file = Options() if file is None else options_of_file(engine, file)
    options = merge(from_flags, from_file)
    refusal = flags.refusal or (None if file is None else file.refusal)
    refusal = refusal or check_options(from_flags, file, from_file, rules)
    lists = fork_lists(options) if engine is EngineName.RHEL_DOCKER else moby_lists(options, rules)
    return HostConfig(
        engine,
        reason,
        registries=lists.registries,
        insecure=lists.insecure,
        mirrors=lists.mirrors,
        blocked=lists.blocked,
        insecure_broken=lists.insecure_broken,
        disable_legacy_registry=options.is_true("disable-legacy-registry"),
        signature_verification=engine is EngineName.RHEL_DOCKER
        and options.is_true("signature-verification", default=True),
        refusal=refusal or lists.refusal,
        settings=(*_settings(options), *(store_settings(flags, file) if engine is EngineName.MOBY else ())),
        arguments=arguments,
        proxies=_proxies(options),
        findings=(*(() if file is None else file.findings), *lists.findings),
    )


def _proxies(options: Options) -> Proxies:
    """Return the proxies among the options, with the place of the first of them."""
    found = {key: options.words[key] for key in ("http-proxy", "https-proxy", "no-proxy") if key in options.words}
    texts = {key: setting.value for key, setting in found.items()}
    source = next((setting.source for setting in found.values()), None)
    return Proxies(texts.get("http-proxy", ""), texts.get("https-proxy", ""), texts.get("no-proxy", ""), source)


def _settings(options: Options) -> tuple[Setting, ...]:
    """Return every value that bears on registries, as the engine stores it, with its source."""
    switches = (options.words[key] for key in _SWITCHES if key in options.words)
    return (*(setting for key in _LISTS for setting in options.values_of(key)), *switches)
