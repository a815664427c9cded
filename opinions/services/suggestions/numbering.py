"""The number of a suggestion within its congress session."""

from datetime import date

from julu_liaison.common.numbering import next_number
from opinions.models import CongressSession, Opinion, SuggestionDetail


def session_on(*, county_id: int, on: date) -> CongressSession | None:
    """The session that a suggestion filed on the day `on` belongs to: the last one opened by then; None before any."""
    return CongressSession.objects.filter(county=county_id, starts_on__lte=on).order_by("-starts_on").first()


def number_suggestion(*, opinion: Opinion) -> None:
    """Give an accepted suggestion the next number of its session; once, and none where no session is known.

    Numbers within a session and between sessions (闭会期间) run through, gap-free; a void one keeps its number.
    """
    detail = SuggestionDetail.objects.select_related("session").filter(opinion=opinion).first()
    if detail is None or detail.session is None or detail.serial is not None:
        return
    detail.serial = next_number(f"session:{detail.session_id}")
    detail.save(update_fields=["serial"])
