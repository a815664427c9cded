"""Letting go of a constituent who asks for it: that there were contacts stays, with whom goes (个人信息保护法 art. 47)."""

from datetime import datetime

from django.db import transaction

from deputies.models import Constituent, Deputy
from deputies.permissions import can_keep_constituents
from deputies.services.constituents import NOT_YOURS, end_constituent
from julu_liaison.common import audit
from julu_liaison.common.errors import Conflict, NotAllowed
from julu_liaison.common.history import save_traced
from julu_liaison.common.personal_data import demand_how
from julu_liaison.common.working_days import today_here

WHY_ENDED = "本人要求不再留信息"
GONE = {"name": "", "phone": "", "note": ""}


@transaction.atomic
def forget_constituent(*, constituent: Constituent, how: str, actor, at: datetime) -> Constituent:
    """Blank name, phone, village and what was noted of a constituent, in every version that the history keeps.

    Who is still kept in touch with is no longer from today on. `how` is in what way it was put forward. Raises
    NotAllowed; Conflict where it was done before.
    """
    deputy = constituent.deputy
    if not can_keep_constituents(actor, deputy):
        raise NotAllowed(NOT_YOURS)
    demand_how(how)
    list(Deputy.objects.select_for_update().filter(pk=deputy.pk).values_list("pk"))
    row = Constituent.objects.select_related("deputy__county").get(pk=constituent.pk)
    if not row.name:
        raise Conflict("这位选民的信息已经删去了。")
    if row.ended_on is None:
        row = end_constituent(constituent=row, ended_on=today_here(at), reason=WHY_ENDED, actor=actor, at=at)
    for name, value in GONE.items():
        setattr(row, name, value)
    row.village = None
    save_traced(row, actor=actor, update_fields=[*GONE, "village"])
    Constituent.history.filter(id=row.pk).update(**GONE, village=None)
    audit.record(
        "forget_constituent", actor=actor, target=row, county_code=deputy.county.code, at=at, deputy=deputy.code, how=how
    )
    return row
