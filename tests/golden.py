"""Recorded pulls: the rows, the host that a row describes, and texts made comparable."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DATA = Path(__file__).parent / "data"
Row = dict[str, Any]
Request = tuple[str, str, str, int]

# The recordings are by Go 1.19, which quotes URLs; ports, dates and certificates' dates differ from run to run.
_VOLATILE = (
    (re.compile(r'"(https?://[^" ]*)"'), r"\1"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "DATE"),
    (re.compile(r"(\d+\.\d+\.\d+\.\d+):\d+->"), "LOCAL->"),
)


def rows(name: str) -> list[Row]:
    """Return the rows of a file in tests/data."""
    return [json.loads(line) for line in (DATA / name).read_text().splitlines()]


def comparable(line: str) -> str:
    """Return a line of a transcript without what differs from run to run."""
    for pattern, replacement in _VOLATILE:
        line = pattern.sub(replacement, line)
    return line.rstrip()


def write_host(row: Row, root: Path, certificates: Mapping[str, str]) -> None:
    """Write the files that a row's host has below `root`; `certificates`: `@KIND:HOST` -> PEM text."""
    files: dict[str, str] = {}
    if row.get("sysconfig") is not None:
        files["etc/sysconfig/docker"] = row["sysconfig"]
    if row.get("daemon_json") is not None:
        files["etc/docker/daemon.json"] = json.dumps(row["daemon_json"])
    for host, entries in (row.get("certsd") or {}).items():
        for name, content in entries.items():
            files[f"etc/docker/certs.d/{host}/{name}"] = certificates.get(content, content)
    if row.get("auths"):
        auths = {host: {"auth": base64.b64encode(login.encode()).decode()} for host, login in row["auths"].items()}
        files["root/.docker/config.json"] = json.dumps({"auths": auths})
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


def counted(trace: Iterable[Mapping[str, Any]]) -> list[Request]:
    """Return the v2 and token requests that count: HEAD and GET of one URL are one, so are a tag and its digest."""
    found: list[Request] = []
    last_method = ""
    for entry in trace:
        if "event" in entry or entry["path"].startswith("/v1/") or "/blobs/" in entry["path"]:
            continue
        request = (entry["host"].lower(), entry["scheme"], entry["path"], entry["status"])
        if last_method == "HEAD" and found and _same_manifest(found[-1], request):
            request = (*request[:2], found[-1][2], request[3])
            found.pop()
        found.append(request)
        last_method = entry["method"]
    return found


def _same_manifest(one: Request, other: Request) -> bool:
    repository = one[2].rpartition("/manifests/")[0]
    return one[:2] == other[:2] and bool(repository) and other[2].rpartition("/manifests/")[0] == repository
