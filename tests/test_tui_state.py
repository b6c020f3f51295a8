"""The fold of a resolution's events: what the screens know after each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from regtui.engines.base import Plan
from regtui.events import (
    AlsoFound,
    CandidateEnded,
    CandidateStarted,
    CredentialChosen,
    EndpointEnded,
    EndpointStarted,
    Event,
    HealthChecked,
    RequestEnded,
    ResolutionEnded,
    ResolutionStarted,
    StageEnded,
    StageStarted,
    TranscriptLine,
)
from regtui.host.model import EngineName
from regtui.outcome import Outcome, Stage
from regtui.tui.state import Progress, Walk, fold, planned, stopped
from tests.tui_fakes import SCRIPTS, Script, plan_for, through_mirror

PLAN = plan_for("debian")


def folded(*events: Event) -> Walk:
    """Return the walk after the events, the start among them."""
    walk = planned(PLAN)
    for event in (ResolutionStarted(0.0, PLAN), *events):
        walk = fold(walk, event)
    return walk


def test_a_plan_was_sent_to_nobody() -> None:
    walk = planned(PLAN)
    assert not walk.asked
    assert [len(view.endpoints) for view in walk.candidates] == [4, 2, 2]
    assert not any(view.reached or view.running for view in walk.candidates)


def test_a_candidate_that_is_passed_over_has_its_reason_before_anybody_is_asked() -> None:
    skipped = replace(PLAN.candidates[0], endpoints=(), outcome=Outcome.SKIPPED, reason="no dot, no port")
    view = planned(replace(PLAN, candidates=(skipped,))).candidates[0]
    assert (view.outcome, view.error, view.reached) == (Outcome.SKIPPED, "no dot, no port", False)


@pytest.mark.parametrize(
    ("events", "progress", "started", "ms", "detail"),
    [
        ([StageStarted(2.0, 1, 0, Stage.DNS)], Progress.RUNNING, 2.0, 0.0, ""),
        (
            [StageStarted(2.0, 1, 0, Stage.DNS), StageEnded(7.5, 1, 0, Stage.DNS, True, 5.0, "198.51.100.5")],
            Progress.OK,
            2.0,
            5.0,
            "198.51.100.5",
        ),
        ([StageEnded(7.0, 1, 0, Stage.DNS, True, 5.0)], Progress.OK, 2.0, 5.0, ""),
        ([StageEnded(7.0, 1, 0, Stage.DNS, False, 5.0, "no such host")], Progress.FAILED, 2.0, 5.0, "no such host"),
        (
            [StageEnded(7.0, 1, 0, Stage.DNS, False, 5.0), StageStarted(9.0, 1, 0, Stage.DNS)],
            Progress.RUNNING,
            9.0,
            0.0,
            "",
        ),
    ],
    ids=["started", "ended", "ended without a start", "failed", "again"],
)
def test_a_stage(events: list[Event], progress: Progress, started: float, ms: float, detail: str) -> None:
    (stage,) = folded(*events).candidates[1].endpoints[0].stages
    assert (stage.progress, stage.started, stage.ms, stage.detail) == (progress, started, ms, detail)


def test_a_stage_that_comes_again_keeps_its_place() -> None:
    stages = [Stage.DNS, Stage.TCP, Stage.PING, Stage.AUTH, Stage.PING]
    walk = folded(*(StageEnded(float(at), 1, 0, stage, True, 1.0) for at, stage in enumerate(stages)))
    assert [stage.stage for stage in walk.candidates[1].endpoints[0].stages] == stages[:-1]


def test_the_time_of_an_endpoint_is_without_its_waiting() -> None:
    walk = folded(
        StageEnded(5.0, 1, 0, Stage.DNS, True, 5.0),
        StageEnded(90.0, 1, 0, Stage.MANIFEST, True, 7.0),
        StageEnded(3.0, 1, 1, Stage.TCP, True, 1.0),
    )
    assert walk.candidates[1].endpoints[0].ms == 12.0
    assert walk.candidates[1].ms == 13.0
    assert walk.at == 90.0


def test_what_an_endpoint_used_and_asked_is_kept() -> None:
    request = RequestEnded(4.0, 0, 1, "GET", "http://okd-lr.zyl.io:5000/v2/", 200, 2.0)
    ended = EndpointEnded(5.0, 0, 1, Outcome.NOT_FOUND, "answered 404", "a longer story", 15.0)
    walk = folded(CredentialChosen(1.0, 0, 1, "alice of config.json", "the realm is foreign"), request, ended)
    view = walk.candidates[0].endpoints[1]
    assert (view.credential, view.withheld) == ("alice of config.json", "the realm is foreign")
    assert (view.requests, view.ended, view.reached) == ((request,), ended, True)


def test_the_walk_moves_on() -> None:
    walk = folded(CandidateStarted(1.0, 0), EndpointStarted(1.0, 0, 0))
    assert (walk.current, walk.candidates[0].reached, walk.candidates[0].endpoints[0].reached) == (0, True, True)
    walk = fold(walk, CandidateEnded(2.0, 0, Outcome.NOT_FOUND, "answered 404"))
    walk = fold(walk, CandidateStarted(2.0, 1))
    assert walk.current == 1
    assert (walk.candidates[0].outcome, walk.candidates[0].error) == (Outcome.NOT_FOUND, "answered 404")


def test_a_line_belongs_to_the_candidate_that_it_is_about() -> None:
    """The engine prints that it tries a registry before it does; its last error follows the last registry's end."""
    walk = folded(
        TranscriptLine(0.0, "Using default tag: latest"),
        TranscriptLine(0.0, "Trying A"),
        CandidateStarted(0.0, 0),
        TranscriptLine(1.0, "Pulling A", assumed=True),
        CandidateEnded(2.0, 0, Outcome.NOT_FOUND),
        TranscriptLine(2.0, "Trying B"),
        CandidateStarted(2.0, 1),
        CandidateEnded(3.0, 1, Outcome.NOT_FOUND),
        TranscriptLine(3.0, "not found"),
        ResolutionEnded(3.0, Outcome.NOT_FOUND, 1),
    )
    assert [(line.text, line.assumed, line.candidate) for line in walk.said] == [
        ("Using default tag: latest", False, None),
        ("Trying A", False, 0),
        ("Pulling A", True, 0),
        ("Trying B", False, 1),
        ("not found", False, 1),
    ]


