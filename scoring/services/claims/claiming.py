"""Claiming a bonus, for oneself or for several deputies at once."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from activities.services.people import hold_people
from deputies.models import Deputy, Membership
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.texts import clean_text
from julu_liaison.common.working_days import today_here
from scoring.models import BonusClaim, Scheme
from scoring.permissions import can_claim
from scoring.services.claims.doubles import demand_first
from scoring.services.claims.steps import Files, attach_files, demand_few, demand_room, set_term, write_steps
from scoring.services.claims.telling import tell_who_acts, tell_who_claimed
from scoring.states import CLAIMED_ITEMS, ClaimState
from scoring.workflow import is_frozen
from stations.models import Station
from stations.services import hold_places

MOST_PEOPLE = 100
LONGEST_TEXT, LONGEST_EVIDENCE = 300, 120
Branches = dict[int, Station]


def claim_bonus(*, deputy: Deputy, **facts) -> BonusClaim:
    """Claim a bonus for one deputy; see `claim_for_all`."""
    return claim_for_all(deputies=[deputy], **facts)[0]


@transaction.atomic
def claim_for_all(
    *, deputies: Iterable[Deputy], item: str, occurred_on: date, text: str, actor, at: datetime, evidence: str = "",
    files: Files = (), another: bool = False,
) -> list[BonusClaim]:  # fmt: skip
    """Claim the same bonus (加分申报) for deputies of one county, one claim each, all or none.

    `evidence` names the paper (文号, newspaper and page), `files` are (name, content); one of the two there must be.
    `another`: the actor says that it is not what was claimed before (`demand_first`). Claims of the year before are
    taken until the scheme's `late_until` and flagged. Raises NotAllowed; Conflict where it was claimed already or the
    year is frozen; DomainError with the fields that need another look.
    """
    people = hold_people(_few(deputies))
    branches = _branches_of(people, today_here(at), occurred_on)
    for person in people:
        if not can_claim(actor, person, branches[person.pk]):
            raise NotAllowed(f"{person.name}的加分由本人、联络站或县人大办公室申报。")
    row = BonusClaim(item=item, occurred_on=occurred_on, text=clean_text(text), evidence=clean_text(evidence))
    _check(row, files, today_here(at))
    demand_room(files, len(people))
    scheme = _open_scheme(people[0].county_id, occurred_on.year, today_here(at))
    demand_first(people, row, another)
    claims = [_written(row, person, branches[person.pk], scheme, actor, at) for person in people]
    write_steps(claims, "claim", actor=actor, at=at)
    for claim in claims:
        audit.record(
            "claim_bonus", actor=actor, target=claim, at=at, deputy=claim.deputy.code, item=item, late=claim.is_late
        )
    tell_who_acts(claims, actor=actor, at=at)
    tell_who_claimed(claims, actor=actor, at=at)
    attach_files(claims, files, actor=actor, at=at)
    return claims


def _few(deputies: Iterable[Deputy]) -> list[Deputy]:
    people = sorted(set(deputies), key=lambda one: one.pk)
    if not people:
        raise DomainError("请选给哪位代表申报。", fields={"deputies": "请至少选一位代表"})
    if len(people) > MOST_PEOPLE or len({person.county_id for person in people}) > 1:
        sentence = f"一次最多给同一个县的{MOST_PEOPLE}位代表申报,请分几次报"
        raise DomainError(f"{sentence}。", fields={"deputies": sentence})
    return people


def _branches_of(people: list[Deputy], *days: date) -> Branches:
    """Where each serves today, or served on the day of the fact: who has left since can still bring evidence."""
    found: Branches = {}
    for on in days:
        rows = Membership.objects.in_force(on).filter(deputy__in=people).select_related("branch")
        found = {row.deputy_id: row.branch for row in rows} | found
    lost = [person.name for person in people if person.pk not in found]
    if lost:
        sentence = f"{'、'.join(lost)}还没有分到分站,请先安排分站"
        raise DomainError(f"{sentence}。", fields={"deputies": sentence})
    held = {place.pk: place for place in hold_places(found.values())}  # nobody moves them until the claims are written
    return {key: held[branch.pk] for key, branch in found.items()}


def _check(row: BonusClaim, files: Files, today: date) -> None:
    problems = {}
    if row.item not in CLAIMED_ITEMS:
        problems["item"] = "请从列出的项目里选"
    if not 0 < len(row.text) <= LONGEST_TEXT:
        problems["text"] = f"请写做了什么,最多{LONGEST_TEXT}个字"
    if row.occurred_on > today:
        problems["occurred_on"] = "不能晚于今天"
    if len(row.evidence) > LONGEST_EVIDENCE:
        problems["evidence"] = f"最多{LONGEST_EVIDENCE}个字"
    elif not (row.evidence or files):
        problems["evidence"] = "请写证书编号、文号,或者拍一张照片"
    if problems:
        raise DomainError(";".join(problems.values()) + "。", fields=problems)
    demand_few(files)


def _open_scheme(county_id: int, year: int, today: date) -> Scheme:
    """The scheme of the fact's year, as long as that year takes claims."""
    scheme = Scheme.objects.filter(county=county_id, year=year).first()
    sentence = ""
    if scheme is None:
        sentence = f"{year}年没有积分方案,不能申报这一年的加分"
    elif is_frozen(county_id, year):
        sentence = f"{year}年的积分已经公示,不能再申报;有漏记的请提出复核"
    elif today > scheme.late_until:
        sentence = f"{year}年的材料{scheme.late_until.month}月{scheme.late_until.day}日截止,不能再补报"
    if scheme is None or sentence:
        raise Conflict(f"{sentence}。", fields={"occurred_on": sentence})
    return scheme


def _written(row: BonusClaim, person: Deputy, branch: Station, scheme: Scheme, actor, at: datetime) -> BonusClaim:
    today = today_here(at)
    claim = BonusClaim(
        deputy=person, year=row.occurred_on.year, item=row.item, occurred_on=row.occurred_on, text=row.text,
        evidence=row.evidence, is_late=today.year > row.occurred_on.year, state=ClaimState.CLAIMED, claimed_by=actor,
        claimed_at=at,
    )  # fmt: skip
    claim.put_at(branch)
    set_term(claim, scheme, today)
    claim.save(force_insert=True)
    return claim
