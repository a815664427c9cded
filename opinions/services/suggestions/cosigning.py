"""Who signs a suggestion with its lead (附议): invited, confirmed in person or on paper, until it is handed over."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from activities.services.addressees import tell_deputies
from deputies.models import Deputy
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.states import Kind as NoticeKind
from opinions.models import Cosigner, Opinion
from opinions.permissions import can_change_cosigners, can_confirm_cosigner, is_cosigner, looks_after_it
from opinions.states import Kind, State

BEFORE_HAND_OVER = frozenset({State.REGISTERED, State.AT_STATION, State.AT_CENTRE, State.WAITING})
LIMIT = 100  # people on one suggestion


def takes_cosigners(opinion: Opinion) -> bool:
    """Whether signers may still come and go: a suggestion that was never handed over to a department."""
    if opinion.kind != Kind.SUGGESTION or opinion.state not in BEFORE_HAND_OVER:
        return False
    return not opinion.hops.filter(move="transfer").exists()


@transaction.atomic
def invite_cosigners(
    *, opinion: Opinion, deputies: Sequence[Deputy], actor, at: datetime, on_paper: bool = False
) -> list[Cosigner]:
    """Invite deputies to sign; with `on_paper` the clerk has their signatures and they count at once.

    Who was invited already stays as they are, who declined is asked again. Returns those who are new. Raises
    NotAllowed for others than lead, clerk and county, Conflict after the hand-over, DomainError for people who can't sign.
    """
    ticket = _open_for_signing(opinion)
    if not can_change_cosigners(actor, ticket):
        raise NotAllowed("附议代表由领衔代表或所在联络站增减。")
    if not deputies:
        raise DomainError("请填附议代表的姓名。", fields={"cosigners": "请填附议代表的姓名"})
    new = add_cosigners(ticket, deputies, actor=actor, at=at, on_paper=on_paper)
    audit.record("invite_cosigners", actor=actor, target=ticket, at=at, deputies=[row.deputy.code for row in new],
                 on_paper=on_paper)  # fmt: skip
    return new


def add_cosigners(
    opinion: Opinion, deputies: Iterable[Deputy], *, actor, at: datetime, on_paper: bool
) -> list[Cosigner]:
    """Write the rows and tell whom it concerns; whether `actor` may change the list is the caller's question."""
    if on_paper and not looks_after_it(actor, opinion):
        raise NotAllowed("纸质附议签名由所在联络站登记。")
    people = _checked_people(opinion, deputies, at)
    had = {row.deputy_id: row for row in opinion.cosigners.select_related("deputy__user")}
    changed = []
    for deputy in people:
        row = had.get(deputy.pk) or Cosigner(opinion=opinion, deputy=deputy)
        if row.confirmed_at or (row.pk and row.declined_at is None and not on_paper):
            continue
        row.added_at, row.declined_at = row.added_at if row.pk and not row.declined_at else at, None
        if on_paper:
            row.confirmed_at, row.confirmed_by = at, actor
        row.save()
        changed.append(row)
    if not on_paper:
        text = f"{opinion.deputy.name}请您附议{opinion.full_number},请看过内容后点“同意附议”或“不附议”。"  # type: ignore[union-attr]
        tell_deputies([row.deputy for row in changed], text, opinion.page, at, kind=NoticeKind.TICKET)
    return changed


@transaction.atomic
def confirm_cosigner(*, cosigner: Cosigner, actor, at: datetime) -> Cosigner:
    """Sign (附议): the invited deputy in person, or clerk and county, who have the signed paper.

    Raises Conflict after the hand-over or where it is confirmed already, NotAllowed for others.
    """
    ticket, row = _row(cosigner)
    if not can_confirm_cosigner(actor, row):
        raise NotAllowed("附议由代表本人确认,或由联络站凭纸质签名登记。")
    if row.confirmed_at:
        raise Conflict(f"{row.deputy.name}已经附议过了,不用再点。")
    row.confirmed_at, row.confirmed_by, row.declined_at = at, actor, None
    row.save(update_fields=["confirmed_at", "confirmed_by", "declined_at"])
    _record("confirm_cosigner", ticket, row, actor, at)
    _tell_lead(ticket, f"{row.deputy.name}已附议{ticket.full_number}。", actor, at)
    return row


