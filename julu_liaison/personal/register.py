"""The whole register of personal data (个人信息保护法 art. 51), joined from what each app says of its own tables."""

from collections import Counter

from django.apps import apps
from django.db import models

from activities.rules.personal_data import PERSONAL_DATA as ACTIVITIES
from deputies.rules.personal_data import PERSONAL_DATA as DEPUTIES
from julu_liaison.accounts.personal_data import PERSONAL_DATA as ACCOUNTS
from julu_liaison.common.personal_data import Held
from julu_liaison.notices.personal_data import PERSONAL_DATA as NOTICES
from julu_liaison.personal.platform import PERSONAL_DATA as PLATFORM
from opinions.rules.personal_data import PERSONAL_DATA as OPINIONS
from scoring.rules.personal_data import PERSONAL_DATA as SCORING
from stations.rules.personal_data import PERSONAL_DATA as STATIONS

DECLARED = (DEPUTIES, ACCOUNTS, STATIONS, NOTICES, ACTIVITIES, OPINIONS, SCORING, PLATFORM)
REGISTER: dict[str, Held] = {held.key: held for declaration in DECLARED for held in declaration.held}


def declared_columns() -> Counter[tuple[str, str]]:
    """Return every (model, column) that an app declares, with how often it does: once, or something is wrong."""
    return Counter(pair for declaration in DECLARED for pair in declaration.columns())


def existing_columns() -> set[tuple[str, str]]:
    """Return every (model, column) that there is. Left out are keys that count rows, and the copies of every version: what
    a history holds is what its model holds (docs/adr/0008-history.md)."""
    return {(model._meta.label, column.name) for model in apps.get_models() if not _is_copy(model) for column in _columns(model)}


def _is_copy(model: type[models.Model]) -> bool:
    return hasattr(model, "instance_type")


def _columns(model: type[models.Model]):
    fields = [*model._meta.local_fields, *model._meta.local_many_to_many]
    return [field for field in fields if not isinstance(field, models.AutoField | models.BigAutoField)]
