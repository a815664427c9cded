"""A deputy files a formal suggestion (代表建议) or motion (议案), alone or with others."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from deputies.models import Deputy, Membership
from julu_liaison.common.errors import DomainError, NotAllowed
from julu_liaison.common.working_days import today_here
from opinions.models import Cosigner, Opinion, SuggestionDetail
from opinions.permissions import can_file_suggestion
from opinions.services.registering import checked_text, enter_register
from opinions.services.suggestions.numbering import session_on
from opinions.states import ContactWish, Kind, State
from stations.models import Station
from stations.services import hold_place

LONGEST_TITLE = 100


@transaction.atomic
def file_suggestion(
    *, deputy: Deputy, text: str, category: str, actor, at: datetime, title: str = "", is_motion: bool = False,
    cosigners: Sequence[Deputy] = (), may_publish: bool = True, contact_wish: str = ContactWish.MEETING,
) -> Opinion:  # fmt: skip
    """File a suggestion; it waits at the township station for its check.

    Raises DomainError for a deputy without a branch or co-signers who can't sign, NotAllowed for anybody but the
    deputy in person and the station's clerk.
    """
    branch = _branch_of(deputy, at)
    if not can_file_suggestion(actor, deputy, branch.parent_id):
        raise NotAllowed("建议由代表本人提出,或由所在联络站代为登记。")
    opinion = Opinion(
        kind=Kind.SUGGESTION, title=_checked_title(title), text=checked_text(text), category=category, deputy=deputy
    )
    enter_register(opinion, branch, State.REGISTERED, branch.parent, actor, at)
    add_detail(opinion, is_motion=is_motion, may_publish=may_publish, contact_wish=contact_wish, at=at)
    _invite(opinion, cosigners, at)
    return opinion


def add_detail(opinion: Opinion, *, at: datetime, **fields) -> SuggestionDetail:
    """Write the formal side of a new suggestion; its session is the one of the day."""
    session = session_on(county_id=opinion.county_id, on=today_here(at))
    in_session = session is not None and today_here(at) <= session.ends_on
    return SuggestionDetail.objects.create(opinion=opinion, session=session, in_session=in_session, **fields)


def _branch_of(deputy: Deputy, at: datetime) -> Station:
    membership = Membership.objects.in_force(today_here(at)).filter(deputy=deputy).select_related("branch").first()
    if membership is None:
        raise DomainError(f"{deputy.name}现在没有分到分站,不能从这里提建议。", fields={"deputy": "没有分到分站"})
    return hold_place(membership.branch)


def _checked_title(title: str) -> str:
    title = title.strip()
    if len(title) > LONGEST_TITLE:
        raise DomainError(f"标题请控制在{LONGEST_TITLE}字以内。", fields={"title": f"请控制在{LONGEST_TITLE}字以内"})
    return title


def _invite(opinion: Opinion, cosigners: Sequence[Deputy], at: datetime) -> None:
    """Co-signers are other deputies of the county; each confirms in person, or the clerk has the paper."""
    for deputy in cosigners:
        if deputy.pk == opinion.deputy_id or deputy.county_id != opinion.county_id:
            sentence = f"{deputy.name}不能附议这一件,请核对"
            raise DomainError(f"{sentence}。", fields={"cosigners": sentence})
    people = {deputy.pk: deputy for deputy in cosigners}.values()
    Cosigner.objects.bulk_create(Cosigner(opinion=opinion, deputy=deputy, added_at=at) for deputy in people)
