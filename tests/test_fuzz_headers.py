"""Headers that registries send: any text is read without an error, and what the rules can write is read back."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.registry.links import Link, next_target, parse_links
from regtui.registry.quota import LONGEST_WAIT, WARNINGS_LIMIT, rate_limit, retry_after, warnings
from regtui.text import printable
from tests.fuzz.__main__ import SUBJECTS, TESTS, files

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
PIECES = st.sampled_from(
    ["<", ">", ";", ",", "rel", "=", '"', "next", "\\", " ", "\t", "/v2/x?n=1", "é", "\x00", "299 -"]
)
HEADER = st.text(max_size=60) | st.lists(PIECES, max_size=30).map("".join)
URL = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="<>"), min_size=1, max_size=40)
RELATION = st.sampled_from(["next", "prev", "NEXT", "first", "last"])
QUOTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=0x24F, exclude_categories=["C"]), max_size=60)


@given(st.lists(HEADER, max_size=4))
def test_any_link_is_read(values: list[str]) -> None:
    for link in parse_links(values):
        assert "<" not in link.target
        assert ">" not in link.target
        assert all(relation == relation.lower() for relation in link.relations)
    assert next_target(values) is None or any(next_target(values) == link.target for link in parse_links(values))


@given(st.lists(st.tuples(URL, RELATION, st.booleans()), min_size=1, max_size=4))
def test_links_as_the_rules_write_them_are_read_back(links: list[tuple[str, str, bool]]) -> None:
    written = [
        f'<{url}>; title="a, <b>; c"; rel={f"{chr(34)}{rel}{chr(34)}" if quoted else rel}' for url, rel, quoted in links
    ]
    expected = tuple(Link(url, frozenset({rel.lower()})) for url, rel, _ in links)
    assert parse_links(written) == parse_links([", ".join(written)]) == expected


@given(st.lists(HEADER, max_size=4))
def test_any_warning_is_clean_and_bounded(values: list[str]) -> None:
    told = warnings(values)
    assert len(told) == len(set(told)) <= len(values)
    assert all(text.isprintable() for text in told)
    assert sum(map(len, told)) <= 4 * WARNINGS_LIMIT  # an escape is longer than what it stands for


@given(QUOTABLE)
def test_a_warning_as_the_specification_writes_it_is_read_back(text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    assert warnings([f'299 - "{quoted}"']) == (printable(text),)
    assert warnings([f'199 - "{quoted}"']) == ()


@given(st.integers(-(10**8), 10**8))
def test_a_date_is_the_wait_until_then(seconds: int) -> None:
    date = format_datetime((NOW + timedelta(seconds=seconds)).astimezone(UTC), usegmt=True)
    assert retry_after(date, NOW) == min(max(float(seconds), 0.0), LONGEST_WAIT)


@given(st.integers(0, 10**400))
def test_seconds_are_the_wait(seconds: int) -> None:
    text = "1" + "0" * 400 if seconds == 10**400 else str(seconds)
    assert retry_after(text, NOW) == float(min(seconds, int(LONGEST_WAIT)))


@given(HEADER, HEADER, HEADER)
def test_any_rate_limit_is_numbers_or_nothing(limit: str, remaining: str, source: str) -> None:
    found = rate_limit(limit, remaining, source)
    assert found is None or found.source.isprintable()


@pytest.mark.parametrize("subject", SUBJECTS)
def test_what_is_read_from_outside_has_properties(subject: str) -> None:
    stems = [name.rpartition("/test_")[2].removesuffix(".py") for name in files([])]
    assert [stem for stem in SUBJECTS[subject] if stem not in stems] == []


def test_the_long_run_tries_other_examples() -> None:
    """It takes the properties out of the tests, and its own number of examples."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "--minutes", "0.0001", "--examples", "3", "fuzz_headers"],
        cwd=TESTS.parent, env=os.environ, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "round 1, seed" in ran.stdout
    assert "7 passed" in ran.stdout
