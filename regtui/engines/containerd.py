"""containerd: the hosts of hosts.toml in order, then the registry; the name is resolved first, and fetched afterwards.

The plan is made in `containerd_plan`; what the hosts' answers mean stands in `containerd_pull`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.engines.base import Passed, Say, Verdict
from regtui.engines.containerd_errors import NOT_FOUND
from regtui.engines.containerd_image import ImageError, choose_child, media_type
from regtui.engines.containerd_plan import client_line, make_plan
from regtui.engines.containerd_pull import CandidatePull, PullError
from regtui.engines.unmarshal import MANIFEST_LIST, OCI_INDEX, OCI_MANIFEST, SCHEMA2
from regtui.host.model import ContainerdClient
from regtui.outcome import Outcome
from regtui.text import go_quote

if TYPE_CHECKING:
    from regtui.engines.base import HttpAnswer, Plan, Platform, Question, Walk

EXIT_FAILED = 1


class Containerd:
    """The rules of containerd 1.6, which newer ones keep."""

    @property
    def accept(self) -> tuple[str, ...]:
        """The manifest types that containerd asks for."""
        return (SCHEMA2, MANIFEST_LIST, OCI_MANIFEST, OCI_INDEX, "*/*")

    @property
    def tag_method(self) -> str:
        """The verb that asks for a tag first."""
        return "HEAD"

    def plan(self, question: Question) -> Plan:
        """Return the hosts for the name's registry, in order."""
        return make_plan(question)

    def child(self, answer: HttpAnswer, platform: Platform) -> str | None:
        """Return the digest of the platform's image where the answer is an index that has one."""
        try:
            found = choose_child(answer, media_type(answer), platform)
        except ImageError:
            return None
        return found.digest if found else None

    def walk(self, plan: Plan, platform: Platform) -> Walk:
        """Resolve the name, then fetch what it leads to."""
        for line in (*plan.preface, *plan.refused):
            yield Say(line)
        if plan.refused:
            return Verdict(Outcome.INVALID, EXIT_FAILED, error=plan.refused[-1])
        candidate = plan.candidates[0]
        pull = CandidatePull(candidate, platform)
        try:
            found = yield from pull.run()
        except PullError as error:
            yield Passed(0, error.outcome, error.sentence)
            text = str(error)
            if not error.fetching:
                text = f"failed to resolve reference {go_quote(candidate.name)}: {error}"
            told = _as_told(ContainerdClient(plan.client or ContainerdClient.CTR), candidate.name, text)
            for line in filter(None, told.split("\n")):
                yield Say(line, error.assumed)
            return Verdict(error.outcome, EXIT_FAILED, error=text, engine_seconds=pull.cost)
        yield Passed(0, Outcome.FOUND)
        if plan.client in ("", ContainerdClient.CTR):  # the other clients print their progress alone
            yield Say(f"unpacking {platform.os}/{platform.architecture} {found.digest}...")
        return Verdict(Outcome.FOUND, 0, found, engine_seconds=pull.cost)


CONTAINERD = Containerd()


def _as_told(client: ContainerdClient, name: str, text: str) -> str:
    """Return the error as the client prints it; crictl and the kubelet's events show CRI's."""
    if client is not ContainerdClient.CRI:
        return client_line(client, text)
    code = "NotFound" if text.endswith(f": {NOT_FOUND}") else "Unknown"
    return f"rpc error: code = {code} desc = failed to pull and unpack image {go_quote(name)}: {text}"
