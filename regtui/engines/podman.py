"""podman and CRI-O: short names become a list of registries, each with its mirrors; the errors of all are told.

Source: libimage/pull.go of containers/common 0.50 (podman 4.3). The plan is made in `podman_plan`; what one candidate's
answers mean stands in `podman_pull`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.engines.base import Passed, Say, Verdict
from regtui.engines.podman_image import ImageError, choose_instance, is_list
from regtui.engines.podman_plan import make_plan
from regtui.engines.podman_pull import CandidatePull
from regtui.engines.unmarshal import MANIFEST_LIST, OCI_INDEX, OCI_MANIFEST, SCHEMA1, SCHEMA1_SIGNED, SCHEMA2
from regtui.outcome import Outcome

if TYPE_CHECKING:
    from regtui.engines.base import HttpAnswer, Plan, Platform, Question, Walk
    from regtui.engines.podman_pull import Pulled

EXIT_FAILED = 125


class Podman:
    """The rules of podman 4, which newer ones keep."""

    @property
    def accept(self) -> tuple[str, ...]:
        """The manifest types that containers/image asks for."""
        return (OCI_MANIFEST, SCHEMA2, SCHEMA1_SIGNED, SCHEMA1, MANIFEST_LIST, OCI_INDEX)

    @property
    def tag_method(self) -> str:
        """The verb that asks for a tag first."""
        return "GET"

    def plan(self, question: Question) -> Plan:
        """Return the alias, the registries of the search list, or the one registry of the name."""
        return make_plan(question)

    def child(self, answer: HttpAnswer, platform: Platform) -> str | None:
        """Return the digest of the platform's image where the answer is an index that has one."""
        if not is_list(answer):
            return None
        try:
            return choose_instance(answer, platform)
        except ImageError:
            return None

    def walk(self, plan: Plan, platform: Platform) -> Walk:
        """Try one candidate after another; where all fail, each one's error is told."""
        for line in (*plan.preface, *plan.refused):
            yield Say(line)
        if plan.refused:
            return Verdict(Outcome.INVALID, EXIT_FAILED, error=plan.refused[-1])
        failed: list[Pulled] = []
        seconds = 0.0
        for index, candidate in enumerate(plan.candidates):
            if candidate.outcome is Outcome.SKIPPED:
                yield Passed(index, Outcome.SKIPPED, candidate.reason)
                continue
            yield Say(f"Trying to pull {candidate.reference}...")
            pulled = yield from CandidatePull(candidate, index, platform).run()
            seconds += pulled.error.all_seconds
            yield Passed(index, pulled.outcome, pulled.sentence)
            if pulled.found is not None:
                return Verdict(Outcome.FOUND, 0, pulled.found, engine_seconds=seconds)
            failed.append(pulled)
        text = _all_errors(failed)
        assumed = any(pulled.error.assumed for pulled in failed)
        for line in filter(None, f"Error: {text}".split("\n")):
            yield Say(line, assumed)
        outcome = failed[-1].outcome if failed else Outcome.NOT_FOUND
        return Verdict(outcome, EXIT_FAILED, error=text, engine_seconds=seconds)


PODMAN = Podman()


def _all_errors(failed: list[Pulled]) -> str:
    """Return the one error, or the list of all (FormatPullErrors)."""
    if len(failed) == 1:
        return failed[0].error.text
    listed = "".join(f"\n * {pulled.error.text}" for pulled in failed)
    return f"{len(failed)} errors occurred while pulling:{listed}"
