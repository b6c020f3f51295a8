"""Names and registries.conf as a real program of the same libraries reads them: the same verdict in the same words."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from regtui.host.podman.registries_file import Refused, read_registries_file
from regtui.reference import InvalidReference, MobyGrammar, parse_moby
from tests.real_registries import require_programs
from tests.skopeo_reference import refusal_of_name, refusal_of_registries
from tests.test_fuzz_reference import NAMES

EXAMPLES = int(os.environ.get("REGTUI_FUZZ_EXAMPLES", "40"))
"""Each starts a program; by hand there are many more (`tests.fuzz`)."""

TRIES = 40


@pytest.fixture(scope="module", autouse=True)
def _skopeo() -> None:
    require_programs()


def can_be_an_argument(text: str) -> bool:
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False


@settings(max_examples=EXAMPLES)
@given(NAMES.filter(can_be_an_argument))
def test_a_name_is_read_as_skopeo_reads_it(name: str) -> None:
    theirs = refusal_of_name(name)
    if theirs is not None and "both a tag and digest" in theirs:
        theirs = None  # it is a name all the same, which skopeo does not want to copy
    ours = None
    try:
        parse_moby(name, MobyGrammar.DISTRIBUTION_2)
    except InvalidReference as error:
        ours = error.message
    assert ours == theirs


VALUES = (
    '"a.example"',
    '"a.example/b"',
    '"*.example"',
    '""',
    '"A"',
    '"a b"',
    '"http://a"',
    "true",
    "7",
    "[]",
    '["a"]',
    "x",
)
KEYS = ("location", "prefix", "insecure", "blocked", "mirror-by-digest-only", "unknown", "location ", '"location"')
LINES = st.one_of(
    st.sampled_from(
        (
            "[[registry]]",
            "[[registry.mirror]]",
            "[aliases]",
            "[registries.search]",
            "[registries.insecure]",
            'registries = ["a.example", "b.example:5000"]',
            'unqualified-search-registries = ["a.example", "b.example:5000"]',
            'unqualified-search-registries = ["http://a"]',
            'short-name-mode = "enforcing"',
            'short-name-mode = "x"',
            'credential-helpers = ["containers-auth.json"]',
            '"short" = "a.example/b"',
            '"a/b:c" = "x"',
            "# a comment",
            "",
        )
    ),
    st.builds("{} = {}".format, st.sampled_from(KEYS), st.sampled_from(VALUES)),
    st.text("[]\"'=,.#ab \\tn", max_size=12),
)


@settings(max_examples=EXAMPLES)
@given(st.lists(LINES, max_size=9).map("\n".join))
@example('registries = ["a.example"]\n[[registry.mirror]]')
def test_a_registries_conf_is_read_as_skopeo_reads_it(text: str) -> None:
    ours = None
    try:
        read_registries_file("registries.conf", text.encode(), drop_in=False)
    except Refused as error:
        ours = str(error)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "registries.conf"
        path.write_text(text)
        theirs = refusal_of_registries(path)
        if ours is None or theirs is None:
            assert ours == theirs
        elif ours != theirs:
            # Of several faults skopeo tells the first that Go's map gives, which is another one each time.
            assert ours in {refusal_of_registries(path) for _ in range(TRIES)}
