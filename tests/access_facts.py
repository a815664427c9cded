"""Rows for the access matrix: of an own place (官亭镇) and a foreign one (阎疃镇), everything that has a page of its own."""

from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO

from PIL import Image

from activities.models import DutyLog, Shift
from activities.services import Matter
from activities.services.events import Audience, add_activity_file, announce_activity
from activities.services.exemptions import grant_exemption
from activities.services.feeds import open_feed
from activities.services.leaves import ask_leave
from activities.services.logs.photos import add_log_photos
from activities.services.month_reports import issue_month
from activities.services.plans import add_promise, attach_to_plan, write_plan
from activities.services.projects import add_project
from activities.services.records import record_service
from activities.services.rosters import draft_roster, publish_roster, put_on_shift
from activities.services.swaps import offer_swap
from activities.services.visits.adding import register_visit
from activities.states import ActivityKind, Covers, Presence, ServiceKind
from deputies.models import Deputy
from deputies.services.corrections import ask_correction
from julu_liaison.common import audit
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.models import Gateway, Message, Notice, Subscription
from julu_liaison.notices.services.subscriptions import mail_token, stop_token
from stations.models import Station
from tests.cast import SUNDAY, Cast, moment


@dataclass
class Place:
    """One of the two places with whoever works there."""

    branch: Station
    clerk: object
    person: Deputy
    member: Deputy

    @property
    def station(self) -> Station:
        return self.branch.parent


def reception_arguments(cast: Cast, logs: dict[str, DutyLog]) -> dict[str, dict[str, tuple]]:
    """Return the arguments of the pages of rosters, leave, logs, visits, activities, plans and services by place."""
    places = {
        "own": Place(cast.gt01, cast.clerk, cast.deputies["GT01"][2], cast.deputy_person),
        "foreign": Place(cast.yt01, cast.stranger, cast.deputies["YT01"][1], cast.deputies["YT01"][0]),
    }
    found: dict[str, dict[str, tuple]] = {}
    for name, place in places.items():
        for url, args in (_duties(place) | _records(cast, place, logs[name]) | _events(cast, place)).items():
            found.setdefault(url, {})[name] = args
    project = add_project(county=cast.county, year=2026, title="农村桥梁改造", actor=cast.staff, at=moment(SUNDAY))
    return found | {
        "project": {"own": (project.uid,)},
        **{name: {"-": (_far_sunday().isoformat(),)} for name in ("my-leave", "my-swap")},
    }


def _far_sunday() -> date:
    """A Sunday of next month, for which everybody can still ask for leave."""
    month = (today_here().replace(day=1) + timedelta(days=40)).replace(day=1)
    return month + timedelta(days=(6 - month.weekday()) % 7)


def _duties(place: Place) -> dict[str, tuple]:
    day, at = _far_sunday(), moment(today_here())
    drafted = draft_roster(station=place.station, month=day, actor=place.clerk, at=at)
    publish_roster(roster=drafted.roster, actor=place.clerk, at=at)
    shift = Shift.objects.get(branch=place.branch, for_sunday=day)
    shift.places.all().delete()  # whom the plan puts there depends on the month
    for deputy in (place.person, place.member):
        put_on_shift(shift=shift, deputy=deputy, actor=place.clerk, at=at, reason="补上")
    swap = offer_swap(shift=shift, giver=place.person, actor=place.clerk, at=at)
    later = day + timedelta(days=60)
    leave = ask_leave(
        deputy=place.person, started_on=later, ended_on=later, kind=Presence.SICK_LEAVE, reason="住院",
        actor=place.clerk, at=at,
    )  # fmt: skip
    feed = open_feed(of=place.branch, actor=place.clerk, at=at)
    return {
        "roster-day": (shift.pk,),
        "swap": (swap.uid,),
        "station-swap": (swap.uid,),
        "station-swap-arrange": (shift.pk, place.person.code),
        "my-leave-withdraw": (leave.uid,),
        "station-leave-decide": (leave.uid,),
        "calendar-feed": (feed.token,),
    }


def _records(cast: Cast, place: Place, log: DutyLog) -> dict[str, tuple]:
    at = moment(SUNDAY, 18)
    picture = BytesIO()
    Image.new("RGB", (400, 300), "white").save(picture, "JPEG")
    photo = add_log_photos(log=log, files=[picture.getvalue()], actor=place.clerk, at=at)[0]
    visit = register_visit(branch=place.branch, entry=Matter("问低保"), on=SUNDAY, actor=place.clerk, at=at)
    record = record_service(
        deputies=[place.person], kind=ServiceKind.MEDIATION, date=SUNDAY, text="调解地界纠纷", actor=place.clerk, at=at
    )
    exemption = grant_exemption(
        deputy=place.person, covers=Covers.ACTIVITIES, started_on=SUNDAY, reason="长期住院", actor=cast.staff,
        at=at,
    )  # fmt: skip
    return {
        "duty-log-correct": (log.uid,),
        "duty-log-photos": (log.uid,),
        "duty-log-photo": (log.uid, photo.uid),
        **dict.fromkeys(("visit", "visit-reveal", "visit-print", "visit-villager"), (visit.uid,)),
        "visit-act": (visit.uid, "void"),
        "service-record": (record.uid,),
        "exemption-end": (exemption.uid,),
    }


