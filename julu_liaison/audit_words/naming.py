"""What a row of the audit trail is about and mentions, by names that people know; without one the permanent key stands there."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model

from julu_liaison.common.models import AuditLog

# Model → (what its key is, the columns of its name, how they are written). Villagers are in none of them.
NAMES: dict[str, tuple[str, tuple[str, ...], str]] = {
    "accounts.User": ("pk", ("name", "username"), "{}({})"),
    "stations.Station": ("code", ("full_name", "code"), "{}({})"),
    "stations.Department": ("code", ("name", "code"), "{}({})"),
    "deputies.Deputy": ("code", ("name", "code"), "{}({})"),
    "deputies.Edition": ("uid", ("place__name", "period", "number"), "{} {} 第{}版"),
    "deputies.GlyphImage": ("uid", ("character",), "{}"),
    "deputies.Constituent": ("uid", ("deputy__name",), "{}联系的选民"),
    "deputies.Contact": ("uid", ("constituent__deputy__name", "date"), "{} {}"),
    "deputies.CorrectionRequest": ("uid", ("asker__name", "topic_title", "column_title"), "{}:{} {}"),
    "activities.DutyLog": ("uid", ("branch__full_name", "date"), "{} {}"),
    "activities.Visit": ("uid", ("branch__full_name", "date"), "{} {}"),
    "activities.ServiceRecord": ("uid", ("branch__full_name", "date"), "{} {}"),
    "activities.LogPhoto": ("uid", ("log__branch__full_name", "log__date"), "{} {}"),
    "activities.Leave": ("uid", ("deputy__name", "started_on"), "{} {}起"),
    "activities.Swap": ("uid", ("giver__name", "shift__date"), "{} {}"),
    "activities.Exemption": ("uid", ("deputy__name",), "{}"),
    "activities.Activity": ("uid", ("title", "held_on"), "{} {}"),
    "activities.ActivityFile": ("uid", ("name",), "{}"),
    "activities.WorkPlan": ("uid", ("station__name", "year"), "{} {}年"),
    "activities.PlanItem": ("uid", ("title",), "{}"),
    "activities.PlanFile": ("uid", ("name",), "{}"),
    "activities.LivelihoodProject": ("uid", ("title", "year"), "{} {}年"),
    "activities.MonthReport": ("pk", ("place__name", "month"), "{} {:%Y-%m}"),
    "activities.Roster": ("pk", ("station__name", "month"), "{} {:%Y-%m}"),
    "opinions.Opinion": ("uid", ("register__name", "number"), "{}{}"),
    "opinions.HopFile": ("uid", ("name",), "{}"),
    "opinions.VillagerRequest": ("uid", ("opinion__register__name", "opinion__number"), "{}{}"),
    "scoring.PointEntry": ("uid", ("deputy__name", "number"), "{} 第{}笔"),
    "scoring.QuarterStatement": ("uid", ("deputy__name", "year", "quarter"), "{} {}年第{}季度"),
    "scoring.BonusClaim": ("uid", ("deputy__name", "occurred_on"), "{} {}"),
    "scoring.ClaimFile": ("uid", ("name",), "{}"),
    "scoring.Appeal": ("uid", ("deputy__name", "year"), "{} {}年"),
    "scoring.Waiver": ("uid", ("deputy__name",), "{}"),
    "scoring.Scheme": ("pk", ("county__name", "year"), "{} {}年"),
    "scoring.YearClosing": ("uid", ("scheme__county__name", "scheme__year"), "{} {}年"),
    "common.Job": ("uid", ("title",), "{}"),
    "notices.Gateway": ("uid", ("name",), "{}"),
}
# Parts beside an act whose values are the codes of such a thing.
MENTIONED = {
    "branch": "station", "station": "station", "place": "station", "into": "station", "department": "department",
    "deputy": "deputy", "giver": "deputy", "taker": "deputy", "deputies": "deputy",
}  # fmt: skip

Names = dict[tuple[str, str], str]  # by kind and key


def names_of(rows: Iterable[AuditLog]) -> Names:
    """Return the names of what the rows are about and mention; one query for each kind among them."""
    keys: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        keys[row.target_kind].add(row.target_key)
        for part in row.detail.keys() & MENTIONED.keys():
            keys[MENTIONED[part]].update(map(str, _listed(row.detail[part])))
    return {
        (kind, key): words for kind, model in NAMED.items() if kind in keys for key, words in _named(model, keys[kind]).items()
    }


def with_names(detail: dict, names: Names) -> dict:
    """The parts beside an act with names where they have codes; what is not known stays as it is."""
    return {part: _with_name(value, MENTIONED[part], names) if part in MENTIONED else value for part, value in detail.items()}


def _with_name(value: Any, kind: str, names: Names) -> Any:
    if isinstance(value, list):
        return [_with_name(one, kind, names) for one in value]
    return names.get((kind, str(value)), value)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _named(model: type[Model], keys: set[str]) -> dict[str, str]:
    by, columns, words = NAMES[model._meta.label]
    known = [key for key in keys if _fits(key, by)]
    rows = model._default_manager.filter(**{f"{by}__in": known}).order_by().values_list(by, *columns)
    return {str(key): words.format(*(part if part is not None else "" for part in parts)) for key, *parts in rows}


def _fits(key: str, by: str) -> bool:
    """Keys of an older version of the program may be of another kind."""
    if by == "pk":
        return key.isascii() and key.isdigit()
    if by == "uid":
        try:
            UUID(key)
        except ValueError:
            return False
    return True


NAMED = {str(apps.get_model(label)._meta.model_name): apps.get_model(label) for label in NAMES}
