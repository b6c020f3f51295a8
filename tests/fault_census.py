"""Counts the tests of the numbered faults, says so at the end of a run, and fails a whole run that misses a number.

Each number from 1 to 75 is a way in which a network, a registry, a file or a terminal goes wrong.
A test names its numbers with `@pytest.mark.fault(12, 57)`.
A number is covered where a test of it passed and none failed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

FAULTS = range(1, 76)


class Census:
    """Which test has which numbers, and how each of them ended."""

    def __init__(self, *, whole: bool) -> None:
        """`whole` says that nothing was selected: every number must have its test."""
        self.whole = whole
        self.missing: list[int] = []
        self._numbers: dict[str, frozenset[int]] = {}
        self._passed: set[str] = set()
        self._failed: set[str] = set()

    def pytest_deselected(self) -> None:
        """A part of the tests was left out on purpose."""
        self.whole = False

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Note the numbers of each test; a number that no fault has is a mistake in the test."""
        for item in items:
            numbers = frozenset(_numbers(item))
            unknown = sorted(numbers - set(FAULTS))
            if unknown:
                raise pytest.UsageError(f"{item.nodeid}: no fault has the number {unknown}")
            if numbers:
                self._numbers[item.nodeid] = numbers

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how a test ended; setting up and tearing down may fail it too."""
        if report.failed:
            self._failed.add(report.nodeid)
        elif report.when == "call" and report.passed:
            self._passed.add(report.nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Fail a whole run in which a number has no test that passed."""
        covered = self._of(self._passed) - self._of(self._failed)
        self.missing = sorted(set(FAULTS) - covered)
        if self.missing and self.whole and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the count, where a test of a fault ran at all."""
        ran = (self._passed | self._failed) & self._numbers.keys()
        if not ran and not self.whole:
            return
        covered = len(FAULTS) - len(self.missing)
        terminalreporter.write_line(f"numbered faults: {covered} of {len(FAULTS)} covered, {len(ran)} tests")
        if self.missing and self.whole:
            names = ", ".join(map(str, self.missing))
            terminalreporter.write_line(f"numbered faults without a test that passed: {names}", red=True)

    def _of(self, tests: Iterable[str]) -> set[int]:
        """Return the numbers of these tests."""
        return {number for test in tests for number in self._numbers.get(test, ())}


def _numbers(item: pytest.Item) -> list[int]:
    return [number for mark in item.iter_markers("fault") for number in mark.args]


def pytest_configure(config: pytest.Config) -> None:
    """Count in this run. What is named on the command line is a selection, and so is what `-k` or `-m` leave over."""
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not config.option.collectonly
    config.pluginmanager.register(Census(whole=whole), "fault-census")
