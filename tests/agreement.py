"""Writes README's table of how many recorded cases agree, from a run of the tests: `python -m tests.agreement`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

from tests.readme import put

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Kind:
    """Cases of one kind: each is one case of a test function whose id begins and ends so."""

    words: str
    engine: str
    module: str
    function: str
    begins: str = ""
    ends: str = ""

    def has(self, module: str, name: str) -> bool:
        """Whether a test case is one of this kind."""
        function, _, rest = name.partition("[")
        case = rest.removesuffix("]")
        same = (module, function) == (self.module, self.function)
        return same and case.startswith(self.begins) and case.endswith(self.ends)


RHEL, MOBY = "RHEL's Docker 1.13.1", "Docker Engine 20.10"
PODMAN, CONTAINERD = "podman 4.3", "containerd 1.6"
MODES = (("as the engine asks (`--strict`)", "-strict"), ("with what may run ahead", "-default"))
KINDS = (
    Kind("names as typed", "both", "test_names", "test_a_recorded_name_reads_as_the_engines_read_it"),
    Kind("EnvironmentFiles and `$VAR`", "systemd 219", "test_environment", "test_recorded_variables_and_words"),
    Kind("arguments and daemon.json", RHEL, "test_flags", "test_recorded_row"),
    Kind("whole hosts: the words that dockerd gets", RHEL, "test_hosts", "test_the_words_that_dockerd_gets"),
    Kind("endpoints of a pull, from arguments", RHEL, "test_plans", "test_arguments_give_the_recorded_endpoints"),
    Kind("endpoints of a pull, from files", RHEL, "test_plans", "test_files_give_the_recorded_endpoints"),
    Kind("endings of a pull", RHEL, "test_pull_errors", "test_pull_prints_what_docker_printed"),
    *(
        Kind(
            f"pulls in a world of registries, {words}",
            engine,
            "test_pull_worlds",
            "test_agrees_with_the_engine",
            name,
            mode,
        )
        for engine, name in ((RHEL, "rhel-docker-"), (MOBY, "moby-"))
        for words, mode in MODES
    ),
    Kind(
        "registries as `podman info` prints them",
        PODMAN,
        "test_engines_info",
        "test_the_registries_are_those_of_podman_info",
    ),
    *(
        Kind(f"pulls in a world of registries, {words}", engine, module, function, ends=mode)
        for engine, module, function in (
            (PODMAN, "test_podman_worlds", "test_agrees_with_podman"),
            (CONTAINERD, "test_containerd_worlds", "test_agrees_with_containerd"),
        )
        for words, mode in MODES
    ),
)


def run_tests() -> list[tuple[str, str, bool]]:
    """Run the tests of recorded cases; return module, case and whether it passed."""
    modules = sorted({kind.module for kind in KINDS})
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        files = [str(ROOT / "tests" / f"{module}.py") for module in modules]
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *files]
        subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
        cases = list(ET.parse(report).getroot().iter("testcase"))
    return [(case.get("classname", "").rpartition(".")[2], case.get("name", ""), len(case) == 0) for case in cases]


def table() -> str:
    """Return the table, in Markdown."""
    from tests.test_pull_errors import EXCEPTIONS
    from tests.test_pull_worlds import TRANSCRIPT_EXCEPTIONS

    cases = run_tests()
    lines = ["| recorded cases | of | rows | agree |", "|---|---|---:|---:|"]
    for kind in KINDS:
        passed = [ok for module, name, ok in cases if kind.has(module, name)]
        differing = len(EXCEPTIONS) if kind.module == "test_pull_errors" else 0
        lines.append(f"| {kind.words} | {kind.engine} | {len(passed)} | {sum(passed) - differing} |")
    named = [*EXCEPTIONS.items(), *TRANSCRIPT_EXCEPTIONS.items()]
    lines.append("")
    lines.extend(f"`{name}` differs: {reason}." for name, reason in named)
    return "\n".join(lines)


def main() -> None:
    """Put the table into README.md, between its marks."""
    put("agreement", table())


if __name__ == "__main__":
    main()
