"""Recordings: what was seen is what is shown again; nothing secret leaves; nothing read can do harm."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui import __version__, events
from regtui.asked import URL_LIMIT, RequestMade
from regtui.host.model import EngineName, Proxies, Source, Variable
from regtui.markdown import ReportFormat, about, report
from regtui.mirrors import mirror_truth
from regtui.outcome import Outcome, Stage
from regtui.recorded_host import RecordedHost, configuration_of, recorded_host
from regtui.recording import (
    read_recording,
    recording_bytes,
)
from regtui.records import event_of, to_data, value_of
from regtui.redaction import redact, redact_data
from regtui.replay import PAUSE_LIMIT, ReplaySession
from regtui.report import document
from regtui.text import printable
from tests.event_strategies import any_event, any_of
from tests.recordings import WALKS, WRITTEN, folded, recorded, use
from tests.tui_fakes import CONFIG, HEALTHY, SCRIPTS, plan_for
from tests.tui_hostile import EVIL, HOSTILE, NAME, hostile_session

if TYPE_CHECKING:
    from regtui.session import Session


@pytest.mark.parametrize("name", WALKS)
def test_what_was_recorded_comes_back(name: str) -> None:
    recording = read_recording(recorded(name))
    assert recording.events == (*SCRIPTS[name], *HEALTHY)
    assert recording.config == configuration_of(recorded_host(CONFIG))
    assert (recording.version, recording.written, recording.place) == (__version__, WRITTEN, "/etc/sysconfig/docker")
    assert recording.plan.name == name


@pytest.mark.parametrize("name", WALKS)
@pytest.mark.parametrize("count", [None, 1, 9])
def test_recorded_events_give_the_same_report(name: str, count: int | None) -> None:
    walk = SCRIPTS[name][:count]
    again = read_recording(recording_bytes(CONFIG, "demo", walk, WRITTEN))
    assert document(again.record) == document(folded(walk))
    assert mirror_truth(again.record, again.config.mirrors) == mirror_truth(folded(walk), CONFIG.mirrors)


@pytest.mark.fault(71)
async def test_what_is_hostile_in_a_walk_is_recorded_harmless() -> None:
    walk = [event async for event in hostile_session().resolve(NAME)]
    data = recording_bytes(HOSTILE, EVIL, walk, WRITTEN)
    assert data.isascii()
    assert b"\x1b" not in data
    recording = read_recording(data)
    assert document(recording.record) == redact_data(document(folded(tuple(walk))))
    assert all(text == printable(text, 10_000) for text in texts(to_data(recording.events)))
    use(recording)


def texts(value: object) -> list[str]:
    """Return every text in JSON-ready data."""
    match value:
        case str():
            return [value]
        case dict():
            return [text for item in value.values() for text in texts(item)]
        case list():
            return [text for item in value for text in texts(item)]
        case _:
            return []


@given(any_event())
def test_every_event_comes_back_from_its_record(event: events.Event) -> None:
    cleaned = redact_data(events.to_record(event))
    again = event_of(json.loads(json.dumps(cleaned)))
    assert type(again) is type(event)
    assert redact_data(events.to_record(again)) == cleaned


@given(any_of(RecordedHost))
def test_every_host_comes_back_from_its_record(host: RecordedHost) -> None:
    cleaned = redact_data(to_data(host))
    assert to_data(value_of(RecordedHost, json.loads(json.dumps(cleaned)), "host")) == cleaned


def test_what_the_list_of_registries_needs_is_kept() -> None:
    config = configuration_of(recorded_host(CONFIG))
    for field in ("engine", "registries", "insecure", "mirrors", "blocked", "findings", "refusal", "files", "settings"):
        assert getattr(config, field) == getattr(CONFIG, field), field


SECRETS = ("hunter2", "dXNlcjpodW50ZXIy", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "AKIA0000SIGNATURE")


@pytest.mark.fault(70)
@pytest.mark.parametrize(
    "text",
    [
        "https://user:hunter2@reg.example.com/v2/",
        'Error parsing reference: "user:hunter2@reg.example.com/app" is no name',
        "https://cdn.example.com/blob?X-Amz-Signature=AKIA0000SIGNATURE&Expires=1",
        "the proxy said: Authorization: Basic dXNlcjpodW50ZXIy",
        "sent Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln to it",
        "echo eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
        '{"username": "u", "password": "hunter2 hunter2", "access_token":"AKIA0000SIGNATURE"}',
        "grant_type=password&password=hunter2&refresh_token=AKIA0000SIGNATURE",
        "X-Auth-Token: AKIA0000SIGNATURE",
        "x" * 40_000 + " https://user:hunter2@reg.example.com/",
        "x" * 31_980 + " https://user:hunter2@reg.example.com/",
    ],
)
def test_no_secret_leaves(text: str) -> None:
    plan = replace(plan_for("debian"), name=text)
    walk = (
        events.ResolutionStarted(0.0, plan),
        events.RequestEnded(1.0, 0, 0, "GET", text, 200, 1.0),
        events.CredentialChosen(1.0, 0, 0, text, text),
        events.EndpointEnded(1.0, 0, 0, Outcome.DENIED, text, text),
        events.StageEnded(1.0, 0, 0, Stage.AUTH, False, 1.0, text),
        events.TranscriptLine(2.0, text),
        events.ResolutionEnded(3.0, Outcome.DENIED, 1, error=text),
    )
    config = replace(
        CONFIG,
        engine_reason=text,
        proxies=Proxies("http://u:hunter2@proxy:3128", "hunter2@proxy", "", Source(text)),
        variables=(Variable("TOKEN", "hunter2", Source("x")),),
    )
    data = recording_bytes(config, text, walk, WRITTEN).decode()
    reports = [report(folded(walk), about(config, text, WRITTEN), kind) for kind in ReportFormat]
    for secret in SECRETS:
        assert secret not in data
        assert not any(secret in one for one in reports)
    assert read_recording(data.encode()).config.proxies.https == "***@proxy"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the login of bob in /home/bob/.docker/config.json", "the login of bob in ~/.docker/config.json"),
        ("/srv/people/ann/conf:3", "~/conf:3"),
        ("/srv/people/anna/conf", "/srv/people/anna/conf"),
        ("/Users/ann", "~"),
        ("quay.io/home/app:latest", "quay.io/home/app:latest"),
        ("https://reg.example.com/home/ann/x", "https://reg.example.com/home/ann/x"),
        ("Basic authentication is wanted", "Basic authentication is wanted"),
        ("invalid token: expired", "invalid token: expired"),
        ("etcd:3.1@sha256:" + "a" * 64, "etcd:3.1@sha256:" + "a" * 64),
        ("Get https://reg:5000/v2/?ns=docker.io: dial tcp", "Get https://reg:5000/v2/?ns=docker.io: dial tcp"),
    ],
)
def test_home_directories_are_shortened_and_sentences_stay(text: str, shown: str) -> None:
    assert redact(text, "/srv/people/ann") == shown


@given(st.text(alphabet=st.characters() | st.sampled_from("@:/=\"' tokenBearer"), max_size=60))
def test_redacting_twice_changes_nothing(text: str) -> None:
    once = redact(text, "/home/ann")
    assert redact(once, "/home/ann") == once


class Sleeper:
    """Counts the seconds that a replay would have waited."""

    def __init__(self) -> None:
        self.pauses: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.pauses.append(seconds)


async def test_a_replay_keeps_the_spacing() -> None:
    sleeper = Sleeper()
    session: Session = ReplaySession(read_recording(recorded("debian")), sleep=sleeper)
    shown = [event async for event in session.resolve("debian")]
    assert tuple(shown) == SCRIPTS["debian"]
    assert sum(sleeper.pauses) * 1000 == pytest.approx(SCRIPTS["debian"][-1].at)
    assert [event async for event in session.health()] == list(HEALTHY)
    assert session.place == "recording of /etc/sysconfig/docker"


async def test_a_long_pause_is_cut_and_none_is_made_where_none_is_wanted() -> None:
    recording = read_recording(recorded("nosuch"))
    late = replace(recording, events=tuple(replace(event, at=event.at * 1000) for event in recording.events))
    sleeper = Sleeper()
    shown = [event async for event in ReplaySession(late, sleep=sleeper).resolve("nosuch")]
    assert max(sleeper.pauses) == PAUSE_LIMIT
    assert shown[-1].at == SCRIPTS["nosuch"][-1].at * 1000
    still = Sleeper()
    assert [event async for event in ReplaySession(late, at_once=True, sleep=still).resolve("nosuch")] == shown
    assert still.pauses == []


async def test_what_was_asked_is_listed_as_it_is_played() -> None:
    refused = "10.0.0.1:443 refused the connection"
    happened = (
        events.ResolutionStarted(0.0, plan_for("debian")),
        events.StageEnded(20.0, 0, 0, Stage.TCP, False, 5.0, refused),
        events.StageEnded(21.0, 1, 0, Stage.TCP, True, 5.0, "10.0.0.2:443"),
        events.RequestEnded(22.0, 0, 0, "GET", "https://one/v2/", None, 12.0),
        events.RequestEnded(1530.0, 1, 0, "GET", "https://two/v2/", 401, 30.0),
        events.StageEnded(1531.0, 1, 0, Stage.PING, True, 30.0, "401"),
        events.RequestEnded(1540.0, 1, 0, "HEAD", "https://two/v2/debian/manifests/latest", None, 5.0),
        events.StageEnded(1541.0, 1, 0, Stage.MANIFEST, False, 6.0, "it went silent"),
        events.RequestEnded(1550.0, 1, 0, "GET", "https://two/" + "x" * 1000, None, 5.0),
    )
    session = ReplaySession(read_recording(recording_bytes(CONFIG, "demo", happened, WRITTEN)), at_once=True)
    played = session.resolve("debian")
    for _ in range(4):
        await anext(played)
    first = RequestMade("+ 0.01 s", "GET", "https://one/v2/", None, refused, None, 12.0)
    assert list(session.requests.kept) == [first]
    _ = [event async for event in played]
    assert session.requests.kept[1:] == (
        RequestMade("+ 1.50 s", "GET", "https://two/v2/", 401, "", None, 30.0),
        RequestMade("+ 1.53 s", "HEAD", "https://two/v2/debian/manifests/latest", None, "it went silent", None, 5.0),
        RequestMade("+ 1.54 s", "GET", printable("https://two/" + "x" * 1000, URL_LIMIT), None, "no answer", None, 5.0),
    )


async def test_nobody_is_asked_about_another_name() -> None:
    session = ReplaySession(read_recording(recorded("debian")), at_once=True)
    assert session.plan("debian") == plan_for("debian")
    assert [candidate.registry for candidate in session.plan("redis").candidates] == [
        "okd-lr.zyl.io:5000",
        "quay.io",
        "docker.io",
    ]
    started, ended = [event async for event in session.resolve("redis", ask_all=True)]
    assert isinstance(started, events.ResolutionStarted)
    assert isinstance(ended, events.ResolutionEnded)
    assert (ended.outcome, ended.found) == (Outcome.UNDECIDED, None)
    assert ended.error == "this is a recording of debian: nobody is asked about another name"


def test_a_recording_has_too_little_of_podman_for_another_plan() -> None:
    recording = read_recording(recorded("debian"))
    podman = replace(recording, config=replace(recording.config, engine=EngineName.PODMAN))
    plan = ReplaySession(podman).plan("redis")
    assert plan.refused == ("this is a recording of debian: nobody is asked about another name",)
