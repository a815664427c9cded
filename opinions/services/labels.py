"""What a county calls the reply classes (办理类别): the usual words unless it has its own."""

from opinions.models import ReplyLabel
from opinions.states import ReplyClass


def class_labels(county_id: int) -> list[tuple[str, str]]:
    """Return the classes with their words, in order, as the choices of a field: `("A", "A 已解决")`."""
    own = dict(ReplyLabel.objects.filter(county=county_id).values_list("reply_class", "label"))
    return [(value, f"{value} {own[value]}" if value in own else label) for value, label in ReplyClass.choices]
