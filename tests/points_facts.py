"""Rows for the access matrix: of an own place (官亭镇) and a foreign one (阎疃镇), every page about points."""

from datetime import date, timedelta

from activities.services import declare_month
from scoring.models import PointEntry
from scoring.services import rescore
from scoring.services.appeals import raise_appeal
from scoring.services.claims import claim_bonus, move_claim
from scoring.services.versions import draft_version
from scoring.services.waivers import grant_waiver
from scoring.states import AppealKind, Item
from tests.cast import SUNDAY, Cast, moment

YEAR = 2026
AT = moment(SUNDAY)
SCHEME_PAGES = (
    "rules-versions", "rules-settings", "rules-draft", "rules-draft-new", "rules-draft-drop", "rules-preview",
    "rules-preview-file", "rules-apply", "appeal-missing",
)  # fmt: skip
YEAR_PAGES = (
    "point-year", "point-year-publish", "point-year-close", "point-year-late", "point-year-list", "point-year-list-file",
    "point-year-workbook", "point-year-archive",
)  # fmt: skip


def point_arguments(cast: Cast) -> dict[str, dict[str, tuple]]:
    """Return the arguments of the pages of claims, appeals, waivers, statements, years and complete months by place."""
    scheme = cast.county.schemes.get(year=YEAR)
    draft_version(scheme=scheme, starts_on=date(YEAR, 7, 1), why="下半年起", actor=cast.admin, at=AT)
    found: dict[str, dict[str, tuple]] = {name: {"-": (YEAR,)} for name in (*SCHEME_PAGES, *YEAR_PAGES)}
    for name, person, clerk, station in (
        ("own", cast.deputy_person, cast.clerk, cast.gt),
        ("foreign", cast.deputies["YT01"][1], cast.stranger, cast.yt),
    ):
        claim = _claim(person, clerk, SUNDAY, "完成云上学习课程")
        entry = _entry(cast, person, clerk)
        appeal = raise_appeal(
            deputy=person, year=YEAR, kind=AppealKind.WRONG, entry=entry, text="不是这一天", actor=clerk, at=AT
        )
        waiver = grant_waiver(
            county=cast.county, deputy=person, started_on=SUNDAY, reason="脱产学习", actor=cast.admin, at=AT
        ).waiver
        month = declare_month(station=station, month=date(YEAR, 2, 1), actor=clerk, at=AT)
        pages = {
            "claim": (claim.uid,),
            "claim-move": (claim.uid, "check"),
            "claim-file": (claim.uid, claim.files.get().uid),
            "appeal": (appeal.uid,),
            "appeal-withdraw": (appeal.uid,),
            "appeal-raise": (entry.uid,),
            "appeal-missing-for": (person.code, YEAR),
            "rules-waiver-end": (waiver.uid,),
            "rules-waiver-drop": (waiver.uid,),
            "deputy-statements": (person.code,),
            "statement-file": (person.code, YEAR),
            "deputy-term": (person.code,),
            "term-sheet-file": (person.code,),
            "months-take-back": (month.pk,),
        }
        for url, args in pages.items():
            found.setdefault(url, {})[name] = args
    return found


def _claim(person, clerk, on: date, text: str):
    return claim_bonus(
        deputy=person, item=Item.COURSE, occurred_on=on, text=text, actor=clerk, at=AT,
        files=[("证书.txt", "结业证书第1号".encode())],
    )  # fmt: skip


def _entry(cast: Cast, person, clerk) -> PointEntry:
    """A bonus that was claimed, checked and approved."""
    claim = _claim(person, clerk, SUNDAY - timedelta(days=7), "完成另一门课程")
    for move, actor in (("check", cast.staff), ("approve", cast.admin)):
        move_claim(claim=claim, move=move, actor=actor, at=AT)
    rescore(county=cast.county, year=YEAR, at=AT)
    return PointEntry.objects.get(deputy=person, source_key=str(claim.uid))
