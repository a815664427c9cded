"""What publishing and closing have in common: the county's deputies and the year held, the right asked for."""

from julu_liaison.common.errors import NotAllowed
from scoring.models import Scheme, YearClosing
from scoring.permissions import can_close_year
from scoring.services.ledger.posting import lock_people
from scoring.services.years.stages import closing_of

FOREIGN = "年度的公示和结账由县级管理员办理,需要的话请联系他们。"


def hold_year(scheme: Scheme, actor) -> tuple[Scheme, YearClosing | None]:
    """Lock every deputy of the county, then the year itself; return both read anew. Raises NotAllowed.

    Whoever writes to a ledger holds its deputy, so nobody scores while a year is published or closed.
    """
    if actor is not None and not can_close_year(actor, scheme.county):
        raise NotAllowed(FOREIGN)
    lock_people(scheme.county)
    held = Scheme.objects.select_related("county").select_for_update(of=("self",)).get(pk=scheme.pk)
    return held, closing_of(held)
