"""How tickets are worded on pages: state, term, holder."""

from django import template
from django.utils.html import format_html

from opinions.services.looking import hiding_for
from opinions.states import SOON_DAYS, State, state_words
from stations.models import Station
from stations.states import Level

register = template.Library()

STATE_CLASS = {
    State.CLOSED: "tag-ok", State.REPLIED: "tag-warn", State.TOLD: "tag-warn", State.REWORKING: "tag-warn",
    State.AT_CENTRE: "tag-todo", State.AT_STATION: "tag-todo", State.AT_BRANCH: "tag-todo",
    State.AT_DEPARTMENT: "tag-todo", State.REGISTERED: "tag-todo",
}  # fmt: skip


@register.simple_tag
def state_tag(opinion) -> str:
    """Draw the ticket's state as a tag."""
    return format_html(
        '<span class="tag {}">{}</span>', STATE_CLASS.get(opinion.state, ""), state_words(opinion.kind, opinion.state)
    )


@register.simple_tag
def term_tag(opinion, on) -> str:
    """Draw how many days are left, or by how many the ticket is late; nothing for a state without a term."""
    left = opinion.days_left(on)
    if left is None:
        return ""
    if left < 0:
        return format_html('<span class="tag tag-bad num">超期{}天</span>', -left)
    if left == 0:
        return format_html('<span class="tag tag-warn">{}</span>', "今天到期")
    return format_html('<span class="tag num{}">还剩{}天</span>', " tag-warn" if left <= SOON_DAYS else "", left)


@register.simple_tag
def text_for(user, opinion, text) -> str:
    """Return a text of the ticket as `user` may read it: without a confidential villager's name."""
    return hiding_for(opinion=opinion, actor=user)(text)


@register.filter
def holder_words(opinion) -> str:
    """Name who has to act now: 县交通运输局, 官亭镇联络站, 第一分站, 县人大办公室."""
    if opinion.holder_department:
        return opinion.holder_department.name
    return place_words(opinion.holder_station) if opinion.holder_station else ""


def place_words(place: Station) -> str:
    """Name a place as a holder of tickets, the same on every page, in the history and in messages."""
    words = {Level.CENTRE: "县人大办公室", Level.TOWNSHIP: f"{place.name}联络站"}
    return words.get(Level(place.level), place.name)