@transaction.atomic
def decline_cosigner(*, cosigner: Cosigner, actor, at: datetime) -> Cosigner:
    """The invited deputy doesn't sign, or takes the signature back; in person only."""
    ticket, row = _row(cosigner)
    if not is_cosigner(actor, row):
        raise NotAllowed("不附议由代表本人点;登记错了的,请从名单里去掉。")
    row.confirmed_at, row.confirmed_by, row.declined_at = None, None, at
    row.save(update_fields=["confirmed_at", "confirmed_by", "declined_at"])
    _record("decline_cosigner", ticket, row, actor, at)
    _tell_lead(ticket, f"{row.deputy.name}没有附议{ticket.full_number}。", actor, at)
    return row


@transaction.atomic
def remove_cosigner(*, cosigner: Cosigner, actor, at: datetime) -> None:
    """Take a deputy off the list before the hand-over; who had signed is told."""
    ticket, row = _row(cosigner)
    if not can_change_cosigners(actor, ticket):
        raise NotAllowed("附议代表由领衔代表或所在联络站增减。")
    _record("remove_cosigner", ticket, row, actor, at, confirmed=row.confirmed_at is not None)
    if row.declined_at is None:
        text = f"{ticket.full_number}的附议名单里不再有您。"
        tell_deputies([row.deputy], text, "/me/", at, kind=NoticeKind.TICKET, fit_for_outside=True)
    row.delete()


def is_on_paper(cosigner: Cosigner) -> bool:
    """Whether somebody else recorded the signature from paper; needs `deputy` fetched."""
    return cosigner.confirmed_at is not None and cosigner.confirmed_by_id != cosigner.deputy.user_id


def _checked_people(opinion: Opinion, deputies: Iterable[Deputy], at: datetime) -> list[Deputy]:
    """Co-signers are other serving deputies of the county, each once."""
    people = {deputy.pk: deputy for deputy in deputies}
    serving = set(Deputy.objects.filter(pk__in=people).serving(today_here(at)).values_list("pk", flat=True))
    for deputy in people.values():
        if deputy.pk == opinion.deputy_id:
            raise _unfit(f"{deputy.name}是领衔代表,不用再附议")
        if deputy.county_id != opinion.county_id or deputy.pk not in serving:
            raise _unfit(f"{deputy.name}不能附议这一件,请核对")
    if opinion.cosigners.exclude(deputy__in=people).count() + len(people) > LIMIT:
        raise _unfit(f"附议代表最多{LIMIT}位")
    return list(people.values())


def _unfit(sentence: str) -> DomainError:
    return DomainError(f"{sentence}。", fields={"cosigners": sentence})


def _row(cosigner: Cosigner) -> tuple[Opinion, Cosigner]:
    """The suggestion, locked and still open for signing, and the row as it is now."""
    ticket = _open_for_signing(cosigner.opinion)
    row = ticket.cosigners.select_related("deputy__user").filter(pk=cosigner.pk).first()
    if row is None:
        raise Conflict("附议名单刚改过,请刷新页面再看。")
    return ticket, row


def _open_for_signing(opinion: Opinion) -> Opinion:
    ticket = Opinion.objects.select_for_update(of=("self",)).get(pk=opinion.pk)
    if not takes_cosigners(ticket):
        raise Conflict(f"{ticket.number}已经交办或者已经有结果,附议名单不能再改。", state=ticket.state)
    return ticket


def _record(action: str, ticket: Opinion, row: Cosigner, actor, at: datetime, **detail) -> None:
    audit.record(
        action, actor=actor, target=ticket, at=at, deputy=row.deputy.code, on_paper=is_on_paper(row), **detail
    )  # fmt: skip


def _tell_lead(ticket: Opinion, text: str, actor, at: datetime) -> None:
    if ticket.deputy and ticket.deputy.user_id != actor.pk:
        tell_deputies([ticket.deputy], text, ticket.page, at, kind=NoticeKind.TICKET)
