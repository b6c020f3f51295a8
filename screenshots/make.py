"""Makes the pictures of the README: the real program in the demo's world, the same to the byte at every run.

    python screenshots/make.py [FOLDER]

What the registries answer is recorded from the demo first. Times differ from run to run, so each stage gets the time
that its host would need from afar, and the app is then shown the recording.
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from moving import Frame, moving

from regtui.asked import RequestLog, RequestMade
from regtui.cli import parse
from regtui.commands.host import read_host
from regtui.commands.other_engines import HostEngines
from regtui.commands.sessions import means_of, session_of
from regtui.commands.surveying import survey_host
from regtui.demo.host import DEMO_PLACE, demo_resolver, demo_root
from regtui.events import (
    EndpointEnded,
    Event,
    HealthChecked,
    RequestEnded,
    ResolutionStarted,
    StageEnded,
    StageStarted,
)
from regtui.outcome import Stage
from regtui.settings import Motion
from regtui.tui.terminal import Look

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.pilot import Pilot

    from regtui.host.model import HostConfig
    from regtui.live import LiveSession
    from regtui.options import Options
    from regtui.session import Session
    from regtui.survey import Survey

SIZES = ((80, 24), (120, 36))
LOOK = Look(theme="dark", motion=Motion.NONE, paced=False, fps=60, plain=False, mouse=True, blink=False)
STAGES = {Stage.DNS: 0.4, Stage.TCP: 1.0, Stage.TLS: 2.0, Stage.PING: 1.0, Stage.AUTH: 2.0, Stage.MANIFEST: 1.0}
"""Round trips that a stage takes."""
LATE = (Stage.AUTH, Stage.MANIFEST)
"""Stages that name the image, or come after one that does; all others run ahead."""
FAR = {"okd-lr.zyl.io:5000": 3.0, "quay.io": 19.0, "registry-1.docker.io": 26.0}
"""Milliseconds to a host and back."""


@dataclass(frozen=True)
class Shot:
    """A picture: the name that is asked for, the keys that follow, how many events have come (None: all)."""

    file: str
    name: str = ""
    keys: tuple[str, ...] = ()
    events: int | None = None


WAIT = "wait:"
"""What stands before words among the keys: go on when they are on the screen."""
ALL = " and on past the winner"
"""What stands behind the name of a walk that asks all."""
PATIENCE = 1000
"""Looks at the screen for words; what does not stand there then never will."""
_ETCD = ("down", "enter", f"{WAIT}complete", "slash", *"etcd", "enter", f"{WAIT}2024-06-28")

SHOTS = (
    Shot("home"),
    Shot("typing", keys=("slash", *"coreos/etcd:v3")),
    Shot("walking", "debian", events=34),
    Shot("mirror", "debian"),
    Shot("nowhere", "private/vault", ("up", "enter")),
    Shot("transcript", "private/vault", ("t",)),
    Shot("matrix", "grafana/grafana", ("a", f"{WAIT}same image", "m", f"{WAIT}as its upstream")),
    Shot("export", "debian", ("e",)),
    Shot("findings", keys=("c",)),
    Shot("settings", keys=("c", "tab", "tab", "tab")),
    Shot("help", keys=("question_mark",)),
    Shot("catalog", keys=("down", "enter", f"{WAIT}complete")),
    Shot("tags", keys=_ETCD),
    Shot("details", keys=(*_ETCD, "enter", f"{WAIT}Layers")),
    Shot("requests", keys=(*_ETCD, "l")),
    Shot("engines", "etcd", ("o", *["down"] * 4, "enter", f"{WAIT}only rhel-docker and podman")),
    Shot("diff", keys=(*_ETCD, "d", "down", "down", "d", f"{WAIT}Layers")),
)


VAULT = "private/vault"
_TYPED = tuple(("slash", *VAULT[:end]) for end in (1, 5, 8, len(VAULT)))
STORY = (
    (Shot("story"), 1.0),
    *((Shot("story", keys=keys), 0.25) for keys in _TYPED),
    (Shot("story", keys=_TYPED[-1]), 1.2),
    *((Shot("story", VAULT, events=count), 0.12) for count in range(1, 60, 2)),
    (Shot("story", VAULT), 1.5),
    (Shot("story", VAULT, ("up", "enter")), 3.5),
    (Shot("story", VAULT, ("t",)), 4.5),
)
"""What the moving picture shows, and each frame's seconds: a name is typed, asked for everywhere and found nowhere, one
registry's own answer is opened, and beside it what docker would have said."""


