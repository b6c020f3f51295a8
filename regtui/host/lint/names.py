"""The search list of RHEL's Docker: members that it passes over, fails on, asks twice, or never gets."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from regtui.host.lint.hosts import LIST_LIMIT, better_names, host_fault
from regtui.host.lint.wording import error, note, place, shown, warning
from regtui.host.model import BUILT_IN, EngineName
from regtui.host.registry_lists import DOCKER_IO
from regtui.reference import is_host_component
from regtui.text import go_quote, printable, strip_userinfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.lint.advice import Pen
    from regtui.host.model import Finding, HostConfig, Setting


def name_findings(config: HostConfig, pen: Pen) -> Iterator[Finding]:
    """Yield what is wrong with the list itself (distribution/pull.go:63-98, cmd/dockerd/daemon.go:179-197)."""
    if config.engine is not EngineName.RHEL_DOCKER:
        return
    members = config.registries[:LIST_LIMIT]
    for position, member in enumerate(members):
        fault = host_fault(member.value)
        if fault:
            is_last = position == len(config.registries) - 1
            yield _unusable(config, pen, member, fault, first=position == 0, last=is_last)
    yield from _twice(members, pen)
    yield from _order(members)
    yield from _vanished(config, pen)
    if not members and config.refusal is None:
        entry = next(iter(config.blocked), None)
        message = (
            "every registry is blocked and none is left in the list: docker answers each name without a registry with "
            "`No default registry configured.`"
        )
        everything = entry is not None and entry.value == "*"
        fix = pen.added("add-registry", DOCKER_IO) if everything else _unblocked(entry, pen)
        yield error("everything-blocked", message, entry.source if entry else None, fix)


def _unusable(config: HostConfig, pen: Pen, member: Setting, fault: str, *, first: bool, last: bool) -> Finding:
    name, fault = shown(member.value), strip_userinfo(fault)
    why = f"{name} is no host of an image name: {_reason(member.value)}"
    better = better_names(config, member.value)
    fix = "remove it, or give the registry a name that DNS or /etc/hosts knows"
    if better or not member.value:
        fix = pen.rewritten("add-registry", member.source, member.value, better)
    if first:
        said = f"docker fails for every name without a registry, with `{printable(fault, 200)}`, and asks nobody"
        return error(
            "registry-breaks-short-names", f"{why}; it is the first of the list, so {said}", member.source, fix
        )
    if last:
        said = f'`Failed to fully qualify "NAME" name with {go_quote(strip_userinfo(member.value))} registry: {fault}`'
        why += f"; it is the last of the list, so its failure becomes docker's answer: {printable(said, 300)}"
        return warning("registry-fails-last", why, member.source, fix)
    why += "; docker shows it in `docker info` and passes over it in silence"
    return warning("registry-skipped", why, member.source, fix)


def _reason(name: str) -> str:
    if not name:
        return "it is empty"
    if "://" in name:
        return "it has a scheme"
    if "," in name or any(char.isspace() for char in name):
        return "it is a list in one word, which docker takes for one name"
    if name.endswith("/"):
        return "it ends in a slash"
    if "/" in name:
        return "it has a path"
    if not is_host_component(name):
        return "it has neither a dot nor a port"
    if "[" in name or name.count(":") > 1:
        return "image names hold no IPv6 address in this version"
    return "it breaks the grammar of names"


def _twice(members: tuple[Setting, ...], pen: Pen) -> Iterator[Finding]:
    seen: dict[str, Setting] = {}
    for member in members:
        before = seen.setdefault(member.value, member)
        if before is member:
            continue
        if member.source == BUILT_IN:
            message = (
                f"{shown(member.value)} is listed, and docker adds it at the end in any case: it is asked twice for a "
                "name that it does not have"
            )
            yield note("registry-twice", message, before.source)
            continue
        message = f"{shown(member.value)} is in the list at {place(before.source)} already: docker asks it twice"
        fix = pen.rewritten("add-registry", member.source, member.value, ())
        yield warning("registry-twice", message, member.source, fix)


def _order(members: tuple[Setting, ...]) -> Iterator[Finding]:
    for one, other in pairwise(members):
        lines = (one.source.line, other.source.line)
        if one.source.file == other.source.file and None not in lines and (lines[0] or 0) > (lines[1] or 0):
            message = (
                f"{shown(one.value)} is asked before {shown(other.value)}, which stands above it in the file: the "
                f"order is that of {one.source.name} and {other.source.name} in the unit's command line"
            )
            yield note("registry-order", message, one.source)


def _vanished(config: HostConfig, pen: Pen) -> Iterator[Finding]:
    blocked = {setting.value: setting for setting in config.blocked}
    for setting in config.settings:
        if setting.option != "add-registry" or setting.value not in blocked:
            continue
        entry = blocked[setting.value]
        message = f"{shown(setting.value)} is added here and blocked at {place(entry.source)}: it is not in the list"
        yield warning("registry-blocked", message, setting.source, _unblocked(entry, pen))


def _unblocked(entry: Setting | None, pen: Pen) -> str:
    """Return the line that blocks a registry without it; docker.io may be written `public`."""
    if entry is None:
        return ""
    fix = pen.rewritten("block-registry", entry.source, entry.value, ())
    if entry.value == DOCKER_IO and fix.startswith("remove "):
        return pen.rewritten("block-registry", entry.source, "public", ())
    return fix
