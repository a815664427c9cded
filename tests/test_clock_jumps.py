"""The machine's clock is set back or forward, once by years: what runs by the clock, warns, numbers and expires comes to no harm."""

from datetime import UTC, date, datetime, timedelta

import pytest
from celery import current_app
from celery.schedules import crontab
from django.conf import settings
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from activities.services import Matter, SundayRow, file_log, remind_of_duties
from activities.states import Presence
from julu_liaison.accounts.models import Session
from julu_liaison.accounts.sessions import CLOCK_BACK
from julu_liaison.common import beat
from julu_liaison.common.beat import Scheduler, last_run_as_of
from julu_liaison.common.kept_figures import FRESH_FOR, kept_figures
from julu_liaison.common.models import TaskRun
from julu_liaison.common.task_runs import record_end, record_start
from julu_liaison.health import scheduled
from julu_liaison.notices.models import Notice
from opinions.models import Opinion
from opinions.services.clocks import sweep_deadlines
from tests.cast import SUNDAY, moment

pytestmark = pytest.mark.django_db

NIGHTLY, HOURLY, MINUTELY = crontab(hour=2, minute=10), crontab(minute=20), crontab()
NOON = moment(date(2026, 3, 3), 12)
HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)


# ---- Beat ----


@pytest.mark.parametrize(
    ("schedule", "ahead", "counts"),
    [(NIGHTLY, 2 * HOUR, True), (NIGHTLY, DAY, True), (NIGHTLY, DAY + HOUR, False), (NIGHTLY, YEAR, False),
     (HOURLY, HOUR / 2, True), (HOURLY, 2 * HOUR, False), (MINUTELY, HOUR, False), (NIGHTLY, -YEAR, True)],
)  # fmt: skip
def test_a_run_in_the_future_counts_within_one_period(schedule, ahead, counts):
    last = NOON + ahead
    assert last_run_as_of(schedule, last, NOON) == (last if counts else NOON)