class SteadyLog(RequestLog):
    """Requests with times that depend on the host alone; those for tags, which are sent at once, in one order."""

    @property
    def kept(self) -> tuple[RequestMade, ...]:
        """The requests, each a second after the one before."""
        made = sorted(super().kept, key=lambda one: one.url if "/manifests/" in one.url or "/blobs/" in one.url else "")
        return tuple(replace(one, at=f"03:12:{at:02}", ms=distance(one.url)) for at, one in enumerate(made))


class RecordedSession:
    """Shows what was recorded; plans are the engine's own."""

    def __init__(self, live: LiveSession, health: list[HealthChecked], walks: dict[str, list[Event]]) -> None:
        self.config: HostConfig = live.config
        self.place: str = DEMO_PLACE
        self.plan = live.plan
        self.events: int | None = None
        self.requests: RequestLog = SteadyLog()
        self._health = health
        self._walks = walks

    async def resolve(self, name: str, *, strict: bool = False, ask_all: bool = False) -> AsyncIterator[Event]:
        """Yield the walk; where only a part of it has come, wait for the rest for good."""
        assert not strict
        walk = self._walks[f"{name}{ALL}" if ask_all else name]
        for event in walk[: self.events]:
            yield event
        if self.events is not None:
            await asyncio.Event().wait()

    async def health(self) -> AsyncIterator[HealthChecked]:
        """Yield every registry's answer."""
        for check in self._health:
            yield check

    async def aclose(self) -> None:
        """There is nothing to close."""


def main() -> None:
    """Make all pictures."""
    for name in [name for name in os.environ if name.startswith("TEXTUAL") or name == "NO_COLOR"]:
        del os.environ[name]
    os.environ["HOME"] = "/root"  # the pictures name the login file of a person
    os.environ.pop("DOCKER_CONFIG", None)
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    options = parse(["--demo"])
    assert options is not None
    with ExitStack() as stack:
        root = stack.enter_context(demo_root())
        config = read_host(options, root=root)
        means = stack.enter_context(means_of(options))
        engines = HostEngines(options, root, DEMO_PLACE, config, lambda: means)
        asyncio.run(_make(options, config, engines, stack, folder))


async def _make(options: Options, config: HostConfig, engines: HostEngines, stack: ExitStack, folder: Path) -> None:
    walks: dict[str, list[Event]] = {}
    wanted = [(shot.name, False) for shot in SHOTS if shot.name]
    wanted += [(shot.name, True) for shot in SHOTS if shot.name and "a" in shot.keys]
    for name, ask_all in dict.fromkeys(wanted):
        # Each walk gets connections of its own, or the second would show none being made.
        live = stack.enter_context(session_of(options, config, DEMO_PLACE))
        events = [event async for event in live.resolve(name, ask_all=ask_all)]
        walks[f"{name}{ALL}" if ask_all else name] = steady(events)
        await live.aclose()
    live = stack.enter_context(session_of(options, config, DEMO_PLACE))
    health = [replace(check, ms=2 * distance(check.url)) async for check in live.health()]
    await live.aclose()
    survey = await survey_host(options, config.root, demo_resolver())

    async def take(shot: Shot, size: tuple[int, int]) -> str:
        session = RecordedSession(live, sorted(health, key=lambda check: check.url), walks)
        browsed = stack.enter_context(session_of(options, config, DEMO_PLACE))
        svg = await _shoot(shot, session, browsed, engines, size, survey)
        await browsed.aclose()
        return svg

    def keep(file: str, svg: str) -> None:
        path = folder / f"{file}.svg"
        path.write_text(svg)
        sys.stdout.write(f"{path}\n")

    for size in SIZES:
        for shot in SHOTS:
            keep(f"{shot.file}-{size[0]}x{size[1]}", await take(shot, size))
    keep("story", moving([Frame(await take(shot, SIZES[0]), seconds) for shot, seconds in STORY]))