def _events(cast: Cast, place: Place) -> dict[str, tuple]:
    at, day = moment(today_here()), today_here() + timedelta(days=9)
    activity = announce_activity(
        station=place.station, kind=ActivityKind.STUDY, title="集中学习", held_on=day, actor=place.clerk, at=at,
        audience=Audience(places=(place.branch,)),
    )  # fmt: skip
    paper = add_activity_file(activity=activity, name="通知.txt", content="请准时".encode(), actor=place.clerk, at=at)
    plan = write_plan(station=place.station, year=at.year, actor=place.clerk, at=at)
    item = add_promise(plan=plan, kind=ActivityKind.STUDY, title="学习", due_on=day, actor=place.clerk, at=at)
    scheme = attach_to_plan(plan=plan, name="方案.txt", content="方案".encode(), actor=place.clerk, at=at)
    pages = ("activity", "activity-calls", "activity-edit", "activity-cancel", "activity-attendance", "activity-attendance-file",
             "activity-files", "activity-own-people", "my-activity")  # fmt: skip
    return {
        **dict.fromkeys(pages, (activity.uid,)),
        **dict.fromkeys(("activity-file", "activity-file-remove"), (activity.uid, paper.uid)),
        **dict.fromkeys(("plan-edit", "plan-adopt", "plan-files", "plan-item-add"), (plan.uid,)),
        **dict.fromkeys(("plan-item", "plan-item-drop"), (item.uid,)),
        **dict.fromkeys(("plan-file", "plan-file-remove"), (scheme.uid,)),
    }


def month_arguments(cast) -> dict[str, dict[str, tuple]]:
    """The monthly reports of March: of the own branch and station, of a foreign station, and of the county."""
    issue_month(county=cast.county, month=SUNDAY, at=moment(date(2026, 4, 1)))
    month = f"{SUNDAY:%Y-%m}"
    places = {"own": cast.gt01, "station": cast.gt, "foreign": cast.yt, "county": cast.county}
    return {
        "month-report": {name: (place.code, month) for name, place in places.items()},
        "month-report-move": {
            **{name: (place.code, month, "confirm") for name, place in places.items()},
            **{f"{name}-lock": (place.code, month, "lock") for name, place in places.items()},
        },
        "month-report-file": {name: (place.code, month, 1, "xlsx") for name, place in places.items()},
    }


def overview_arguments(cast) -> dict[str, dict[str, tuple]]:
    """The overview and the card of the own station and a foreign one; a part of the handbook, which is everybody's."""
    places = {page: {"own": (cast.gt.code,), "foreign": (cast.yt.code,)} for page in ("overview-station", "clerk-card")}
    return places | {"handbook-part": {"own": ("clerk",)}}


def entry_arguments(cast) -> dict[str, dict[str, tuple]]:
    """The villagers' form and the page after it, of the own branch and a foreign one."""
    branches = {"own": (cast.gt01.code,), "foreign": (cast.yt01.code,)}
    return dict.fromkeys(("opinion-say", "opinion-said"), branches)


def notice_arguments(cast: Cast) -> dict[str, dict[str, tuple]]:
    """Notices, messages that were not delivered and gateways of the clerk's and of the stranger's station; links in mails.

    The gateways are switched off: the table sends nothing.
    """
    at = moment(today_here())
    found: dict[str, dict[str, tuple]] = {}
    for name, user, place in (("own", cast.clerk, cast.gt), ("foreign", cast.stranger, cast.yt)):
        notice = Notice.objects.create(user=user, kind="office", text="通知", created_at=at, routed_at=at)
        message = Message.objects.create(channel="mail", user=user, state="failed", created_at=at, due_at=at)
        gateway = Gateway.objects.create(
            place_code=place.code, kind="wecom", name="群", address="wecombot://abc", is_active=False, created_at=at
        )
        kept = Subscription.objects.create(user=user, email="somebody@example.cn")
        pages = {
            "notice-open": (notice.pk,), "message-again": (message.uid,), "gateway": (gateway.uid,),
            "gateway-try": (gateway.uid,), "notice-mail-confirm": (mail_token(kept),),
            "notice-stop": (stop_token(user=user, kind="points"),),
        }  # fmt: skip
        for url, args in pages.items():
            found.setdefault(url, {})[name] = args
    return found | {
        "notice-mail-confirm": found["notice-mail-confirm"] | {"broken": ("broken",)},
        "notice-stop": found["notice-stop"] | {"broken": ("broken",)},
    }


def correction_arguments(cast: Cast) -> dict[str, dict[str, tuple]]:
    """A request of the deputy about the own phone, and one of the stranger about the own account."""
    at, said = moment(today_here()), {"right_value": "19900007777", "reason": "换了号码"}
    asked = {
        "own": ask_correction(
            topic="deputy", topic_title="人大代表资料", column="phone", column_title="联系电话", actor=cast.deputy, at=at, **said
        ),
        "foreign": ask_correction(
            topic="account", topic_title="账号", column="phone", column_title="手机", actor=cast.stranger, at=at, **said
        ),
    }
    return {
        "correction": {name: (row.uid,) for name, row in asked.items()},
        "correction-move": {
            f"{name}-{move}": (row.uid, move) for name, row in asked.items() for move in ("apply", "withdraw")
        },
    }


def audit_arguments(cast: Cast) -> dict[str, dict[str, tuple]]:
    """A row of the audit trail of the own county, and one of another county."""
    rows = {
        place: audit.record("edit_station", actor=None, county_code=county, at=moment(SUNDAY))
        for place, county in (("own", cast.county.code), ("foreign", "C02"))
    }
    return {"audit-entry": {place: (row.pk,) for place, row in rows.items()}}
