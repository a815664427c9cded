"""What is said of an activity itself: checked once, for announcing, recording afterwards and changing."""

from collections.abc import Iterable
from datetime import date

from activities.models import Activity
from activities.rules import kinds_at, last_activity_day
from activities.states import ActivityKind
from deputies.states import ServiceRole
from julu_liaison.common.errors import DomainError
from stations.models import Station
from stations.states import Level

TEXTS = {"title": ("名称", 120), "hours": ("时间", 40), "venue": ("地点", 80)}


def check_details(activity: Activity, partners: Iterable[Station], today: date) -> None:
    """Raise DomainError, with the fields, unless the (unsaved) activity makes sense on the day `today`."""
    problems = _text_problems(activity) | _link_problems(activity) | _partner_problems(activity, partners)
    if activity.kind not in kinds_at(activity.station.level):
        problems["kind"] = "人代会由县人大办公室办理,请选别的类别" if activity.kind == ActivityKind.CONGRESS else "请选类别"
    problems |= _day_problems(activity, last_activity_day(today))
    if problems:
        raise DomainError("、".join(problems.values()) + "。", fields=problems)


def _day_problems(activity: Activity, last: date) -> dict[str, str]:
    problems, until = {}, activity.sign_up_until
    if activity.held_on > last:
        problems["held_on"] = f"日期最晚填到{last.year}年{last.month}月{last.day}日,请核对"
    elif not activity.station.is_open(activity.held_on):
        problems["held_on"] = f"{activity.station.full_name}这一天不在开放期内,请核对日期"
    if until and until > activity.held_on:
        problems["sign_up_until"] = "报名截止不能晚于活动那一天"
    elif until and until < activity.station.opened_on:
        problems["sign_up_until"] = "请核对报名截止的日期"
    return problems


def _text_problems(activity: Activity) -> dict[str, str]:
    problems = {}
    for name, (label, longest) in TEXTS.items():
        setattr(activity, name, getattr(activity, name).strip())
        if len(getattr(activity, name)) > longest:
            problems[name] = f"{label}最多{longest}个字"
    if not activity.title:
        problems["title"] = "请写活动名称"
    return problems


def _link_problems(activity: Activity) -> dict[str, str]:
    problems = {}
    if activity.project and activity.project.county_id != activity.county_id:
        problems["project"] = "请选本县的民生实事"
    if activity.plan_item and activity.plan_item.plan.station_id != activity.station_id:
        problems["plan_item"] = "请选举办单位自己计划里的活动"
    if activity.service_role and activity.service_role not in ServiceRole.values:
        problems["service_role"] = "请选角色"
    return problems


def _partner_problems(activity: Activity, partners: Iterable[Station]) -> dict[str, str]:
    partners = list(partners)
    if partners and activity.station.level == Level.BRANCH:
        return {"partners": "分站的活动不能和别的联络站联合举办,请由联络站来办"}
    for place in partners:
        is_near = place.level == Level.TOWNSHIP and place.county_id == activity.county_id
        if not is_near or place.pk == activity.station_id:
            return {"partners": "联合举办单位请选本县别的乡镇联络站"}
    return {}
