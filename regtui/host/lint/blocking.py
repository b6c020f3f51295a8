"""The block list of RHEL's Docker: entries that keep nobody from being asked, and hosts that it blocks unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.host.gonet import host_of, parse_cidr
from regtui.host.lint.hosts import LIST_LIMIT, asked, better_names
from regtui.host.lint.wording import bare_host, listed, several, shown, warning
from regtui.host.model import BUILT_IN, EngineName
from regtui.host.registry_lists import DOCKER_IO
from regtui.host.security import blocked, mirror_host
from regtui.reference import is_host_component

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.lint.advice import Pen
    from regtui.host.model import Finding, HostConfig, Setting

_FLAG = "block-registry"
_HUB_NAMES = ("index.docker.io", "registry-1.docker.io")
_WORDS = ("all", "public")


def blocking_findings(config: HostConfig, pen: Pen) -> Iterator[Finding]:
    """Yield what the block list does otherwise than it reads (registry/config.go:368-384, service.go:492-513)."""
    if config.engine is not EngineName.RHEL_DOCKER or not config.blocked:
        return
    first = config.blocked[0]
    if config.disable_legacy_registry:
        message = (
            "with --disable-legacy-registry docker passes over its block list: blocked registries leave the search "
            "list, and can still be pulled from by their full names"
        )
        fix = pen.switched("disable-legacy-registry", "false")
        yield warning("block-filter-off", message, first.source, fix)
        return
    written = {one.value for one in config.settings if one.option == _FLAG}
    for setting in [one for one in config.settings if one.option == _FLAG][:LIST_LIMIT]:
        finding = _no_effect(config, setting, written, pen)
        if finding is not None:
            yield finding
    yield from _mirrors_remain(config, pen)
    yield from _by_all(config, pen)


def _no_effect(config: HostConfig, setting: Setting, written: set[str], pen: Pen) -> Finding | None:
    value = setting.value
    if value in (*_WORDS, "*", DOCKER_IO):
        return None
    if value in _HUB_NAMES:
        return _warn(
            setting, f"docker's name for Docker Hub is docker.io: {shown(value)} blocks nothing", (DOCKER_IO,), pen
        )
    if value.lower() in _WORDS:
        return _warn(
            setting,
            f"docker knows `{value.lower()}` in lower case alone: {shown(value)} blocks nothing",
            (value.lower(),),
            pen,
        )
    if "://" in value or "," in value or "/" in value:
        if parse_cidr(value) is not None:
            return _warn(setting, f"the block list knows no networks: {shown(value)} blocks nothing", None, pen)
        why = f"docker compares HOST[:PORT] to the letter: {shown(value)} blocks nothing"
        return _warn(setting, why, several(value) if "," in value else (bare_host(value),), pen)
    if "*" in value or not is_host_component(value):
        why = f"no image name can have the host {shown(value)}, so it blocks nothing"
        return _warn(setting, why, ("*" not in value and better_names(config, value)) or None, pen)
    names = (
        *(one.name for one in asked(config)),
        *(e.value for e in config.insecure[:LIST_LIMIT] if e.network is None),
    )
    missed = tuple(
        name
        for name in dict.fromkeys(names)
        if name not in written and host_of(name) == host_of(value) and name != value
    )
    if not missed or any(name == value for name in names):
        return None
    why = f"the port is part of the name: {shown(value)} does not block {listed(missed)}"
    return _warn(setting, why, (value, *missed), pen, code="block-port")


def _warn(
    setting: Setting, message: str, new: tuple[str, ...] | None, pen: Pen, *, code: str = "block-nothing"
) -> Finding:
    fix = "" if new is None else pen.rewritten(_FLAG, setting.source, setting.value, new)
    return warning(code, message, setting.source, fix)


def _mirrors_remain(config: HostConfig, pen: Pen) -> Iterator[Finding]:
    """Yield that docker.io is blocked, and its mirrors still serve it by its full name."""
    entry = blocked(config, DOCKER_IO)
    open_mirrors = [one for one in config.mirrors if blocked(config, mirror_host(one.value)) is None]
    if entry is None or not open_mirrors:
        return
    names = listed([one.value for one in open_mirrors])
    message = f"docker.io is blocked, and its mirrors are not: names such as docker.io/nginx still come from {names}"
    kept = [one.value for one in config.mirrors if one not in open_mirrors]
    yield warning("blocked-but-mirror", message, entry.source, pen.whole("registry-mirror", kept))


def _by_all(config: HostConfig, pen: Pen) -> Iterator[Finding]:
    """Yield that `all` blocks hosts which the configuration names elsewhere."""
    entry = next((one for one in config.blocked if one.value == "*"), None)
    if entry is None or entry.source == BUILT_IN:
        return
    names = [one.value for one in config.insecure[:LIST_LIMIT] if one.network is None]
    names += [mirror_host(one.value) for one in config.mirrors[:LIST_LIMIT]]
    lost = [name for name in dict.fromkeys(names) if name and blocked(config, name) is entry]
    if not lost:
        return
    message = (
        f"`all` spares the members of the search list alone: {listed(lost)} cannot be pulled from, even by full name"
    )
    yield warning("blocked-by-all", message, entry.source, pen.added("add-registry", lost[0]))
