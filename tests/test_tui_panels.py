"""What stands around the walk: the list's rows, the verdict, the transcript, the title, the refusal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from regtui.engines.base import Plan
from regtui.events import AlsoFound, CredentialChosen, ResolutionEnded
from regtui.host.model import BUILT_IN, EngineName, Finding, HostConfig, Security, Setting, Severity, Source
from regtui.outcome import Outcome
from regtui.tui.cells import Line, line_text, line_width
from regtui.tui.copying import CopyRows, copyables
from regtui.tui.glyphs import ASCII, UNICODE
from regtui.tui.listing import Kind, about_lines, columns_of, row_line, rows_of, source_line, summary
from regtui.tui.panels import axis_line, frame_bottom, frame_top, notes_lines, refusal_lines, title_line
from regtui.tui.state import Walk, fold, planned, stopped
from regtui.tui.transcript import transcript_lines
from regtui.tui.verdict import ROWS, verdict_lines
from tests.tui_fakes import CONFIG, HEALTHY, PLANS, REFUSED, SCRIPTS, Script, plan_for, walked


def text_of(lines: tuple[Line, ...]) -> list[str]:
    """Return lines without their roles and without blanks at their ends."""
    return [line_text(line).rstrip() for line in lines]


def listed(config: HostConfig, width: int = 78) -> list[str]:
    """Return the list of a host nobody of which was asked."""
    rows = rows_of(config)
    return text_of(tuple(row_line(row, width, columns_of(rows, width, UNICODE), UNICODE) for row in rows))


def registry(name: str, file: str = "/etc/sysconfig/docker") -> Setting:
    """Return a listed registry."""
    return Setting("add-registry", name, Source(file, 1, "ADD_REGISTRY"))


BARE = HostConfig(EngineName.RHEL_DOCKER, "")


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (BARE, []),
        (
            replace(BARE, registries=(registry("quay.io"), registry("quay.io"))),
            [
                " 1 quay.io   secure    nothing in the insecure list covers it                ○",
                " 2 quay.io   secure    nothing in the insecure list covers it                ○",
            ],
        ),
        (
            replace(BARE, registries=(registry("docker.io"), registry("docker.io")), mirrors=(registry("http://m"),)),
            [
                " 1 docker.io  secure    Docker Hub is secure unless it is listed by name     ○",
                "   └ mirror http://m                                                         ○",
                " 2 docker.io  secure    Docker Hub is secure unless it is listed by name     ○",
            ],
        ),
        (
            replace(BARE, blocked=(registry("*"), registry("docker.io")), mirrors=(registry("http://m"),)),
            [
                "   └ mirror http://m                                                         ○",
                " ✗ all that is not listed  blocked",
                " ✗ docker.io               blocked",
            ],
        ),
        (
            replace(BARE, registries=(registry("10.1.2.3:5000"),), insecure=CONFIG.insecure),
            [" 1 10.1.2.3:5000  secure    no insecure entry names it or holds its address  ○"],
        ),
    ],
    ids=["empty", "listed twice", "mirrors below the first", "docker.io blocked", "an address"],
)
def test_the_list_of_registries(config: HostConfig, expected: list[str]) -> None:
    assert listed(config) == expected


def test_what_a_resolution_learned_of_addresses_is_shown() -> None:
    quay = rows_of(CONFIG)[1]
    assert (quay.name, quay.security) == ("quay.io", Security.UNKNOWN)
    assert rows_of(CONFIG, (), {"quay.io": Security.SECURE})[1].security is Security.SECURE
    assert rows_of(CONFIG, (), {"quay.io": Security.INSECURE})[1].security is Security.INSECURE
    # What the files say is never overruled.
    assert rows_of(CONFIG, (), {"okd-lr.zyl.io:5000": Security.SECURE})[0].security is Security.INSECURE


def test_each_answer_goes_to_its_row() -> None:
    rows = rows_of(CONFIG, HEALTHY)
    assert [(row.kind, row.index, row.health.ms if row.health else None) for row in rows] == [
        (Kind.REGISTRY, 0, 3.1),
        (Kind.REGISTRY, 1, 41.0),
        (Kind.REGISTRY, 2, 52.0),
        (Kind.MIRROR, 0, 3.2),
    ]


@pytest.mark.parametrize("width", [20, 30, 40, 59, 60, 78, 150])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_a_row_fits_and_keeps_its_health(width: int, glyphs: object) -> None:
    assert isinstance(glyphs, type(UNICODE))
    config = replace(CONFIG, registries=(*CONFIG.registries, registry("a-very-long-name." * 9)))
    rows = rows_of(config, HEALTHY)
    columns = columns_of(rows, width, glyphs)
    for row in rows:
        line = row_line(row, width, columns, glyphs)
        assert line_width(line) <= width
        if row.health is not None and width >= 30:
            assert (glyphs.alive if row.health.outcome is Outcome.FOUND else glyphs.bad) in line_text(line)


def test_the_selected_row_names_its_source_and_its_reason() -> None:
    row = rows_of(CONFIG, HEALTHY)[0]
    assert line_text(source_line(row, UNICODE)) == (
        "/etc/sysconfig/docker:3 ADD_REGISTRY · the name is in the insecure list"
    )
    assert text_of(about_lines(row, 40, UNICODE)) == [
        "insecure: the name is in the insecure",
        "list",
        "● answers without authentication",
    ]
    assert source_line(None, UNICODE) == ()
    assert about_lines(None, 40, UNICODE) == ()


@pytest.mark.parametrize(
    ("severities", "expected"),
    [
        ([], "no findings"),
        ([Severity.NOTE], "1 note"),
        ([Severity.WARNING, Severity.ERROR, Severity.WARNING], "1 error, 2 warnings"),
    ],
)
def test_the_findings_are_counted(severities: list[Severity], expected: str) -> None:
    findings = tuple(Finding("code", severity, "message") for severity in severities)
    assert line_text(summary(replace(BARE, findings=findings))) == expected


def test_the_worst_finding_comes_first_and_names_its_place() -> None:
    findings = (
        Finding("a", Severity.NOTE, "a note"),
        Finding("b", Severity.ERROR, "an error", Source("/etc/x", 7, "KEY")),
    )
    assert text_of(notes_lines(replace(BARE, findings=findings), 40, UNICODE)) == [
        "",
        "insecure nothing",
        "",
        "✗ an error",
        "  /etc/x:7 KEY",
        "",
        "· a note",
    ]


def test_no_finding_beside_the_walk_is_cut_and_the_rest_is_counted() -> None:
    sentence = "six words that need two lines"
    findings = tuple(Finding(str(number), Severity.WARNING, sentence) for number in range(9))
    lines = text_of(notes_lines(replace(BARE, findings=findings), 20, UNICODE))
    assert lines[2:] == [*["", "! six words that", "  need two lines"] * 4, "", "c shows 5 more"]
    alone = Finding("a", Severity.WARNING, "word " * 100)
    assert len(notes_lines(replace(BARE, findings=(alone,)), 20, UNICODE)) < 20


def test_a_refusal_is_told_in_the_daemons_words_with_its_place() -> None:
    assert refusal_lines(CONFIG, 80, UNICODE) == ()
    lines = text_of(refusal_lines(REFUSED, 80, UNICODE))
    assert lines[0] == "✗ dockerd would not start: /etc/docker/daemon.json:2 insecure-registries"
    assert REFUSED.refusal is not None
    assert " ".join(" ".join(lines[1:]).split()) == REFUSED.refusal.message


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
@pytest.mark.parametrize("width", [20, 60, 120])
def test_the_edges_of_a_panel_are_as_wide_as_it_is(glyphs: object, width: int) -> None:
    assert isinstance(glyphs, type(UNICODE))
    top = frame_top("Resolve", width, glyphs, focused=True)
    bottom = frame_bottom(source_line(rows_of(CONFIG)[0], glyphs), width, glyphs)
    assert (line_width(top), line_width(bottom)) == (width, width)
    assert glyphs is UNICODE or (line_text(top) + line_text(bottom)).isascii()


def test_the_title_says_which_engine_and_which_file() -> None:
    titles = [line_text(title_line(CONFIG, "/etc/sysconfig/docker", width, UNICODE)) for width in (64, 58)]
    assert titles == [
        "regtui  rhel-docker · /etc/sysconfig/docker    1 warning, 1 note",
        "regtui  rhel-docker · /etc/sysconfig/do… 1 warning, 1 note",
    ]


def test_the_axis_stands_where_bars_do() -> None:
    walk = walked("debian")
    assert line_text(axis_line(walk, 77)) == "0   100 ms"
    assert axis_line(walk, 60) == ()
    assert axis_line(planned(plan_for("debian")), 77) == ()
    assert axis_line(None, 77) == ()


def also(walk: Walk, *, same: bool) -> Walk:
    """Return the walk with quay.io holding the name too."""
    assert walk.found is not None
    return fold(walk, AlsoFound(walk.at, replace(walk.found, candidate=1, registry="quay.io"), same))


MIRRORED = ["✓ docker.io serves it via its mirror · sha256:fc5f6e08c9e3             82 ms"]


@pytest.mark.parametrize(
    ("walk", "expected"),
    [
        (None, ["", ""]),
        (planned(plan_for("debian")), ["docker would ask 3 registries, in this order", ""]),
        (
            planned(replace(plan_for("debian"), candidates=plan_for("debian").candidates[:1], signed=True)),
            ["docker would ask 1 registry; signatures are checked", ""],
        ),
        (planned(Plan(EngineName.PODMAN, "x", None)), ["nobody would be asked", ""]),
        (
            planned(PLANS["Etcd"]),
            ['✗ Error parsing reference: "Etcd" is not a valid repository/tag: repository', "  name must be lowercase"],
        ),
        (walked("debian", 2), ["starting", ""]),
        (walked("debian", 12), ["asking okd-lr.zyl.io:5000", ""]),
        (stopped(walked("debian", 12), "stopped"), ["✗ stopped", ""]),
        (walked("debian"), [*MIRRORED, "  docker pull would exit 0"]),
        (
            also(walked("debian"), same=True),
            [*MIRRORED, "  docker pull would exit 0 · the same image in quay.io"],
        ),
        (
            also(walked("debian"), same=False),
            [*MIRRORED, "  docker pull would exit 0 · another image in quay.io"],
        ),
        (
            walked("nosuch"),
            [
                "✗ nobody serves it: 3 registries were asked         5.1 s, docker waits 45 s",
                "  docker pull would exit 1: manifest for docker.io/nosuch:latest not found",
            ],
        ),
    ],
    ids=[
        "nothing",
        "a plan",
        "a plan for one, signed",
        "nobody",
        "refused",
        "starting",
        "asking",
        "stopped",
        "found",
        "found, the same elsewhere",
        "found, another elsewhere",
        "nowhere",
    ],
)
def test_the_verdict(walk: Walk | None, expected: list[str]) -> None:
    assert text_of(verdict_lines(walk, 76, UNICODE)) == expected


@pytest.mark.parametrize("width", [20, 40, 57, 76, 120])
@pytest.mark.parametrize("name", ["debian", "nosuch"])
def test_a_verdict_fits_and_keeps_its_rows(width: int, name: str) -> None:
    for count in range(len(SCRIPTS[name])):
        lines = verdict_lines(walked(name, count), width, UNICODE)
        assert len(lines) >= ROWS
        assert max(line_width(line) for line in lines) <= width


def test_an_undecided_walk_says_who_did_not_answer() -> None:
    script = Script(plan_for("debian")).reach(0).leave(0, Outcome.UNDECIDED, "no answer in 5 s; the engine waits 30 s")
    walk = planned(plan_for("debian"))
    for event in (*script.events, ResolutionEnded(5000.0, Outcome.UNDECIDED, 1)):
        walk = fold(walk, event)
    assert text_of(verdict_lines(walk, 90, UNICODE))[0].startswith(
        "? undecided: no answer in time from okd-lr.zyl.io:5000"
    )


def test_an_assumed_last_line_is_marked() -> None:
    script = Script(plan_for("debian")).reach(0).leave(0, Outcome.NOT_FOUND)
    script.say("Error: image debian:latest not found", assumed=True)
    walk = planned(plan_for("debian"))
    for event in (*script.events, ResolutionEnded(5.0, Outcome.NOT_FOUND, 1)):
        walk = fold(walk, event)
    assert text_of(verdict_lines(walk, 90, UNICODE))[1:] == [
        "  docker pull would exit 1: Error: image debian:latest not found (≈ assumed)"
    ]


def test_the_transcript_stands_beside_the_truth_where_there_is_room() -> None:
    narrow, wide = (text_of(transcript_lines(walked("nosuch"), width, UNICODE)) for width in (74, 114))
    assert "    ✗ https://registry-1.docker.io: no such host" in narrow
    beside = next(line for line in wide if "https://registry-1.docker.io" in line)
    assert beside.split(" │ ")[1] == "✗ https://registry-1.docker.io: no such host"
    for lines in (narrow, wide):
        assert lines[0] == "$ docker pull nosuch"
        assert sum(line.startswith("≈ Pulling repository") for line in lines) == 2
        assert lines[-3:] == [
            "exit 1",
            "its own time limits would cost 45 s",
            "≈ assumed: the v1 protocol is never asked",
        ]


def test_a_registry_that_wants_a_login_is_told_with_the_login_that_it_got() -> None:
    chosen = CredentialChosen(90.0, 1, 0, "no credentials for it in /root/.docker/config.json", "withheld: plain HTTP")
    walk = fold(walked("nosuch"), chosen)
    narrow, wide = (text_of(transcript_lines(walk, width, UNICODE)) for width in (74, 114))
    place = next(index for index, line in enumerate(narrow) if "https://quay.io: answered 401" in line)
    assert narrow[place + 2 : place + 4] == [
        "      no credentials for it in /root/.docker/config.json",
        "      withheld: plain HTTP",
    ]
    assert any(line.endswith("│   no credentials for it in /root/.docker/config.json") for line in wide)
    assert "config.json" not in "".join(text_of(transcript_lines(walked("nosuch"), 74, UNICODE)))


@pytest.mark.parametrize("width", [20, 40, 76, 96, 140])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_a_transcript_fits(width: int, glyphs: object) -> None:
    assert isinstance(glyphs, type(UNICODE))
    for name in SCRIPTS:
        lines = transcript_lines(walked(name), width, glyphs)
        assert max(line_width(line) for line in lines) <= width
        assert glyphs is UNICODE or "".join(line_text(line) for line in lines).isascii()


def test_a_candidate_without_endpoints_still_tells_its_truth() -> None:
    skipped = replace(
        plan_for("debian").candidates[0],
        endpoints=(),
        outcome=Outcome.SKIPPED,
        reason="no dot, no port",
        source=BUILT_IN,
    )
    walk = replace(planned(replace(plan_for("debian"), candidates=(skipped,))), asked=True)
    assert f"    {UNICODE.none} okd-lr.zyl.io:5000 skipped: no dot, no port" in text_of(
        transcript_lines(walk, 76, UNICODE)
    )


def test_what_can_be_copied() -> None:
    walk = walked("debian")
    assert walk.found is not None
    assert [(text.label, text.text) for text in copyables(walk, None)] == [
        ("digest", walk.found.digest),
        ("full name", "docker.io/library/debian:latest"),
        ("full name with digest", f"docker.io/library/debian@{walk.found.digest}"),
        ("pull command", "docker pull docker.io/library/debian:latest"),
    ]
    assert [text.text for text in copyables(planned(plan_for("debian")), 1)] == [
        "quay.io/debian:latest",
        "docker pull quay.io/debian:latest",
    ]
    assert copyables(None, None) == ()
    assert copyables(planned(PLANS["Etcd"]), None) == ()


@pytest.mark.parametrize("width", [20, 40, 76])
def test_a_row_of_the_choice_fits(width: int) -> None:
    rows = CopyRows(copyables(walked("debian"), None))
    assert len(rows) == 4
    assert all(line_width(rows.line(index, width)) <= max(width, 36) for index in range(4))
