"""Reports for a ticket, and what they and JSON say about mirrors."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from regtui import events
from regtui.engines.base import Endpoint, Found, Plan
from regtui.host.model import BUILT_IN, EngineName, Setting, Source
from regtui.markdown import About, ReportFormat, about, report
from regtui.mirrors import MirrorTruth, Use, Why, mirror_documents, mirror_truth
from regtui.outcome import Outcome, Stage
from regtui.report import Resolution
from tests.tui_fakes import CONFIG, DIGEST, HUB, LIST, MIRROR, SCRIPTS, plan_for
from tests.tui_hostile import EVIL, NAME, hostile_session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from markdown_it.token import Token

FACTS = about(CONFIG, "/etc/sysconfig/docker", "2026-11-23T22:14:05Z", "0.1.0")
HARMLESS = {
    *("heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline", "text", "code_inline", "fence"),
    *("bullet_list_open", "bullet_list_close", "ordered_list_open", "ordered_list_close"),
    *("list_item_open", "list_item_close"),
}
"""Tokens of Markdown that load nothing, link nowhere and are no HTML."""


def folded(happened: Iterable[events.Event]) -> Resolution:
    """Return the record of events."""
    record = Resolution()
    for event in happened:
        record.fold(event)
    return record


def tokens(text: str) -> list[Token]:
    """Return what CommonMark makes of a text, the insides of its blocks too."""
    found = []
    for token in MarkdownIt("commonmark").parse(text):
        found += [token, *(token.children or ())]
    return found


def codes(text: str) -> list[str]:
    """Return what stands in code spans."""
    return [token.content for token in tokens(text) if token.type == "code_inline"]


REPORT = f"""\
# `docker pull debian`

Found: `docker.io/library/debian:latest` from the mirror `{MIRROR}`

- digest `{DIGEST}`
- type `{LIST}`
- for `linux/amd64, linux/arm64/v8, linux/s390x`
- size 54.2 MB

## Asked

- name `debian:latest` without a registry's name
- engine rhel-docker: `/etc/sysconfig/docker is there`
- configuration of `/etc/sysconfig/docker`
- by regtui 0.1.0 at `2026-11-23T22:14:05Z`

## What each registry answered

1. `okd-lr.zyl.io:5000/debian:latest` not-found: `answered 404: manifest unknown`
    - insecure
    - `https://okd-lr.zyl.io:5000` (TLS not verified) tls-failed: `speaks plain HTTP`
        - dns 0 ms, tcp 1 ms, tls failed 2 ms
    - `http://okd-lr.zyl.io:5000` not-found: `answered 404: manifest unknown`
        - tcp 1 ms, ping 1 ms, manifest failed 4 ms
        - `GET http://okd-lr.zyl.io:5000/v2/debian/manifests/latest` 404, 4 ms
        - `none stored`
2. `quay.io/debian:latest` unauthorized: `answered 401: unauthorized: access to the resource is not allowed`
    - secure
    - `https://quay.io` unauthorized: `answered 401: unauthorized: access to the resource is not allowed`
        - dns 5 ms, tcp 9 ms, tls 11 ms, ping 9 ms, auth 21 ms, manifest failed 11 ms
3. `docker.io/library/debian:latest` found
    - secure
    - `http://okd-lr.zyl.io:5000` (mirror) found
        - tcp 1 ms, ping 1 ms, manifest 5 ms
        - `GET http://okd-lr.zyl.io:5000/v2/library/debian/manifests/latest` 200, 5 ms
        - `none stored`

## Mirrors

- `http://okd-lr.zyl.io:5000` used: `serves the image; had it already, it seems: 5 ms, /v2/ 1 ms`

## What docker pull would print

```text
Using default tag: latest
Trying to pull repository okd-lr.zyl.io:5000/debian ...
Pulling repository okd-lr.zyl.io:5000/debian  (assumed)
Trying to pull repository quay.io/debian ...
Pulling repository quay.io/debian  (assumed)
Trying to pull repository docker.io/library/debian ...
latest: Pulling from docker.io/library/debian
Digest: {DIGEST}
Status: Downloaded newer image for docker.io/debian:latest
```

