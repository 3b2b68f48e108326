"""What the kiosk does beside visits: what screens show of the world, `alive` records, settings, health, brightness."""

import logging
from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

from kiosk.keeping.queue import QueueBoard
from kiosk.keeping.service import Service
from kiosk.remote.hours import is_open, opens_next
from kiosk.remote.inbox import Inbox, News
from kiosk.remote.staff_hours import StaffHours
from kiosk.remote.standing import Standing
from kiosk.show.surroundings import StaffMark, Surroundings
from kiosk.show.texts import Texts
from kiosk.times import Times
from kiosk.watch.health import Health
from kiosk.watch.log import LogWatched
from survey.record.bodies import ALIVE_EVERY_SECONDS, DARK, IN_TRAINING, Alive
from survey.record.record import ALIVE, SETTINGS, STAFF
from survey.record.seen_log import SeenLog
from survey.record.staff import TRAINING_ENDED, Staff
from survey.settings.keys import SettingsContent
from survey.settings.shown import ShownIndex
from survey.visit.plan import Plan
from survey.visit.services import on_day

log = logging.getLogger(__name__)

STATUS_SECONDS = 10.0
_LOOK_SECONDS = 1.0
_DIMMED_SHARE = 3  # outside opening hours the light is a third of what it is by day


class KioskPlace(NamedTuple):
    """Where the kiosk stands, for its screens."""

    unit: str
    place: str
    """Where in the unit, or nothing where that says no more."""
    status_address: str
    code_address: str
    offline_seconds: float
    """When nothing was heard of the collector for so long, the idle screen tells staff."""


class Tools(NamedTuple):
    """What the housekeeper acts with; all of them return at once."""

    health: Callable[[], Health] | None = None
    write_status: Callable[[Mapping[str, object]], None] | None = None
    make_plan: Callable[[SettingsContent], Plan] | None = None
    set_brightness: Callable[[int], None] | None = None
    set_sunlit: Callable[[bool | None], None] | None = None
    """Draws for a place in the sun or not; None leaves it to the configuration."""
    set_volume: Callable[[int], None] | None = None
    look: Callable[[float], None] | None = None
    """Looks at what nothing tells of by itself, such as the case's switch."""


