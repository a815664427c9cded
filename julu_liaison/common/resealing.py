"""Giving every sealed column the newest key, so that an old one can be thrown away. Knows no app: it asks for the models."""

from collections.abc import Iterator

from django.apps import apps
from django.db import models, transaction
from django.db.models import F, TextField, Value
from django.db.models.functions import Cast

from julu_liaison.common.secrets import SealedField, reseal

BATCH = 500


def sealed_columns() -> Iterator[tuple[type[models.Model], str]]:
    """Every model with a sealed column, and the column's name."""
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, SealedField):
                yield model, field.name


def reseal_everything() -> dict[str, int]:
    """Seal every value with the first of FIELD_KEYS; return how many by `app.Model.column`.

    In batches of their own, so that it can be stopped and begun again while people work. Raises ValueError for a value
    that none of the keys opens; what came before it is done.
    """
    return {f"{model._meta.label}.{name}": _reseal(model, name) for model, name in sealed_columns()}


def _reseal(model: type[models.Model], name: str) -> int:
    done, last = 0, 0
    while rows := _next_rows(model, name, last):
        with transaction.atomic():
            rows_again = (
                _tokens(model, name).select_for_update(of=("self",)).filter(pk__in=[key for key, _token in rows])
            )
            for key, token in rows_again.values_list("pk", "token"):
                # As a plain text: the column itself would seal the token once more.
                model._base_manager.filter(pk=key).update(**{name: Value(reseal(token), output_field=TextField())})
                done += 1
        last = rows[-1][0]
    return done


def _next_rows(model: type[models.Model], name: str, after: int) -> list[tuple[int, str]]:
    rows = _tokens(model, name).filter(pk__gt=after).order_by("pk").values_list("pk", "token")
    return list(rows[:BATCH])


def _tokens(model: type[models.Model], name: str):
    """The rows with something in the column, as it stands in the database: `token`."""
    return model._base_manager.annotate(token=Cast(F(name), TextField())).exclude(token="")
