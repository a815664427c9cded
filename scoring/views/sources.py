"""Where an entry came from, as links: only those that the reader may open; one query for each kind of source."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.urls import reverse

from activities.models import Activity, DutyLog, Leave
from opinions.models import Opinion
from scoring.models import Appeal, BonusClaim, PointEntry
from scoring.states import Source
from stations.models import Station
from stations.querysets import scope_of

# Where a source is shown by its own address; the reader sees what `visible_to` says.
PAGES: dict[Source, tuple[Any, str]] = {
    Source.LOG: (DutyLog, "duty-log"),
    Source.ACTIVITY: (Activity, "activity"),
    Source.OPINION: (Opinion, "opinion"),
    Source.LEAVE: (Leave, "station-leave"),
    Source.CLAIM: (BonusClaim, "claim"),
    Source.APPEAL: (Appeal, "appeal"),
}
# A deputy's own pages; the clerk's would refuse them.
OWN_PAGES = {Source.ACTIVITY: "my-activity", Source.LEAVE: "my-duty"}
WITHOUT_KEY = ("station-leave", "my-duty")


def links_of(user, entries: Iterable[PointEntry], *, own: bool) -> dict[tuple[str, str], str]:
    """Return the addresses by (source, source key); those that cannot be opened are left out."""
    keys: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        keys[entry.source].add(entry.source_key)
    found = _rosters_of(user, keys.pop(Source.MONTH, set()), own=own)
    for source, uids in keys.items():
        model, page = PAGES[Source(source)]
        page = OWN_PAGES.get(Source(source), page) if own else page
        rows = model.objects.visible_to(user).filter(uid__in=uids)
        if page == "my-activity":  # a head sees the branch's activities, too, but has no page of one not asked to
            rows = rows.filter(attendance__deputy__user=user.pk)
        for uid in rows.values_list("uid", flat=True):
            found[source, str(uid)] = reverse(page, args=[] if page in WITHOUT_KEY else [uid])
    return found


def _rosters_of(user, keys: set[str], *, own: bool) -> dict[tuple[str, str], str]:
    """The month's roster, which shows the days that an idle month is about; of stations that the reader looks after."""
    if not keys:
        return {}
    if own:
        return {(Source.MONTH.value, key): f"{reverse('my-roster')}?month={key.rpartition(':')[2]}" for key in keys}
    scope = scope_of(user)
    seen = Station.objects.filter(Q(county__in=scope.counties) | Q(pk__in=scope.townships))
    codes = set(seen.filter(code__in={key.rpartition(":")[0] for key in keys}).values_list("code", flat=True))
    places = [(key, *key.rpartition(":")[::2]) for key in keys]
    return {
        (Source.MONTH.value, key): f"{reverse('roster')}?month={month}&station={code}"
        for key, code, month in places
        if code in codes
    }
