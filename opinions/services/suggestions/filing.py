"""A deputy files a formal suggestion (代表建议) or motion (议案), alone or with others."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from activities.services.addressees import tell_deciders, tell_deputies
from deputies.models import Deputy, Membership
from julu_liaison.common.errors import Conflict, DomainError, NotAllowed
from julu_liaison.common.texts import clean_text
from julu_liaison.common.working_days import today_here
from julu_liaison.notices.states import Kind as NoticeKind
from opinions.models import Opinion, SuggestionDetail
from opinions.permissions import can_file_suggestion
from opinions.services.registering import address_of_form, checked_text, enter_register
from opinions.services.suggestions.cosigning import add_cosigners
from opinions.services.suggestions.numbering import session_on
from opinions.states import ContactWish, Kind, State
from stations.models import Station
from stations.services import hold_place

LONGEST_TITLE = 100


@transaction.atomic
def file_suggestion(
    *, deputy: Deputy, text: str, category: str, actor, at: datetime, title: str = "", is_motion: bool = False,
    cosigners: Sequence[Deputy] = (), signed_on_paper: bool = False, may_publish: bool = True,
    contact_wish: str = ContactWish.MEETING, form_key: UUID | None = None,
) -> Opinion:  # fmt: skip
    """File a suggestion; it waits at the township station for its check. The co-signers are invited, or, with
    `signed_on_paper`, have signed already.

    The same `form_key` sent again by the same person returns what was filed first. Raises DomainError for a deputy
    without a branch or co-signers who can't sign, NotAllowed for anybody but the deputy in person and the station's clerk.
    """
    branch = _branch_of(deputy, at)
    demand_may_file(actor, deputy, branch)
    uid = address_of_form(form_key, actor) if form_key else uuid4()
    filed = Opinion.objects.filter(uid=uid).first()
    if filed:
        return _filed_before(filed, deputy)
    opinion = Opinion(
        kind=Kind.SUGGESTION, title=checked_title(title), text=checked_text(text), category=category, deputy=deputy,
        uid=uid,
    )  # fmt: skip
    enter_register(opinion, branch, State.REGISTERED, branch.parent, actor, at)
    add_detail(opinion, is_motion=is_motion, may_publish=may_publish, contact_wish=contact_wish, at=at)
    add_cosigners(opinion, cosigners, actor=actor, at=at, on_paper=signed_on_paper)
    tell_of_filing(opinion, actor=actor, at=at)
    return opinion


def demand_may_file(actor, deputy: Deputy, branch: Station) -> None:
    if not can_file_suggestion(actor, deputy, branch.parent_id):
        raise NotAllowed("建议由代表本人提出,或由所在联络站代为登记。")


def add_detail(opinion: Opinion, *, at: datetime, **fields) -> SuggestionDetail:
    """Write the formal side of a new suggestion; its session is the one of the day."""
    session = session_on(county_id=opinion.county_id, on=today_here(at))
    in_session = session is not None and today_here(at) <= session.ends_on
    return SuggestionDetail.objects.create(opinion=opinion, session=session, in_session=in_session, **fields)


def tell_of_filing(opinion: Opinion, *, actor, at: datetime) -> None:
    """The station checks what a deputy has filed; the deputy knows what was filed in their name."""
    name, link = opinion.full_number, opinion.page
    deputy = opinion.deputy
    if deputy and deputy.user_id != actor.pk:
        tell_deputies(
            [deputy], f"{actor.name}替您登记了代表建议{name},请看内容对不对。", link, at, kind=NoticeKind.TICKET
        )
    elif deputy:
        tell_deciders(
            opinion.branch,
            f"{deputy.name}提出了代表建议{name},请核对。",
            link,
            at,
            without=[actor],
            kind=NoticeKind.TICKET,
        )


def _branch_of(deputy: Deputy, at: datetime) -> Station:
    membership = Membership.objects.in_force(today_here(at)).filter(deputy=deputy).select_related("branch").first()
    if membership is None:
        raise DomainError(f"{deputy.name}现在没有分到分站,不能从这里提建议。", fields={"deputy": "没有分到分站"})
    return hold_place(membership.branch)


def _filed_before(filed: Opinion, deputy: Deputy) -> Opinion:
    if filed.kind == Kind.SUGGESTION and filed.deputy_id == deputy.pk:
        return filed
    raise Conflict("这一页已经交过了,请重新打开再登记。")


def checked_title(title: str) -> str:
    title = clean_text(title)
    if len(title) > LONGEST_TITLE:
        raise DomainError(f"标题请控制在{LONGEST_TITLE}字以内。", fields={"title": f"请控制在{LONGEST_TITLE}字以内"})
    return title
