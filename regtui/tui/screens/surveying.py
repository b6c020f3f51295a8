"""What the home screen knows of its host: the configuration, a survey once it is taken, and the screen of both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from regtui.beside import Beside
from regtui.tui.panels import notes_lines, refusal_lines, title_line
from regtui.tui.widgets.first_paint import FirstScreen
from regtui.tui.widgets.line_view import FixedLines

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from regtui.daemon import LocalImages
    from regtui.host.model import HostConfig
    from regtui.survey import Survey
    from regtui.tui.glyphs import Glyphs


@dataclass
class Surveyed(Message):
    """The host was looked at."""

    survey: Survey


class SurveyingScreen(FirstScreen[None]):
    """Shows a host's title, refusal and notes, and takes a survey of it; `surveyed` is for what else shows of it."""

    def __init__(
        self, config: HostConfig, place: str, glyphs: Glyphs, look: Callable[[], Awaitable[Survey]] | None
    ) -> None:
        super().__init__()
        self._config = config
        self._read_from = place
        self._glyphs = glyphs
        self._look = look
        self._asked_by = config
        self._survey: Survey | None = None
        self._images: LocalImages | None = None

    @property
    def survey(self) -> Survey | None:
        """What a look at the whole host found, None before there was one."""
        return self._survey

    @property
    def beside(self) -> Beside:
        """What is known of the host itself beside a walk."""
        return Beside(self._images, self._asked_by.mirrors, self._asked_by.services)

    def surveyed(self) -> None:
        """Show again what follows from the host's configuration."""

    def take_config(self, config: HostConfig) -> None:
        """Tell of the configuration that everything is asked by; the daemon that runs may have made it another."""
        self._asked_by = config
        self._tell_host(config)
        if self._look is not None:
            self._survey_once(self._look)

    @work(group="survey", exclusive=True)
    async def _survey_once(self, look: Callable[[], Awaitable[Survey]]) -> None:
        self.post_message(Surveyed(await look()))

    @on(Surveyed)
    def _take_survey(self, message: Surveyed) -> None:
        from regtui.daemon import LocalImages
        from regtui.host.local_mirror import services_of

        self._survey, daemon = message.survey, message.survey.daemon
        self._images = None if daemon is None or daemon.images_trouble else LocalImages(daemon.images)
        services = services_of(message.survey.local) or self._asked_by.services
        self._asked_by = replace(self._asked_by, services=services)
        self._tell_host(replace(self._asked_by, findings=message.survey.findings))
        self.surveyed()
        for screen in self.app.screen_stack:
            if screen is not self and isinstance(screen, SurveyedScreen):
                screen.show(message.survey)

    def _tell_host(self, config: HostConfig) -> None:
        """Show a configuration with its findings; what is the same stays as it is."""
        if config == self._config:
            return
        self._config, glyphs, place = config, self._glyphs, self._read_from
        texts = {
            "title": lambda width: (title_line(config, place, width, glyphs),),
            "refusal": lambda width: refusal_lines(config, width, glyphs),
            "notes": lambda width: notes_lines(config, width, glyphs),
        }
        for name, make in texts.items():
            self.query_one(f"#{name}", FixedLines).draw(make)
        self.surveyed()

    def action_configuration(self) -> None:
        """Show what the host is configured to do, and what is wrong with it."""
        # Loaded here: the first paint does without it.
        from regtui.survey import read_only
        from regtui.tui.screens.configuration import ConfigurationScreen

        again = self._look_again if self._look is not None else None
        survey = self._survey or read_only(self._asked_by)
        self.app.push_screen(ConfigurationScreen(survey, self._read_from, self._glyphs, again))

    def _look_again(self) -> None:
        """Take another survey; the screens are told when it is there."""
        if self._look is not None:
            self._survey_once(self._look)


class SurveyedScreen(FirstScreen[None]):
    """A screen over the home screen that shows its survey."""

    def show(self, survey: Survey) -> None:
        """Show another survey."""
