"""Recording what was printed for places, and where and when it was hung."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from deputies.models import Edition
from deputies.permissions import can_print
from deputies.states import Product
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.working_days import today_here
from stations.models import Station

LONGEST_PLACE, LONGEST_HANGER, LONGEST_REASON = 60, 40, 100
WHY_TAKEN_BACK = "请写为什么去掉,例如:勾错了一行"
CENTRALLY = "公示牌和站牌由县人大办公室统一制作、统一悬挂,分站所在的联络站也可以印制和登记。"


@transaction.atomic
def record_edition(
    *, place: Station, product: str, size: str, number: int, facts: dict, facts_hash: str, file: str, actor,
    at: datetime, period: str = "", sheets: int = 1,
) -> Edition:  # fmt: skip
    """Record that something was printed for a place (版次); `file` is its path below MEDIA_ROOT.

    `facts`: what it says (see `Edition`); `period`: of a duty poster the month, `2026-12`. `actor=None` is the system
    itself. Raises Conflict unless `number` is the next one: somebody else has printed.
    """
    _demand_printer(actor, place)
    Station.objects.select_for_update().get(pk=place.pk)
    same = Edition.objects.filter(place=place, product=product, size=size, period=period)
    latest = same.aggregate(latest=Max("number"))["latest"] or 0
    if number != latest + 1:
        raise Conflict(f"{place.full_name}的{Product(product).label}刚由别人印出第{latest}版。")
    edition = Edition.objects.create(
        place=place, product=product, size=size, period=period, number=number, sheets=sheets, facts=facts,
        facts_hash=facts_hash, file=file, made_at=at, made_by=actor,
    )  # fmt: skip
    audit.record("print_edition", actor=actor, target=place, county_code=_county_code(place), at=at, **_which(edition))
    return edition


@transaction.atomic
def record_hanging(
    *, editions: Collection[Edition], hung_on: date, where: str, by: str, actor, at: datetime
) -> list[Edition]:
    """Record that editions were hung (统一悬挂): on which day, where at each place, by whom.

    `where` is said of each of them (村委会大门东侧); recorded again, the later record counts and the earlier stays in the
    audit. Raises NotAllowed, and DomainError for a day before the printing or after today.
    """
    _demand_words(where, by)
    keys = sorted(edition.pk for edition in editions)
    found = list(Edition.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk").select_related("place"))
    for edition in found:
        _demand_printer(actor, edition.place)
        _demand_day(edition, hung_on, at)
    for edition in found:
        edition.hung_on, edition.hung_where, edition.hung_by = hung_on, where.strip(), by.strip()
        edition.hung_recorded_by, edition.hung_recorded_at = actor, at
        edition.save(update_fields=["hung_on", "hung_where", "hung_by", "hung_recorded_by", "hung_recorded_at"])
        audit.record(
            "hang_edition", actor=actor, target=edition.place, county_code=_county_code(edition.place), at=at,
            hung_on=hung_on.isoformat(), where=edition.hung_where, by=edition.hung_by, **_which(edition),
        )  # fmt: skip
    return found


@transaction.atomic
def take_back_hanging(*, edition: Edition, reason: str, actor, at: datetime) -> None:
    """Record that an edition was never hung though it was recorded (记错了); what was said of it stays in the audit.

    Raises NotAllowed, DomainError without a reason, Conflict when it is not recorded as hung.
    """
    _demand_printer(actor, edition.place)
    if not reason.strip():
        raise DomainError(WHY_TAKEN_BACK, fields={"reason": WHY_TAKEN_BACK})
    edition = Edition.objects.select_for_update(of=("self",)).select_related("place").get(pk=edition.pk)
    if edition.hung_on is None:
        raise Conflict("这一版现在没有悬挂登记,不用再去掉。")
    audit.record(
        "take_back_hanging", actor=actor, target=edition.place, county_code=_county_code(edition.place), at=at,
        hung_on=edition.hung_on.isoformat(), where=edition.hung_where, by=edition.hung_by, reason=reason.strip(),
        **_which(edition),
    )  # fmt: skip
    edition.hung_on, edition.hung_where, edition.hung_by = None, "", ""
    edition.hung_recorded_by = edition.hung_recorded_at = None
    edition.save(update_fields=["hung_on", "hung_where", "hung_by", "hung_recorded_by", "hung_recorded_at"])


def record_download(*, edition: Edition, file: str, actor, at: datetime) -> None:
    """Record who took a file of an edition: boards carry phones."""
    audit.record("download", actor=actor, target=edition, county_code=_county_code(edition.place), at=at, file=file)


def record_look(*, edition: Edition, actor, at: datetime) -> None:
    """Record who looked at the picture of an edition, once a day: it shows the same phones, and is looked at often."""
    audit.record_daily("view_edition", actor=actor, target=edition, county_code=_county_code(edition.place), at=at)


def record_draft_look(*, place: Station, actor, at: datetime) -> None:
    """Record who looked at a place's next edition (小样), once a day: it shows the same phones."""
    audit.record_daily("view_draft", actor=actor, target=place, county_code=_county_code(place), at=at)


def _demand_printer(actor, place: Station) -> None:
    if not can_print(actor, place):
        raise NotAllowed(CENTRALLY)


def _demand_words(where: str, by: str) -> None:
    missing = {}
    if not where.strip():
        missing["where"] = "请写挂在哪里,例如:村委会大门东侧"
    if not by.strip():
        missing["by"] = "请写是谁挂的"
    if missing:
        raise DomainError("登记悬挂要写明地点和悬挂人。", fields=missing)


def _demand_day(edition: Edition, hung_on: date, at: datetime) -> None:
    printed_on = today_here(edition.made_at)
    if hung_on < printed_on:
        words = f"{edition.place.full_name}的{edition.label}是{printed_on:%Y-%m-%d}印的,悬挂日期不能更早。"
        raise DomainError(words, fields={"hung_on": words})
    if hung_on > today_here(at):
        words = "悬挂日期不能晚于今天,挂好以后再登记。"
        raise DomainError(words, fields={"hung_on": words})


def _which(edition: Edition) -> dict[str, str | int]:
    """Which edition of its place it is, for the audit."""
    known: dict[str, str | int] = {"product": edition.product, "size": edition.size, "number": edition.number}
    return known | ({"period": edition.period} if edition.period else {})


def _county_code(place: Station) -> str:
    assert place.county is not None  # only while a county is being opened
    return place.county.code
