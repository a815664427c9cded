"""Where accounts serve, as notices ask for it, which know no stations (`settings.NOTICE_PLACES`)."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from django.db.models.functions import Coalesce

from stations.models import Posting


def county_codes_of(accounts: Collection[int], on: date) -> dict[int, list[str]]:
    """Return the codes of the counties where each of the accounts (primary keys) serves on the day `on`; one query."""
    rows = Posting.objects.in_force(on).filter(user__in=accounts)
    codes = Coalesce("station__county__code", "department__county__code", "station__code")
    found: dict[int, list[str]] = defaultdict(list)
    for user, code in rows.order_by("user", "pk").values_list("user", codes):
        if code not in found[user]:
            found[user].append(code)
    return dict(found)
