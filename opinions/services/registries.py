"""What a county keeps for its suggestions: the meetings of its congress, the directors who supervise, its own words for the
classes of answers."""

from django.db import transaction

from julu_liaison.common import audit
from julu_liaison.common.errors import NotAllowed
from opinions.models import CongressSession, Director, ReplyLabel
from stations.models import Station
from stations.permissions import holds
from stations.states import Right


@transaction.atomic
def add_session(*, county: Station, actor, **facts) -> CongressSession:
    """Enter a meeting (人代会会议): `term`, `ordinal`, `starts_on`, `ends_on`. What is filed from its first day on counts
    for it. Raises ValidationError for one that is entered already or ends before it starts, NotAllowed."""
    return _add(CongressSession(county=county, **facts), actor)


@transaction.atomic
def edit_session(*, session: CongressSession, actor, **changes) -> CongressSession:
    """Mend its name or days; suggestions filed before keep the meeting and the number they have."""
    return _edit(session, changes, actor)


@transaction.atomic
def add_director(*, county: Station, actor, **facts) -> Director:
    """Enter a director who supervises (督办领导): `name`, `position`, `official_order`, `is_active`."""
    return _add(Director(county=county, **facts), actor)


@transaction.atomic
def edit_director(*, director: Director, actor, **changes) -> Director:
    """Who has left office stays with what they supervised: set `is_active` to False."""
    return _edit(director, changes, actor)


@transaction.atomic
def add_reply_label(*, county: Station, actor, **facts) -> ReplyLabel:
    """Give a class (`reply_class`) the county's own `label`; without one it is called by the usual words."""
    return _add(ReplyLabel(county=county, **facts), actor)


@transaction.atomic
def edit_reply_label(*, label: ReplyLabel, actor, **changes) -> ReplyLabel:
    return _edit(label, changes, actor)


def _add(row, actor):
    _demand_county(row, actor)
    row.full_clean()
    row.save()
    audit.record(f"add_{row._meta.model_name}", actor=actor, target=row.county, row=row.pk, name=str(row))
    return row


def _edit(row, changes: dict, actor):
    _demand_county(row, actor)
    before = {name: str(getattr(row, name)) for name in changes}
    for name, value in changes.items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    audit.record(f"edit_{row._meta.model_name}", actor=actor, target=row.county, row=row.pk, before=before,
                 after={name: str(value) for name, value in changes.items()})  # fmt: skip
    return row


def _demand_county(row, actor) -> None:
    if not holds(actor, Right.MAINTAIN, row.county_id):
        raise NotAllowed("这些资料由县人大工作人员维护。")
