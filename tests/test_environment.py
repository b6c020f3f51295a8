"""EnvironmentFile as systemd 219 reads it: recorded cases, what it drops silently, and that nothing makes it fail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.host.environment import parse_environment_file, words
from regtui.host.environment_findings import FINDINGS_LIMIT
from regtui.host.model import Severity, Source
from tests.golden import Row, rows

PATH = "/etc/sysconfig/docker"
ROWS = rows("envfile.jsonl")


def test_every_recorded_case_is_here() -> None:
    assert len(ROWS) == 244
    assert sum("start_fails_if_used" in row for row in ROWS) == 28


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_recorded_variables_and_words(row: Row) -> None:
    parsed = parse_environment_file(row["file"].encode(row["file_encoding"]), PATH)
    assert {name: one.value for name, one in parsed.variables.items()} == row["variables"]
    for name, one in parsed.variables.items():
        split = words(one.value, one.source)
        assert (None if split.unbalanced else list(split.values)) == row["words_of_$VAR"][name]
        assert split.unbalanced == (name in row.get("start_fails_if_used", []))


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_what_the_recording_noted_is_a_finding(row: Row) -> None:
    parsed = parse_environment_file(row["file"].encode(row["file_encoding"]), PATH)
    ignored = [note for note in row.get("notes", []) if note.startswith("ignored")]
    dropped = {"env-unbalanced-quote", "env-newline", "env-control-character", "env-invalid-key", "env-export"}
    dropped |= {"env-append", "env-bom", "env-shell"}
    assert len([found for found in parsed.dropped if found.code in dropped]) >= len(ignored)
    for note in row.get("notes", []):
        name, twice, _ = note.partition(" assigned more than once")
        if twice:
            assert [one for one in parsed.assignments if one.name == name and one.overridden]


FINDINGS = [
    ("fi\n", []),
    ("if [ -z $A ]; then\n", [("env-shell", 1)]),
    (". /run/flannel/docker\n", [("env-include", 1)]),
    ("A=1\nexport A\n", [("env-export", 2)]),
    ("export OPTIONS='-D'\n", [("env-export", 1)]),
    ("OPTIONS: '-D'\n", [("env-no-assignment", 1)]),
    ("OPTIONS+=' -D'\n", [("env-append", 1)]),
    ("A B=1\n", [("env-invalid-key", 1)]),
    ("\ufeffOPTIONS='-D'\n", [("env-bom", 1)]),
    ("A='1\n2'\nB=1\n", [("env-newline", 1)]),
    ("A=1\nB='1\nC=2\n", [("env-unbalanced-quote", 2)]),
    ("A='\x01'\n", [("env-control-character", 1)]),
    ("A='1' # one\n", [("env-text-after-quote", 1)]),
    ("A=1 # one\n", [("env-comment-in-value", 1)]),
    ("A=1#one\n", []),
    ('DOCKER_OPTS="$DOCKER_OPTS -D"\n', [("env-no-expansion", 1)]),
    ("A=`hostname`\n", [("env-no-expansion", 1)]),
    ("A=5$\n", []),
    ("A=\u201c-D\u201d\n", [("env-typographic", 1)]),
    ("# a note \\\nA=1\nB=1\n", [("env-comment-continuation", 2)]),
    ("# a note \\\n\nB=1\n", []),
    ("# a note \\\r\nB=1\r\n", []),
    ("A=1\n\0B=1\n", [("env-nul", 2)]),
    ("# comment\n; comment\n\nA='1'\nB=\n", []),
]


@pytest.mark.fault(65)
@pytest.mark.parametrize(("text", "expected"), FINDINGS)
def test_silence_is_broken_with_the_line(text: str, expected: list[tuple[str, int]]) -> None:
    parsed = parse_environment_file(text.encode(), PATH)
    places = [(found.code, found.source.line) for found in parsed.dropped if found.source]
    assert places == expected
    assert all(found.source and found.source.file == PATH for found in parsed.dropped)


@pytest.mark.parametrize("data", [b"A=1\nB=\xff\n", b"A=1\n\xff=1\n", b"A=\xed\xa0\x80\n", "A=\ufdd0\n".encode()])
def test_bytes_that_are_not_utf8_drop_the_whole_file(data: bytes) -> None:
    parsed = parse_environment_file(data, PATH)
    assert parsed.unreadable
    assert parsed.assignments == ()
    assert [found.code for found in parsed.dropped] == ["env-not-utf8"]


def test_bytes_that_are_not_utf8_in_a_comment_do_no_harm() -> None:
    assert "A" in parse_environment_file(b"# \xe9\nA=1\n", PATH).variables


def test_an_assignment_names_the_line_it_begins_on() -> None:
    text = "# one\n\nA='1 \\\n2' \\\n\nB=\\\n\\\n3\nA=4\n"
    parsed = parse_environment_file(text.encode(), PATH)
    assert [(one.name, one.value, one.source, one.overridden) for one in parsed.assignments] == [
        ("A", "1 2", Source(PATH, 3, "A"), 9),
        ("B", "3", Source(PATH, 6, "B"), 0),
        ("A", "4", Source(PATH, 9, "A"), 0),
    ]
    assert parsed.variables["A"].value == "4"


def test_an_invalid_assignment_leaves_an_earlier_one_in_force() -> None:
    parsed = parse_environment_file(b"A=1\nA='2\n3'\n", PATH)
    assert parsed.variables["A"].value == "1"


@pytest.mark.parametrize(
    ("value", "expected", "lost"),
    [
        ("--a  --b\t--c\n--d", ["--a", "--b", "--c", "--d"], ""),
        ('--x "10.0.0.0/8"', ["--x", "10.0.0.0/8"], ""),
        ("'a b'c\"d e\"", ["a bcd e"], ""),
        ("a\\ b \\'c", ["a b", "'c"], ""),
        ("'it\\'s'", ["it's"], ""),
        ("a 'b c", ["a", "b c"], ""),
        ("a '' b c", ["a"], "b c"),
        ("'' ", [], ""),
        ("a ''b", ["a", "b"], ""),
        ("ends in \\", ["ends", "in"], ""),
        ('"a\\', ["a"], ""),
        ("", [], ""),
    ],
)
def test_words_of_a_variable(value: str, expected: list[str], lost: str) -> None:
    found = words(value, Source(PATH, 3, "OPTIONS"))
    assert (list(found.values), found.lost, found.unbalanced) == (expected, lost, False)
    assert all(setting.source == Source(PATH, 3, "OPTIONS") for setting in found.settings)


@pytest.mark.parametrize("value", ['"', 'a "b', "a \"b 'c' d"])
def test_an_open_double_quote_fails_the_service(value: str) -> None:
    assert words(value, Source(PATH)).unbalanced


@pytest.mark.fault(65)
def test_findings_are_bounded_and_quote_no_secret() -> None:
    parsed = parse_environment_file(b"HTTP_PROXY http://me:pa55@proxy\n" * 1000, PATH)
    assert len(parsed.dropped) == FINDINGS_LIMIT
    assert "pa55" not in repr(parsed)
    assert "pa55" not in repr(parse_environment_file(b"export X=http://me:pa55@proxy\nY=http://me:pa55@proxy\n", PATH))


def test_a_finding_cannot_move_the_cursor() -> None:
    (found,) = parse_environment_file(b"\x1b[2J no\xc2\x9b equals\n", PATH).dropped
    assert "\\x1b" in found.message
    assert found.message.isprintable()
    assert found.severity is Severity.WARNING


@given(st.binary(max_size=300) | st.text("OPTIN=\\'\"# ;\r\n\tabcé\0-$", max_size=80).map(str.encode))
def test_no_bytes_make_reading_raise(data: bytes) -> None:
    parsed = parse_environment_file(data, PATH)
    lines = data.count(b"\n") + 1
    for one in parsed.assignments:
        assert one.source.line is not None
        assert 1 <= one.source.line <= lines
        assert all(word for word in words(one.value, one.source).values)
    assert all(found.message.isprintable() for found in parsed.dropped)
    assert set(parsed.variables) == {one.name for one in parsed.assignments}


@given(st.lists(st.from_regex(r"[a-z0-9./:=-]{1,20}", fullmatch=True), max_size=8))
def test_what_is_quoted_comes_back(values: list[str]) -> None:
    text = "OPTIONS='" + " ".join(f'"{value}"' for value in values) + "'\n"
    parsed = parse_environment_file(text.encode(), PATH)
    assert list(words(parsed.variables["OPTIONS"].value, Source(PATH)).values) == values
