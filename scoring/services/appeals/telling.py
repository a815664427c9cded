"""Who hears of an appeal: the county when it is raised, the deputy and whoever raised it for them when it is answered."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from deputies.models import Deputy
from julu_liaison.notices.services import notify
from julu_liaison.notices.states import Kind
from scoring.models import Appeal
from scoring.services.addressees import Addressees

SHOWN_OF_ANSWER = 60  # characters in a notice


def tell_county(appeal: Appeal, at: datetime) -> None:
    """Whoever may answer it: not who raised it, nor the deputy."""
    due = f"{appeal.due_on.month}月{appeal.due_on.day}日"
    text = f"{appeal.deputy.name}提出复核({appeal.get_kind_display()}),请在{due}前答复。"
    _notify(Addressees(at).who_acts(appeal), text, reverse("appeal", args=[appeal.uid]), at)


def tell_deputy(appeal: Appeal, at: datetime) -> None:
    """The outcome and the beginning of the answer, to the deputy and to whoever raised it for them."""
    answer = appeal.answer if len(appeal.answer) <= SHOWN_OF_ANSWER else f"{appeal.answer[:SHOWN_OF_ANSWER]}…"
    outcome = f"{appeal.get_state_display()}。{answer}"
    person = Deputy.objects.select_related("user").get(pk=appeal.deputy_id)
    if person.user:
        _notify([person.user], f"您提出的积分复核有答复了:{outcome}", reverse("appeals-mine"), at)
    if appeal.raised_by_id != person.user_id:
        page = reverse("appeal", args=[appeal.uid])
        _notify([appeal.raised_by], f"您替{person.name}提出的积分复核有答复了:{outcome}", page, at)


def _notify(people: Iterable, text: str, link: str, at: datetime) -> None:
    notify(kind=Kind.POINTS, users=[user for user in people if user.is_active], text=text, link=link, at=at)