async def _shoot(
    shot: Shot,
    session: RecordedSession,
    browsed: LiveSession,
    engines: HostEngines,
    size: tuple[int, int],
    survey: Survey,
) -> str:
    # Textual reads its variables when it is imported; `main` cleared them before.
    from regtui.tui.app import RegtuiApp, Start
    from regtui.tui.browse.source import browsing_of

    session.events = shot.events
    session.requests = browsed.requests = SteadyLog()

    async def open_session() -> Session:
        return session

    async def look() -> Survey:
        return survey

    begin = Start(session.config, DEMO_PLACE, open_session, LOOK, shot.name, survey=look)
    app = RegtuiApp(replace(begin, browsing=lambda _: browsing_of(browsed), engines=lambda: engines))
    async with app.run_test(size=size) as pilot:
        for key in ("", *shot.keys):
            if key.startswith(WAIT):
                await _until(pilot, key.removeprefix(WAIT))
            elif key:
                await pilot.press(key)
            for _ in range(5):
                await pilot.pause()
        return app.export_screenshot(title="regtui")


async def _until(pilot: Pilot[None], words: str) -> None:
    """Wait until the words are on the screen: browsing asks the demo's registries, which take their time."""
    for _ in range(PATIENCE):
        if words in pilot.app.export_screenshot(simplify=True).replace("&#160;", " "):
            return
        await pilot.pause(0.02)
    raise RuntimeError(f"{words} never came")


def steady(events: list[Event]) -> list[Event]:
    """Return the events in one order, with times that depend on the host and the stage alone.

    What runs ahead comes first, endpoint by endpoint; what names the image stands where its endpoint ends.
    """
    started = events[0]
    assert isinstance(started, ResolutionStarted)
    stages: dict[tuple[int, int], list[StageEnded]] = {}
    for event in events:
        if isinstance(event, StageEnded):
            stages.setdefault((event.candidate, event.endpoint), []).append(event)
    hosts = {key: distance(started.plan.candidates[key[0]].endpoints[key[1]].url) for key in stages}
    ready = dict.fromkeys(stages, 0.0)
    ordered: list[Event] = [started]
    for key in sorted(stages):
        for stage in _once(stages[key]):
            if stage.stage not in LATE:
                ordered += _timed(stage, ready[key], hosts[key])
                ready[key] += hosts[key] * STAGES[stage.stage]
    now = 0.0
    for event in events[1:]:
        if isinstance(event, EndpointEnded):
            key = (event.candidate, event.endpoint)
            now = max(now, ready.get(key, now))
            for stage in _once(stages.get(key, [])):
                if stage.stage in LATE:
                    ordered += _timed(stage, now, hosts[key])
                    now += hosts[key] * STAGES[stage.stage]
        if isinstance(event, RequestEnded):
            ordered.append(replace(event, at=now, ms=distance(event.url)))
        elif not isinstance(event, (StageStarted, StageEnded)):
            ordered.append(replace(event, at=now))
    return ordered


def _once(stages: list[StageEnded]) -> list[StageEnded]:
    """Return each stage once, in the order in which stages happen."""
    return sorted({stage.stage: stage for stage in stages}.values(), key=lambda stage: list(Stage).index(stage.stage))


def _timed(ended: StageEnded, at: float, away: float) -> list[Event]:
    ms = away * STAGES[ended.stage]
    began = StageStarted(at, ended.candidate, ended.endpoint, ended.stage)
    return [began, replace(ended, at=at + ms, ms=ms)]


def distance(url: str) -> float:
    """Return the milliseconds to the URL's host and back."""
    return FAR.get(url.split("://", 1)[-1].split("/", 1)[0], 5.0)


if __name__ == "__main__":
    main()
