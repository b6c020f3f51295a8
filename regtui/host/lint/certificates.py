"""certs.d: directories that docker does not read, or not under that name, or cannot use; certificates that end."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from regtui.host.certs import pem_blocks
from regtui.host.der import validity_of
from regtui.host.gonet import host_of
from regtui.host.lint.hosts import LIST_LIMIT, Asked, asked, by_host
from regtui.host.lint.wording import error, listed, note, place, shell, shown, warning
from regtui.host.model import EngineName, Security, Source
from regtui.host.registry_lists import DOCKER_IO
from regtui.host.security import security_of
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from regtui.host.certs import CertsDirectory
    from regtui.host.der import Validity
    from regtui.host.lint.advice import Pen
    from regtui.host.lint.evidence import Evidence
    from regtui.host.model import Finding, HostConfig

CERTS = "/etc/docker/certs.d"
SOON = timedelta(days=30)
_BUNDLE = 8  # certificates of one file; of a larger one single authorities end now and then
_NO_KEY = re.compile(r"^[Mm]issing key \S+ for client certificate (\S+)\.cert\b")
_NO_CERTIFICATE = re.compile(r"^[Mm]issing client certificate (\S+) for key")
_NOWHERE = re.compile(r"^open (/\S+): no such file or directory$")
_HUB = (DOCKER_IO, "index.docker.io")


def certificate_findings(config: HostConfig, evidence: Evidence, pen: Pen) -> Iterator[Finding]:
    """Yield what docker does with each directory (registry/registry.go:28-103)."""
    if config.engine not in (EngineName.RHEL_DOCKER, EngineName.MOBY):
        return
    known = {one.name: one for one in reversed(asked(config))}
    others = by_host(config)
    present = {_name(directory) for directory in evidence.certs}
    for directory in evidence.certs[:LIST_LIMIT]:
        name = _name(directory)
        finding = _not_read(config, evidence, pen, directory)
        if finding is not None:
            yield finding
            continue
        missed = [other for other in others.get(host_of(name).lower(), ()) if other != name and other not in present]
        if name not in known and missed:
            yield _misnamed(directory, name, missed)
        if directory.error is not None:
            yield _unusable(directory, name, known.get(name))
        elif name not in known and not missed:
            message = f"no registry of the configuration is called {shown(name)}: it is read for names that begin so"
            yield note("certs-not-listed", message, Source(printable(directory.path)))
        yield from directory.findings
        yield from _validity(directory, evidence.now, used=name in known)


def _name(directory: CertsDirectory) -> str:
    return directory.path.rpartition("/")[2]


def _not_read(config: HostConfig, evidence: Evidence, pen: Pen, directory: CertsDirectory) -> Finding | None:
    source, name = Source(printable(directory.path)), _name(directory)
    if directory.error is not None and directory.error.endswith("not a directory"):
        message = f"docker reads the directories {CERTS}/HOST[:PORT] alone, and no file beside them"
        return warning("certs-misplaced", message, source, shell("mv", directory.path, f"{CERTS}/HOST:PORT/"))
    if name in _HUB:
        return warning("certs-docker-io", "docker reads no certificates for Docker Hub itself", source, "remove it")
    judged = security_of(config, name, evidence.addresses)
    if judged.security is Security.INSECURE and not _is_empty(directory):
        message = (
            f"{shown(name)} is insecure ({place(judged.source)}), so docker verifies nothing and does not read this "
            "directory"
        )
        named = judged.source is not None and judged.network is None
        fix = pen.rewritten("insecure-registry", judged.source, name, ()) if judged.source and named else ""
        return warning("certs-insecure", message, source, fix)
    return None


def _is_empty(directory: CertsDirectory) -> bool:
    return not (directory.authorities or directory.pairs or directory.error or directory.unreadable)


def _misnamed(directory: CertsDirectory, name: str, missed: list[str]) -> Finding:
    same = next((other for other in missed if other.lower() == name.lower()), "")
    code = "certs-case" if same else "certs-port"
    right = f"{CERTS}/{same or missed[0]}"
    message = (
        f"docker looks for {listed([f'{CERTS}/{other}' for other in missed])} to the letter, not for {shown(name)}"
    )
    return warning(code, message, Source(printable(directory.path)), shell("mv", directory.path, right))


def _unusable(directory: CertsDirectory, name: str, user: Asked | None) -> Finding:
    source = Source(printable(directory.path))
    reason = printable(directory.error or "", 300)
    fix = _repair(directory)
    if user is None:
        return note(
            "certs-error", f"a pull from {shown(name)} would fail before its first request: {reason}", source, fix
        )
    if user.mirror:
        message = f"docker cannot use the directory of a mirror, so every pull from docker.io fails: {reason}"
        return error("certs-error", message, source, fix)
    return error("certs-error", f"a pull from {shown(name)} fails before its first request: {reason}", source, fix)


def _repair(directory: CertsDirectory) -> str:
    """Return the usual cure: an authority with the ending of a client's certificate, a link that leads nowhere."""
    error = directory.error or ""
    if found := _NO_KEY.search(error):
        path = f"{directory.path}/{found[1]}"
        return shell("mv", f"{path}.cert", f"{path}.crt")
    if found := _NOWHERE.search(error):
        return shell("rm", found[1])
    if found := _NO_CERTIFICATE.search(error):
        return f"put the client's certificate beside the key, as {directory.path}/{found[1]}"
    return ""


def _validity(directory: CertsDirectory, now: datetime | None, *, used: bool) -> Iterator[Finding]:
    if now is None:
        return
    pairs = ((pair.certificate_file, pair.certificate) for pair in directory.pairs)
    for path, pem in (*directory.authorities, *pairs):
        found = [
            validity
            for kind, content in pem_blocks(pem)
            if kind == "CERTIFICATE" and (validity := validity_of(content)) is not None
        ]
        if not found:
            continue
        # Of a bundle only its end as a whole is told.
        first = max(found, key=_end) if len(found) > _BUNDLE else min(found, key=_end)
        finding = _ending(first, path, now, used=used)
        if finding is not None:
            yield finding


def _end(validity: Validity) -> datetime:
    return validity.not_after


def _ending(validity: Validity, path: str, now: datetime, *, used: bool) -> Finding | None:
    source = Source(printable(path))
    who = f"the certificate {shown(validity.name)}" if validity.name else "the certificate"
    day = f"{validity.not_after:%Y-%m-%d}"
    if validity.not_after < now:
        make = error if used else warning
        message = f"{who} ended on {day}: docker refuses what it vouches for"
        return make("certificate-expired", message, source, f"renew {source.file}")
    if validity.not_before > now:
        begins = f"{validity.not_before:%Y-%m-%d}"
        message = f"{who} is valid from {begins} on, and not before"
        return warning("certificate-not-yet-valid", message, source, "timedatectl status")
    if validity.not_after - now < SOON:
        days = (validity.not_after - now).days
        return warning("certificate-expires", f"{who} ends on {day}, in {days} days", source, f"renew {source.file}")
    return None
