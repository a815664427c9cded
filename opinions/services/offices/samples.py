"""What an answer can start from: the department's sample answers (常用答复), and what it answered to matters like this."""

import re
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from julu_liaison.common import audit
from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.secrets import masked_phone
from julu_liaison.common.working_days import today_here
from opinions.models import Opinion, Reply, SampleAnswer
from stations.models import Department
from stations.permissions import holds
from stations.states import Right

EARLIER = 5
LOOKED_AT = 30  # answers, to find so many that differ
SAMPLES_OFFERED = 30
MOBILE = re.compile(r"(?<!\d)1\d{10}(?!\d)")


@dataclass(frozen=True)
class Earlier:
    """A signed answer to another ticket of the same category; no number and no name, so that nobody is recognised."""

    key: int
    text: str
    reply_class: str
    signed_on: date


@transaction.atomic
def keep_sample(*, sample: SampleAnswer, actor, at) -> SampleAnswer:
    """Add or change a sample answer. Raises NotAllowed outside the department, ValidationError for a title it has."""
    _demand_ours(sample.department, actor)
    is_new = sample.pk is None
    sample.full_clean()
    sample.save()
    action = "add_sample_answer" if is_new else "change_sample_answer"
    audit.record(action, actor=actor, target=sample, at=at, title=sample.title)
    return sample


@transaction.atomic
def drop_sample(*, sample: SampleAnswer, actor, at) -> None:
    """Take a sample answer away; answers written from it stay as they are."""
    _demand_ours(sample.department, actor)
    audit.record("drop_sample_answer", actor=actor, target=sample, at=at, title=sample.title)
    sample.delete()


def samples_for(ticket: Opinion) -> list[SampleAnswer]:
    """The lead department's sample answers for this ticket: those of its category first, then the general ones."""
    rows = SampleAnswer.objects.filter(department=ticket.department_id, category__in=[ticket.category, ""])
    return list(rows.order_by("-category", "title", "pk")[:SAMPLES_OFFERED])


def earlier_answers(ticket: Opinion) -> list[Earlier]:
    """The department's last signed answers in the ticket's category; none to a confidential ticket, phones masked."""
    rows = Reply.objects.filter(
        department=ticket.department_id, signed_at__isnull=False, withdrawn=False, opinion__kind=ticket.kind,
        opinion__category=ticket.category, opinion__confidential=False,
    ).exclude(opinion=ticket)  # fmt: skip
    found: dict[str, Reply] = {}
    for row in rows.order_by("-signed_at", "-pk")[:LOOKED_AT]:
        found.setdefault(row.text.strip(), row)  # the same words are offered once, with the last time they were said
    return [
        Earlier(row.pk, without_phones(row.text), row.get_reply_class_display(), today_here(row.signed_at))
        for row in list(found.values())[:EARLIER]
    ]


def without_phones(text: str) -> str:
    """Return text with mobile numbers masked: people write them into the matter itself."""
    return MOBILE.sub(lambda found: masked_phone(found[0]), text)


def _demand_ours(department: Department, actor) -> None:
    if not holds(actor, Right.ANSWER_OPINIONS, department.pk):
        raise NotAllowed("常用答复由本部门的人维护。")
