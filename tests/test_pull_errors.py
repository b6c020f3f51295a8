"""The endings of a pull by RHEL's Docker, rule by rule: recorded lines and final error against scripted answers."""

from __future__ import annotations

import json
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from regtui.engines.base import (
    Answer,
    Attempt,
    Endpoint,
    HttpAnswer,
    NoAnswer,
    NotAuthorized,
    Plan,
    Platform,
    Question,
    Say,
    Step,
)
from regtui.engines.rhel_docker import RHEL_DOCKER
from regtui.host.model import BUILT_IN, EngineName, HostConfig, InsecureEntry, Setting
from regtui.outcome import Outcome, Trouble

ROWS = [json.loads(line) for line in (Path(__file__).parent / "data" / "pull-errors.jsonl").read_text().splitlines()]

EXCEPTIONS: dict[str, str] = {}
"""Rows that do not agree, each with its reason."""

CODES = {
    "manifest-unknown": (404, "MANIFEST_UNKNOWN", "manifest unknown"),
    "name-unknown": (404, "NAME_UNKNOWN", "repository name not known to registry"),
    "denied": (403, "DENIED", "requested access to the resource is denied"),
    "toomany": (429, "TOOMANYREQUESTS", "You have reached your pull rate limit"),
    "unauthorized": (401, "UNAUTHORIZED", "authentication required"),
    "noheader": (404, "MANIFEST_UNKNOWN", "manifest unknown"),
}
PAGE = b"404 page not found\n"


def host(row: dict[str, Any]) -> HostConfig:
    """Return the configuration that a row describes."""
    listed = [entry for entry in row["configured"] if not entry["docker_io_mirror"]]
    mirrors = [entry for entry in row["configured"] if entry["docker_io_mirror"]]
    names = [entry["name"] for entry in listed] + (["docker.io"] if row["docker_io_appended"] else [])
    insecure = [InsecureEntry(e["name"], BUILT_IN) for e in row["configured"] if e["configured_insecure"]]
    return HostConfig(
        EngineName.RHEL_DOCKER,
        "test",
        registries=tuple(Setting("add-registry", name, BUILT_IN) for name in names),
        insecure=(*insecure, InsecureEntry("127.0.0.0/8", BUILT_IN, ip_network("127.0.0.0/8"))),
        mirrors=tuple(Setting("registry-mirror", f"http://{e['name']}/", BUILT_IN) for e in mirrors),
        signature_verification=row["signature_verification"],
        disable_legacy_registry=row["disable_legacy_registry"],
    )


def scripted(row: dict[str, Any], endpoint: Endpoint, path: str, *, insist: bool) -> Answer:
    """Return what the row's server at an endpoint answers."""
    entry = next((e for e in row["configured"] if e["name"] == endpoint.host), None)
    ping_url = f"{endpoint.url}/v2/"
    if entry is None:
        go = "dial tcp: lookup registry-1.docker.io: no such host"
        return Answer(NoAnswer(Step.PING, "GET", ping_url, Trouble.NO_SUCH_HOST, go, "no such host"))
    failure = connection(entry, endpoint)
    if failure:
        trouble, go = failure
        return Answer(NoAnswer(Step.PING, "GET", ping_url, trouble, go, go))
    behaviour = entry["behaviour"]
    has_header = behaviour not in ("noheader", "static404")
    if behaviour == "static404":
        ping = HttpAnswer("GET", ping_url, 404, "Not Found", "text/plain", PAGE)
    elif behaviour == "unauthorized":
        ping = HttpAnswer("GET", ping_url, 401, challenges=('Basic realm="r"',), api_version=True)
        if not insist:
            refused = NotAuthorized("no basic auth credentials", "no credentials", no_basic_credentials=True)
            return Answer(ping, refused)
    else:
        ping = HttpAnswer("GET", ping_url, 200, api_version=has_header)
    return Answer(ping, manifest=manifest(row, behaviour, f"{endpoint.url}/v2/{path}"))


def connection(entry: dict[str, Any], endpoint: Endpoint) -> tuple[Trouble, str] | None:
    """Return why there is no HTTP with this server, None where there is."""
    if entry["server_speaks"] is None:
        return Trouble.REFUSED, f"dial tcp {entry['name']}: connect: connection refused"
    if endpoint.scheme == "https" and entry["server_speaks"] == "http":
        return Trouble.PLAIN_HTTP, "http: server gave HTTP response to HTTPS client"
    if endpoint.scheme == "https" and endpoint.verify and not entry["ca_in_certs.d"]:
        return Trouble.CERTIFICATE, "x509: certificate signed by unknown authority"
    return None


def manifest(row: dict[str, Any], behaviour: str, url: str) -> HttpAnswer:
    """Return the answer to the manifest's request."""
    match behaviour:
        case "static404":
            return HttpAnswer("GET", url, 404, "Not Found", "text/plain", PAGE)
        case "empty404":
            return HttpAnswer("GET", url, 404, "Not Found")
        case "err500":
            return HttpAnswer("GET", url, 500, "Internal Server Error")
    status, code, message = CODES[behaviour]
    error: dict[str, object] = {"code": code, "message": message}
    if row["errors_have_detail"]:
        error["detail"] = {"Tag": "1.0"}
    elif behaviour == "name-unknown":
        error["message"] = "repository name not known to registry"
    body = json.dumps({"errors": [error]}).encode()
    return HttpAnswer("GET", url, status, content_type="application/json", body=body)


def walked(row: dict[str, Any]) -> tuple[Plan, list[str], Outcome]:
    """Drive the engine over the row and return what it printed."""
    name = row["pull"].replace("reg1/", "reg1.example.com:5000/")
    plan = RHEL_DOCKER.plan(Question(host(row), name, {e["name"].split(":")[0]: None for e in row["configured"]}))
    walk = RHEL_DOCKER.walk(plan, Platform())
    lines: list[str] = []
    answer: Answer | None = None
    while True:
        try:
            move = walk.send(answer)
        except StopIteration as stop:
            return plan, lines, stop.value.outcome
        answer = None
        if isinstance(move, Say):
            lines.append(move.text)
        elif isinstance(move, Attempt):
            candidate = plan.candidates[move.candidate]
            path = f"{candidate.repository}/manifests/{candidate.wanted}"
            answer = scripted(row, candidate.endpoints[move.endpoint], path, insist=move.insist)


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_pull_prints_what_docker_printed(row: dict[str, Any]) -> None:
    _plan, lines, outcome = walked(row)
    expected = [line.rstrip() for line in row["progress"]] + [row["error_as_go1.10_would_print"]]
    printed = [line for line in lines if line != "Using default tag: latest"]
    agrees = printed == [line.replace("\n", "\n") for line in expected]
    if row["id"] in EXCEPTIONS:
        assert not agrees, "the row agrees now: take it off the list of exceptions"
        return
    assert printed == expected
    assert outcome is not Outcome.FOUND