class Housekeeper:
    """The ordinary housekeeping of a kiosk; belongs to the frame loop."""

    def __init__(
        self,
        times: Times,
        *,
        service: Service,
        remote: SettingsContent,
        place: KioskPlace,
        hours: StaffHours,
        standing: Standing,
        inbox: Inbox | None = None,
        tools: Tools | None = None,
        queue: QueueBoard | None = None,
    ) -> None:
        self._queue = queue
        self._times = times
        self._service = service
        self._services = service.plan.services
        """All that are ever offered by what is set, some of them on certain days alone."""
        self._place = place
        self._hours = hours
        self._standing = standing
        self._inbox = inbox
        self._tools = tools or Tools()
        self._remote = remote
        self._news: News | None = None
        self._looked = float("-inf")
        self._texts: dict[str, Texts] = {}
        self._began = times.monotonic()
        self._mark: StaffMark | None = None
        self._log = LogWatched()
        self._log_told: SeenLog | None = None
        self._alive_at = times.monotonic() + ALIVE_EVERY_SECONDS
        self._status_at = times.monotonic()
        self._bright: int | None = None
        self._trained = False
        """Whether staff trained at the last look."""
        self._around = self._look_around()

    def texts(self, language: str) -> Texts:
        """Give the texts of a language, with the collector's own before the catalogue's."""
        found = self._texts.get(language)
        if found is None:
            found = self._texts[language] = Texts(language, self._remote.texts.get(language))
        return found

    def surroundings(self, now: float) -> Surroundings:
        """Give what screens show besides the visit; looked up anew once a second."""
        if now >= self._looked + _LOOK_SECONDS:
            self._looked = now
            self._around = self._look_around()
        return self._around

    def _look_around(self) -> Surroundings:
        wall = self._times.local()
        hours, here = self._hours.in_force, self._standing.here
        closed = not is_open(hours, wall)
        return Surroundings(
            unit=self._place.unit,
            place=here.name if here is not None else self._place.place,
            wall=wall.replace(second=0, microsecond=0) if wall else None,
            published=self._published(),
            closed=closed,
            opens=opens_next(hours, wall) if closed and wall else None,
            answer_days=self._remote.answer_days,
            status_address=self._place.status_address,
            code_address=self._place.code_address,
            out_of_service=self._service.recorder.trouble,
            mark=StaffMark(offline=False, assisting=True) if self._service.assisting else self._mark,
            log_words=self._log.words,
            mended=self._remote.mended,
            hours=hours,
        )

    def step(self, now: float) -> None:
        """Do what is due."""
        service = self._service
        wall = self.surroundings(now).wall
        service.begin_day(wall.date() if wall is not None else None)
        if self._tools.look is not None:
            self._tools.look(now)
        if now >= service.assisting_until and service.resting:
            service.end_assisting()
        over = service.training_until is not None and now >= service.training_until
        if over and service.resting:
            service.recorder.note(STAFF, Staff(TRAINING_ENDED).to_body())
            service.end_training()
        if now >= self._alive_at or service.training != self._trained:
            # At once where training begins or ends: no minute of it may look like one in service.
            self._alive_at = now + ALIVE_EVERY_SECONDS
            service.recorder.note(ALIVE, self._alive(now).to_body())
            self._trained = service.training
        if now >= self._status_at:
            self._status_at = now + STATUS_SECONDS
            self._tell_status(now)
        if self._inbox is not None:
            self._news = self._inbox.look(now) or self._news
            if self._news is not None and service.resting:
                self._take_news(self._news)
                self._news = None
        if service.resting:
            self._keep_up(wall.date() if wall is not None else None, now)
        self._dim(now)

    def _keep_up(self, day: date | None, now: float) -> None:
        """Ask by what is offered today, and by what a queue system has said since."""
        service = self._service
        plan = service.plan
        services = on_day(self._services, day)
        if services != plan.services:
            plan = plan._replace(services=services)
        if self._queue is not None:
            plan = self._queue.told(plan, now)
        if plan is not service.plan:
            service.use(plan)

    def _alive(self, now: float) -> Alive:
        service = self._service
        health = self._tools.health() if self._tools.health is not None else None
        dark = health is not None and health.picture_fault is not None
        seen = health.log.seen if health is not None else None
        fresh, self._log_told = (seen if seen != self._log_told else None), seen
        shown = IN_TRAINING if self._trained else service.state.step.value
        return service.counted.take(
            screen=DARK if dark else shown,
            open_now=not self.surroundings(now).closed,
            stuck=tuple(sorted(service.debouncer.stuck)),
            troubles=tuple(one.code for one in health.troubles()) if health is not None else (),
            log=fresh,
        )

    def _tell_status(self, now: float) -> None:
        if self._tools.health is None:
            return
        health = self._tools.health()
        self._log = health.log
        self._mark = health.mark(up_seconds=now - self._began, offline_seconds=self._place.offline_seconds)
        if self._tools.write_status is not None:
            self._tools.write_status(health.told()._replace(open=not self._around.closed).to_fields())

    def _take_news(self, news: News) -> None:
        service = self._service
        if news.content is not None:
            self._remote = news.content
            self._hours.heed(news.content)
            self._standing.heed(news.content)
            self._texts.clear()
            self._looked = float("-inf")
            if self._tools.make_plan is not None:
                service.use(self._tools.make_plan(news.content))
                self._services = service.plan.services
            if self._tools.set_sunlit is not None:
                self._tools.set_sunlit(news.content.sunlight)
            if self._tools.set_volume is not None and news.content.volume_percent is not None:
                self._tools.set_volume(news.content.volume_percent)
            log.info("settings %d are in force", news.told.version)
        if not news.told_before:
            service.recorder.note(SETTINGS, news.told.to_body())
        if self._inbox is not None:
            self._inbox.keep(news)

    def _published(self) -> ShownIndex | None:
        return self._remote.published_index

    def _dim(self, now: float) -> None:
        wanted = self._remote.brightness_percent
        if self._tools.set_brightness is None:
            return
        wanted = 100 if wanted is None else wanted
        if self.surroundings(now).closed:
            wanted //= _DIMMED_SHARE
        if wanted != self._bright:
            self._bright = wanted
            self._tools.set_brightness(wanted)