@pytest.fixture
def clock(monkeypatch):
    """Set the clock that beat sees: `clock.at`; one on the wall and one that is never set, which the test moves on."""

    class Clock:
        at, passed = NOON, 0.0

        def set(self, at: datetime) -> None:
            self.at = at

        def go_on(self, by: timedelta) -> None:
            self.at += by
            self.passed += by.total_seconds()

    found = Clock()
    here = datetime.now(UTC).astimezone(NOON.tzinfo).tzinfo
    for schedule in {id(entry["schedule"]): entry["schedule"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}.values():
        monkeypatch.setattr(schedule, "nowfun", lambda: found.at.astimezone(here), raising=False)
    monkeypatch.setattr("django_celery_beat.models.CrontabSchedule.schedule", property(lambda row: _crontab(row, found)))
    monkeypatch.setattr(beat.Entry, "_default_now", lambda entry: found.at.astimezone(here))
    monkeypatch.setattr(Scheduler, "_when", lambda scheduler, entry, seconds: found.at.timestamp() + seconds)
    monkeypatch.setattr(beat, "_wall_ahead", lambda: found.at.timestamp() - found.passed)
    return found


def _crontab(row, clock) -> crontab:
    return crontab(
        minute=row.minute, hour=row.hour, day_of_week=row.day_of_week, day_of_month=row.day_of_month,
        month_of_year=row.month_of_year, nowfun=lambda: clock.at.astimezone(NOON.tzinfo),
    )  # fmt: skip


@pytest.fixture
def ticking(transactional_db, clock, monkeypatch):
    """Beat with the county's real schedule; `tick(for_)` lets time pass and returns how often each task was sent."""
    sent: list[str] = []
    monkeypatch.setattr(Scheduler, "apply_async", lambda scheduler, entry, **_options: sent.append(entry.task))
    scheduler = Scheduler(app=current_app._get_current_object(), lazy=False)

    def tick(for_: timedelta, step: timedelta = timedelta(minutes=10)) -> dict[str, int]:
        sent.clear()
        end = clock.passed + for_.total_seconds()
        while clock.passed < end:
            while scheduler.tick() == 0:
                pass
            clock.go_on(step)
        return {task: sent.count(task) for task in sent}

    tick.scheduler = scheduler
    yield tick
    scheduler._finalize.cancel()  # what it does when its process ends


RESCORE, MONTHS = "scoring.tasks.rescore_everything", "activities.tasks.issue_months"
MINUTE = "julu_liaison.common.tasks.resume_stalled_jobs"


def test_a_day_without_jumps(ticking, clock):
    ticking(HOUR)
    sent = ticking(DAY)
    assert (sent[RESCORE], sent[MONTHS], sent[MINUTE]) == (1, 24, 144)


def test_two_hours_back_in_the_night_repeat_no_nights_work(ticking, clock):
    clock.set(moment(date(2026, 3, 4), 1))
    assert ticking(2 * HOUR)[RESCORE] == 1  # at 2:10
    clock.set(moment(date(2026, 3, 4), 1))
    sent = ticking(2 * HOUR)
    assert RESCORE not in sent and sent[MINUTE] == 11  # what runs every minute waits for nothing
    assert ticking(DAY)[RESCORE] == 1


def test_a_year_forward_and_back_stops_nothing(ticking, clock):
    ticking(HOUR)
    clock.set(NOON + YEAR)
    ahead = ticking(HOUR)
    assert ahead[RESCORE] == 1 and ahead[MINUTE] == 6
    clock.set(NOON + 2 * HOUR)
    assert ticking(HOUR)[MINUTE] == 5
    assert ticking(DAY)[RESCORE] == 1


def test_a_machine_that_is_off_at_night_does_the_nights_work_in_the_morning(ticking, clock):
    ticking(HOUR)
    ticking.scheduler.sync()
    clock.set(moment(date(2026, 3, 4), 8))
    again = Scheduler(app=current_app._get_current_object(), lazy=False)
    again._finalize.cancel()
    assert RESCORE in {entry.task for entry in again.schedule.values()}
    due = {entry.task for entry in again.schedule.values() if entry.is_due().is_due}
    assert {RESCORE, "julu_liaison.tasks.back_up", MINUTE} <= due


def test_what_the_queue_did_not_take_is_sent_when_it_does(ticking, clock, monkeypatch):
    taken, is_away = [], True

    def offered(scheduler, entry, **_options):
        if is_away:
            raise beat.SchedulingError("no queue")
        taken.append(entry.task)

    monkeypatch.setattr(Scheduler, "apply_async", offered)
    monkeypatch.setattr(beat, "SENT_AGAIN", 1e-6)
    clock.set(moment(date(2026, 3, 4), 2))
    ticking(HOUR)
    assert taken == []
    is_away = False
    ticking(timedelta(minutes=10))
    ticking(timedelta(minutes=10))
    assert taken.count(RESCORE) == 1 and MINUTE in taken
    assert PeriodicTask.objects.filter(task=RESCORE).count() == 1


# ---- What is kept with its time ----


def test_a_run_recorded_in_a_wrong_year_is_forgotten_with_the_next(monkeypatch):
    wrong, now = NOON + YEAR, NOON
    monkeypatch.setattr("julu_liaison.health._recorded_since", lambda: now - DAY)
    record_start(task=RESCORE, at=wrong)
    record_end(task=RESCORE, started_at=wrong, at=wrong, is_failed=False, words="")
    assert next(task for task in scheduled(at=now + 3 * DAY) if task.name == RESCORE).is_late  # the run of next year is none
    record_start(task=RESCORE, at=now)
    record_end(task=RESCORE, started_at=now, at=now + HOUR, is_failed=False, words="处理1项")
    run = TaskRun.objects.get(task=RESCORE)
    assert (run.started_at, run.finished_at, run.succeeded_at) == (now, now + HOUR, now + HOUR)


def test_figures_counted_in_a_wrong_year_are_counted_anew():
    asked = []
    look = {"key": "x", "count": lambda: {"n": 1}, "recount": lambda: asked.append(1)}
    kept_figures(at=NOON + YEAR, **look)
    kept_figures(at=NOON, **look)
    assert asked == [1]
    assert FRESH_FOR < YEAR


@pytest.mark.parametrize(("ahead", "is_known"), [(2 * HOUR, True), (2 * CLOCK_BACK, False)])
def test_a_session_from_the_future_lasts_no_longer_than_others(cast, signed_in, ahead, is_known):
    """After two hours back it goes on, to end two hours after its last page; one of next year ends now."""
    client = signed_in(cast.clerk)
    row = Session.objects.get(user=cast.clerk)
    Session.objects.filter(pk=row.pk).update(expire_date=row.expire_date + ahead, last_seen_at=row.last_seen_at + ahead)
    assert (client.get("/station/").status_code == 200) == is_known
    if is_known:
        row.refresh_from_db()
        assert row.expire_date <= timezone.now() + timedelta(minutes=settings.SESSION_IDLE_MINUTES)


# ---- What is told and numbered ----


def test_warnings_are_told_once_however_the_clock_jumps(cast):
    matter = Matter("村西的路塌了", deputy=cast.deputy_person)
    file_log(
        row=SundayRow(branch=cast.gt01, attendance={cast.deputy_person: Presence.PRESENT}, matters=[matter]), on=SUNDAY,
        actor=cast.clerk, at=moment(SUNDAY, 18),
    )  # fmt: skip
    late = moment(SUNDAY + timedelta(days=60), 8)
    sweep_deadlines(at=late)
    remind_of_duties(at=late)
    told = list(Notice.objects.order_by("pk").values_list("pk", flat=True))
    assert told
    for at in (late - 2 * HOUR, late, late + timedelta(minutes=1), late - DAY, late):
        sweep_deadlines(at=at)
        remind_of_duties(at=at)
    assert list(Notice.objects.order_by("pk").values_list("pk", flat=True)) == told


def test_numbers_go_by_the_day_of_the_reception_over_new_year_and_back(cast):
    new_year, eve = date(2026, 1, 1), date(2025, 12, 31)
    people = {cast.deputy_person: Presence.PRESENT}
    steps = [(eve, moment(eve, 20)), (new_year, moment(new_year, 9)), (eve, moment(eve, 23)), (new_year, moment(new_year, 10))]
    numbers = []
    for on, at in steps:
        branch = cast.gt01 if len(numbers) < 2 else cast.gt02
        row = SundayRow(
            branch=branch, attendance=people if branch == cast.gt01 else {cast.deputies["GT02"][1]: Presence.PRESENT},
            matters=[Matter("村西的路塌了")],
        )  # fmt: skip
        filed = file_log(row=row, on=on, actor=cast.clerk, at=at)
        numbers.append((filed.log.year, filed.log.serial, filed.opinions[0].number))
    assert [(year, serial) for year, serial, _number in numbers] == [(2025, 1), (2026, 1), (2025, 2), (2026, 2)]
    assert len({number for *_log, number in numbers}) == Opinion.objects.count() == 4
