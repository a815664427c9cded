"""Whether what was recorded still stands where its branch stands: a report for `check_data`."""

from collections.abc import Iterator

from django.db.models import F, Q

from activities.models import Activity, placed_models


def record_problems() -> list[str]:
    """Return rows of all that belongs to a branch, and activities, whose station or county is not that of their place."""
    problems: list[str] = []
    for model in placed_models():
        problems += misplaced_rows(model, str(model._meta.verbose_name))
    for activity in Activity.objects.exclude(county=F("station__county")):
        problems.append(f"活动 {activity.uid}: 所属的县与组织单位的不一致")
    return problems


def misplaced_rows(model, word: str) -> Iterator[str]:
    """Rows of a Placed model whose denormalised keys differ from their branch's."""
    wrong = model.objects.filter(~Q(station=F("branch__parent")) | ~Q(county=F("branch__county")))
    for row in wrong.select_related("branch"):
        yield f"{word} {getattr(row, 'uid', row.pk)}: 所属的联络站或县与{row.branch.code}的不一致"