def test_the_winner_holds_the_image_and_nothing_runs_any_more() -> None:
    walk = planned(PLAN)
    for event in through_mirror():
        if isinstance(event, ResolutionEnded):
            walk = fold(walk, StageStarted(event.at, 2, 1, Stage.TCP))
        walk = fold(walk, event)
    assert walk.over
    assert walk.found is not None
    assert walk.candidates[2].found == walk.found
    assert not any(view.running for view in walk.candidates)


def test_a_registry_behind_the_winner_holds_it_too() -> None:
    found = folded(*SCRIPTS["debian"][1:]).found
    assert found is not None
    other = replace(found, candidate=1, registry="quay.io", digest="sha256:0")
    for same in (True, False):
        view = folded(AlsoFound(9.0, other, same)).candidates[1]
        assert (view.found, view.same) == (other, same)


def test_a_walk_that_is_given_up_says_why() -> None:
    walk = stopped(folded(StageStarted(1.0, 0, 0, Stage.DNS)), "stopped")
    assert (walk.over, walk.stopped, walk.ended) == (True, "stopped", None)
    assert walk.candidates[0].endpoints[0].stages == ()


@pytest.mark.parametrize("index", [-1, 3, 10**9])
@pytest.mark.parametrize("endpoint", [-1, 0, 10**9])
def test_an_event_of_a_damaged_recording_changes_nothing(index: int, endpoint: int) -> None:
    events: list[Event] = [
        CandidateStarted(1.0, index),
        CandidateEnded(1.0, index, Outcome.FOUND),
        EndpointStarted(1.0, index, endpoint),
        EndpointEnded(1.0, index, endpoint, Outcome.FOUND),
        StageStarted(1.0, index, endpoint, Stage.DNS),
        StageEnded(1.0, index, endpoint, Stage.DNS, True, 1.0),
        RequestEnded(1.0, index, endpoint, "GET", "", 200, 1.0),
        CredentialChosen(1.0, index, endpoint, ""),
        HealthChecked(1.0, index, None, "", Outcome.FOUND, 1.0, ""),
    ]
    assert folded(*events) == replace(folded(), at=1.0)


def test_a_refused_name_has_no_candidates() -> None:
    plan = Plan(EngineName.RHEL_DOCKER, "Etcd", None, refused=("no",))
    walk = fold(planned(plan), ResolutionStarted(0.0, plan))
    walk = fold(fold(walk, TranscriptLine(0.0, "no")), ResolutionEnded(0.0, Outcome.INVALID, 1, error="no"))
    assert walk.over
    assert [line.candidate for line in walk.said] == [None]


def test_a_whole_story_ends_at_its_last_time() -> None:
    script = Script(PLAN).stages(0, 0, (Stage.DNS, 2.0), (Stage.TCP, 3.0))
    assert folded(*script.events[1:]).at == 5.0
