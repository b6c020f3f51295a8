"""An image in detail: manifest, platforms, layers with history, config, labels, annotations, what refers to it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work

from regtui.browse.models import BrowseError
from regtui.tui.actions import Place as Keys
from regtui.tui.bindings import browsing_bindings
from regtui.tui.browse.around import below_line
from regtui.tui.browse.details_lines import main_lines, more_lines
from regtui.tui.browse.follow import DetailsRead, follow_details
from regtui.tui.browse.json_rows import folded, json_rows
from regtui.tui.browse.lines import age_text
from regtui.tui.browse.pause import Pause
from regtui.tui.cells import EMPTY, Role, Span, indent, wrap
from regtui.tui.copying import Copyable
from regtui.tui.panels import frame_bottom, frame_top
from regtui.tui.screens.browsing import BrowsingScreen
from regtui.tui.screens.comparing import EverywhereScreen
from regtui.tui.screens.json import JsonPanel
from regtui.tui.widgets.first_paint import Box, Row
from regtui.tui.widgets.line_view import FixedLines, TextLines

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.events import Resize

    from regtui.browse.models import Details, Place
    from regtui.browse.order import Attached
    from regtui.tui.browse.json_rows import Documents, JsonRow
    from regtui.tui.browse.source import Surroundings
    from regtui.tui.cells import Line
    from regtui.tui.widgets.line_view import Make


class DetailsScreen(BrowsingScreen):
    """Shows one manifest; of an index, the image of one platform after the other."""

    BINDINGS: ClassVar[list[BindingType]] = browsing_bindings(Keys.DETAILS)
    AUTO_FOCUS = "#manifest"
    KEYS = Keys.DETAILS

    def __init__(
        self, around: Surroundings, place: Place, path: tuple[str, ...], attached: tuple[Attached, ...] = ()
    ) -> None:
        super().__init__(around, place, path)
        self._attached = attached
        self._details: Details | None = None
        self._image: Details | None = None
        self._wanted = path[1]
        self._error: BrowseError | None = None
        self._pause = Pause(self.set_interval, self._draw_main)

    def parts(self) -> ComposeResult:
        """Lay out two columns; on a small screen the second one's text stands below the first one's."""
        glyphs = self.glyphs
        with Row(id="columns"):
            with Box(id="main"):
                yield FixedLines(lambda width: (frame_top("Image", width, glyphs, focused=True),), id="top")
                with Box(classes="body"):
                    yield TextLines(self._main(), id="manifest")
                yield FixedLines(self._bottom(), id="bottom")
            with Box(id="side"):
                yield FixedLines(lambda width: (frame_top("Around it", width, glyphs, focused=False),), id="side-top")
                with Box(classes="body"):
                    yield TextLines(self._more(), id="more")
                yield FixedLines(lambda width: (frame_bottom((), width, glyphs),), id="side-bottom")

    def on_mount(self) -> None:
        """Ask for it."""
        self._ask(self._wanted)

    @property
    def repository(self) -> str:
        """The repository as the registry has it."""
        return self.path[0]

    def _ask(self, reference: str) -> None:
        self._wanted, self._error = reference, None
        self._pause.end()
        self._draw()
        self._follow(reference)

    @work(group="details", exclusive=True)
    async def _follow(self, reference: str) -> None:
        reading = self.around.browsing.details(self.place, self.repository, reference)
        await follow_details(reading, reference, self.post_message)

    @on(DetailsRead)
    def _take(self, message: DetailsRead) -> None:
        if message.reference != self._wanted:
            return
        if isinstance(message.found, BrowseError):
            self._error = message.found
            if message.found.retry_after:
                self._pause.begin(message.found.retry_after)
        elif message.reference == self.path[1]:
            self._details = self._image = message.found
        else:
            self._image = message.found
        self.tell_title()
        self._draw()

    def _draw_main(self) -> None:
        self.query_one("#manifest", TextLines).draw(self._main())

    def _again(self) -> Line:
        left = self._pause.left
        told = f"ask again; the registry asks for a pause, {age_text(left)} left" if left else "ask again"
        return (Span("r ", Role.ACCENT), Span(told, Role.DIM))

    def _draw(self) -> None:
        self._draw_main()
        self.query_one("#more", TextLines).draw(self._more())
        self.fixed("bottom").draw(self._bottom())

    def _main(self) -> Make:
        details, image, error, glyphs = self._details, self._image, self._error, self.glyphs
        again = self._again()

        def make(width: int) -> tuple[Line, ...]:
            lines: tuple[Line, ...] = ()
            if error is not None:
                sent: Line = (Span("j ", Role.ACCENT), Span("show what was sent", Role.DIM))
                lines = (EMPTY, *wrap(f"{glyphs.bad} {error}", width, Role.BAD), *((sent,) if error.body else ()))
                lines = (*lines, again, EMPTY)
            if details is None or image is None:
                asking = f"asking {self.place.title} for {self.repository}:{self.path[1]}"
                return lines or (EMPTY, *wrap(asking, width, Role.DIM))
            lines = (*lines, *main_lines(details, image, width, glyphs))
            return lines if self.has_class("-wide") else (*lines, *self._more()(width))

        return lambda width: indent(make(width - 1), 1)

    def _more(self) -> Make:
        details, image, attached, glyphs = self._details, self._image, self._attached, self.glyphs
        if details is None or image is None:
            return lambda _width: ()
        beside = self.has_class("-wide")  # there it begins at the top: no blank line before

        def make(width: int) -> tuple[Line, ...]:
            return more_lines(details, image, attached, width, glyphs)[1 if beside else 0 :]

        return make

    def _bottom(self) -> Make:
        standing, full, glyphs = self.standing, f"{self.place.registry}/{self.repository}", self.glyphs
        return lambda width: (frame_bottom(below_line(standing, full, width - 6, glyphs), width, glyphs),)

    def on_resize(self, event: Resize) -> None:
        """Draw what moves from one column to the other."""
        super().on_resize(event)
        self._draw()

    def offered(self) -> tuple[Copyable, ...]:
        """Offer digest, names and the command."""
        full, tag = f"{self.place.registry}/{self.repository}", self.path[1]
        name = f"{full}@{tag}" if ":" in tag else f"{full}:{tag}"
        texts = [Copyable("full name", name), Copyable("pull command", f"{self.around.pull_command} {name}")]
        if self._details is not None:
            digest = self._details.digest
            texts = [Copyable("digest", digest), Copyable("full name with digest", f"{full}@{digest}"), *texts]
        if self._image is not None and self._image is not self._details:
            texts.append(Copyable("digest of this platform", self._image.digest))
        return tuple(texts)

    def action_platform(self) -> None:
        """Show the next image of the index."""
        details = self._details
        images = [one for one in details.platforms if not one.attests] if details is not None else []
        if details is None or len(images) < 2:
            self.app.notify("There are no other platforms here.", markup=False)
            return
        shown = self._wanted if self._wanted != self.path[1] else (details.image.digest if details.image else "")
        digests = [one.digest for one in images]
        place = digests.index(shown) + 1 if shown in digests else 0
        self._ask(digests[place % len(digests)])

    def action_json(self) -> None:
        """Show what was sent: manifest and configuration, or what is no manifest that can be shown."""
        if documents := self._documents():
            self._show_json(documents)
        else:
            self.app.notify("There is no JSON here yet.", markup=False)

    def _documents(self) -> Documents:
        if self._error is not None and self._error.body:
            return (("what was sent", self._error.body),)
        details, image = self._details, self._image
        if details is None or image is None:
            return ()
        configuration = ("configuration", image.config_body)
        if image is not details:  # the platform that p has chosen
            parts = ((f"manifest of {image.platform}", image.body), configuration, ("index", details.body))
        elif image.image_body:
            parts = (("index", details.body), (f"manifest of {image.platform}", image.image_body), configuration)
        else:
            return tuple(part for part in (("manifest", details.body), configuration) if part[1])
        return tuple(part for part in parts if part[1])

    @work(group="json", exclusive=True)
    async def _show_json(self, documents: Documents) -> None:
        rows: tuple[JsonRow, ...] = await asyncio.to_thread(json_rows, documents)
        title = ", ".join(name for name, _ in documents)
        self.app.push_screen(JsonPanel(f"JSON: {title}", folded(rows, frozenset(), self.glyphs), self.glyphs))

    def action_refresh(self) -> None:
        """Ask again."""
        self.around.browsing.forget(self.place)
        self._image = self._details
        self._ask(self.path[1])

    def action_everywhere(self) -> None:
        """Ask every registry for the same name."""
        digest = self._details.digest if self._details is not None else ""
        self.app.push_screen(EverywhereScreen(self.around, self.place, self.repository, self.path[1], digest))