A line marked as assumed rests on the answer of a protocol that regtui does not speak.
"""


def test_the_report_of_a_walk() -> None:
    assert report(folded(SCRIPTS["debian"]), FACTS, ReportFormat.MARKDOWN) == REPORT


def test_plain_text_says_the_same_without_marks() -> None:
    text = report(folded(SCRIPTS["debian"]), FACTS, ReportFormat.TEXT)
    assert text.startswith("docker pull debian\n==================\n\nFound: docker.io/library/debian:latest from")
    assert "    Trying to pull repository quay.io/debian ..." in text.splitlines()
    assert "`" not in text
    said = [line.strip(" #`-") for line in REPORT.replace("`", "").splitlines() if line]
    assert [line for line in said if line not in ("text", "") and line not in text] == []


def test_a_failing_pull_tells_what_docker_would_have_waited() -> None:
    text = report(folded(SCRIPTS["nosuch"]), FACTS, ReportFormat.TEXT)
    assert "The pull would fail, exit status 1: manifest for docker.io/nosuch:latest not found" in text
    assert text.endswith("\nIt would have waited about 45 s.\n")


def test_every_setting_is_told_with_its_line() -> None:
    plan = plan_for("debian")
    source = Source("/etc/sysconfig/docker", 3, "ADD_REGISTRY")
    mirror = Source("/etc/sysconfig/docker", 5, "OPTIONS")
    hub = plan.candidates[2]
    endpoints = (replace(hub.endpoints[0], why=mirror), *hub.endpoints[1:])
    plan = replace(
        plan, candidates=(*plan.candidates[:2], replace(hub, source=source, endpoints=endpoints)), signed=True
    )
    walk = (events.ResolutionStarted(0.0, plan), events.EndpointEnded(1.0, 2, 0, Outcome.NOT_FOUND, "404", "detail"))
    text = report(folded(walk), FACTS, ReportFormat.MARKDOWN)
    assert "listed in `/etc/sysconfig/docker:3 ADD_REGISTRY`" in text
    assert "set in `/etc/sysconfig/docker:5 OPTIONS`" in text
    assert "- `detail`" in text
    assert "The walk was stopped before its end." in text
    assert "signatures are checked" in text
    assert "1. `okd-lr.zyl.io:5000/debian:latest` not asked" in text


def test_a_refused_name_and_another_image_are_told() -> None:
    refused = Plan(EngineName.MOBY, "Etcd", None, refused=("invalid reference format",))
    ended = events.ResolutionEnded(0.0, Outcome.INVALID, 1, error="invalid reference format")
    text = report(folded((events.ResolutionStarted(0.0, refused), ended)), FACTS, ReportFormat.MARKDOWN)
    assert "- refused: `invalid reference format`" in text
    other = events.AlsoFound(1.0, found(1, 0))
    text = report(folded((*SCRIPTS["debian"], other)), FACTS, ReportFormat.TEXT)
    assert f"- docker.io/library/debian:latest is there too, another image: {DIGEST}" in text


async def test_nothing_that_others_wrote_is_markup() -> None:
    walk = [event async for event in hostile_session().resolve(NAME)]
    facts = About(EVIL, EVIL, EVIL, mirrors=(Setting("registry-mirror", EVIL, Source(EVIL)),))
    text = report(folded(walk), facts, ReportFormat.MARKDOWN)
    assert {token.type for token in tokens(text)} <= HARMLESS
    assert text.replace("\n", "").isprintable()


@given(
    st.text(
        alphabet=st.sampled_from("`*_#<>[]()!|~\\-+=@&;: \n\t1ax\x1b\u202e"),
        min_size=1,
        max_size=30,
    )
)
def test_no_text_leaves_its_code_span(text: str) -> None:
    plan = replace(plan_for("debian"), name="x", refused=(text,))
    walk = (
        events.ResolutionStarted(0.0, plan),
        events.TranscriptLine(0.0, text),
        events.ResolutionEnded(1.0, Outcome.INVALID, 1, error=text),
    )
    made = report(folded(walk), FACTS, ReportFormat.MARKDOWN)
    plain = report(
        folded(
            replace(one, text="z") if isinstance(one, events.TranscriptLine) else one
            for one in (
                events.ResolutionStarted(0.0, replace(plan, refused=("z",))),
                walk[1],
                events.ResolutionEnded(1.0, Outcome.INVALID, 1, error="z"),
            )
        ),
        FACTS,
        ReportFormat.MARKDOWN,
    )
    assert [token.type for token in tokens(made)] == [token.type for token in tokens(plain)]


def found(candidate: int, endpoint: int) -> Found:
    """Return who serves debian."""
    plan = plan_for("debian").candidates[candidate]
    one = plan.endpoints[endpoint]
    return Found(
        candidate, endpoint, plan.registry, "docker.io/library/debian:latest", one.url, one.mirror, DIGEST, LIST
    )


SECOND = "https://second.example"
QUAY_FIRST = "quay.io serves the name first, and the mirror is for docker.io alone"


def walk_of(
    outcomes: dict[int, tuple[Outcome, str]],
    winner: tuple[int, int] | None = None,
    *,
    ended: bool = True,
    mirrors: tuple[str, ...] = (MIRROR,),
) -> Resolution:
    """Return a walk in which endpoints of docker.io ended so; `winner` is the candidate and endpoint that serves."""
    plan = plan_for("debian")
    hub = plan.candidates[2]
    endpoints = (*(Endpoint(url, mirror=True, why=BUILT_IN) for url in mirrors), Endpoint(HUB))
    plan = replace(plan, candidates=(*plan.candidates[:2], replace(hub, endpoints=endpoints)))
    record = folded((events.ResolutionStarted(0.0, plan),))
    for number, (outcome, error) in outcomes.items():
        record.fold(events.StageEnded(1.0, 2, number, Stage.MANIFEST, False, 2.5))
        record.fold(events.EndpointEnded(1.0, 2, number, outcome, error))
    serves = None
    if winner is not None:
        one = plan.candidates[winner[0]].endpoints[winner[1]]
        serves = replace(found(winner[0], 0), endpoint_index=winner[1], endpoint=one.url, mirror=one.mirror)
        record.fold(events.CandidateEnded(2.0, winner[0], Outcome.FOUND))
    if ended:
        record.fold(events.ResolutionEnded(3.0, Outcome.FOUND if serves else Outcome.NOT_FOUND, 0, serves))
    return record


@pytest.mark.parametrize(
    ("record", "use", "why", "text"),
    [
        (walk_of({0: (Outcome.FOUND, "")}, (2, 0)), Use.USED, Why.SERVES, "serves the image"),
        (
            walk_of({0: (Outcome.NOT_FOUND, "answered 404")}, (2, 1)),
            Use.MISSED,
            Why.HAS_NOT,
            f"does not have it: answered 404; {HUB} serves the image",
        ),
        (walk_of({0: (Outcome.NOT_FOUND, "answered 404")}), Use.MISSED, Why.HAS_NOT, "does not have it: answered 404"),
        (
            walk_of({0: (Outcome.SERVER_ERROR, "answered 500")}, (2, 1)),
            Use.BYPASSED,
            Why.SERVER_ERROR,
            f"answered 500; {HUB} serves the image",
        ),
        (walk_of({0: (Outcome.UNREACHABLE, "refused")}), Use.BYPASSED, Why.DOWN, "refused"),
        (walk_of({0: (Outcome.TLS_FAILED, "unknown authority")}), Use.BYPASSED, Why.TLS, "unknown authority"),
        (walk_of({0: (Outcome.RATE_LIMITED, "429")}), Use.BYPASSED, Why.RATE_LIMITED, "429"),
        (walk_of({0: (Outcome.UNAUTHORIZED, "401")}), Use.BYPASSED, Why.REFUSED, "401"),
        (walk_of({0: (Outcome.DENIED, "403")}), Use.BYPASSED, Why.REFUSED, "403"),
        (walk_of({0: (Outcome.NOT_A_REGISTRY, "html")}), Use.BYPASSED, Why.UNUSABLE, "html"),
        (walk_of({0: (Outcome.INVALID, "no manifest")}), Use.BYPASSED, Why.UNUSABLE, "no manifest"),
        (walk_of({0: (Outcome.UNDECIDED, "")}), Use.BYPASSED, Why.NO_ANSWER, "no answer in time"),
        (walk_of({0: (Outcome.SKIPPED, "signatures")}), Use.BYPASSED, Why.LEFT_OUT, "signatures"),
        (
            walk_of({}, (0, 1)),
            Use.BYPASSED,
            Why.OTHER_REGISTRY,
            "okd-lr.zyl.io:5000 serves the name first, and the mirror is for docker.io alone",
        ),
        (
            walk_of({0: (Outcome.FOUND, "")}, (1, 0)),
            Use.BYPASSED,
            Why.OTHER_REGISTRY,
            f"{QUAY_FIRST}; asked on your word, it serves that of docker.io",
        ),
        (
            walk_of({0: (Outcome.NOT_FOUND, "404")}, (1, 0)),
            Use.BYPASSED,
            Why.OTHER_REGISTRY,
            f"{QUAY_FIRST}; asked on your word, it does not serve it: 404",
        ),
        (walk_of({}), Use.BYPASSED, Why.NOT_REACHED, "not asked: the walk ended before"),
        (walk_of({}, ended=False), Use.BYPASSED, Why.NOT_REACHED, "not asked: the walk was stopped before"),
    ],
)
def test_what_became_of_a_mirror(record: Resolution, use: Use, why: Why, text: str) -> None:
    (truth,) = mirror_truth(record)
    assert (truth.url, truth.use, truth.why, truth.text) == (MIRROR, use, why, text)
    assert (truth.registry, truth.candidate, truth.endpoint, truth.source) == ("docker.io", 2, 0, BUILT_IN)


def test_every_outcome_of_a_mirror_has_its_word() -> None:
    for outcome in Outcome:
        (truth,) = mirror_truth(walk_of({0: (outcome, "x")}))
        assert truth.use is {Outcome.FOUND: Use.USED, Outcome.NOT_FOUND: Use.MISSED}.get(outcome, Use.BYPASSED)
        assert truth.ms == 2.5


def test_a_second_mirror_is_not_needed_where_the_first_serves() -> None:
    record = walk_of({0: (Outcome.FOUND, "")}, (2, 0), mirrors=(MIRROR, SECOND))
    first, second = mirror_truth(record)
    assert (first.use, second.use, second.why) == (Use.USED, Use.BYPASSED, Why.EARLIER_MIRROR)
    assert second.text == f"not asked: {MIRROR} serves it first"


CONFIGURED = (
    Setting("registry-mirror", f"{MIRROR}/", BUILT_IN),
    Setting("registry-mirror", "second.example", BUILT_IN),
)


def test_a_mirror_that_the_plan_does_not_have_is_told_too() -> None:
    planned, missing = mirror_truth(walk_of({}), CONFIGURED)
    assert (planned.url, planned.candidate) == (MIRROR, 2)
    assert (missing.url, missing.candidate, missing.why) == (SECOND, None, Why.LEFT_OUT)


def test_a_mirror_has_no_part_in_another_registrys_image() -> None:
    plan = plan_for("coreos/etcd")
    record = folded((events.ResolutionStarted(0.0, replace(plan, candidates=plan.candidates[1:2])),))
    first, _second = mirror_truth(record, CONFIGURED)
    text = "a mirror is for docker.io alone, and this is an image of quay.io"
    assert first == MirrorTruth(MIRROR, "docker.io", Use.BYPASSED, Why.OTHER_REGISTRY, text, BUILT_IN)


def test_nobody_is_asked_about_a_refused_name() -> None:
    refused = Plan(EngineName.MOBY, "Etcd", None, refused=("invalid reference format",))
    (truth,) = mirror_truth(folded((events.ResolutionStarted(0.0, refused),)), CONFIGURED[:1])
    assert (truth.why, truth.text) == (Why.NOT_REACHED, "not asked: the engine refuses the name")


def test_mirrors_in_json() -> None:
    record = walk_of({0: (Outcome.SERVER_ERROR, "answered 500")}, (2, 1))
    assert mirror_documents(mirror_truth(record)) == [
        {
            "url": MIRROR,
            "registry": "docker.io",
            "use": "bypassed",
            "why": "answers with an error of its own",
            "text": f"answered 500; {HUB} serves the image",
            "source": {"file": "built-in default", "line": None, "name": ""},
            "ms": 2.5,
            "local": None,
        }
    ]
    assert codes("`a`") == ["a"]
