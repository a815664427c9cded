"""Sending messages once more, by whoever looks after the people and groups they are for."""

from datetime import datetime

from julu_liaison.common.errors import NotAllowed
from julu_liaison.notices.models import Message
from julu_liaison.notices.services.again import send_again
from stations.models import Station
from stations.permissions import can_send_again
from stations.querysets import places_of_message

SEEN_ONLY = "再发一次由联络站工作人员和县人大办公室办理。"


def send_message_again(*, message: Message, actor, at: datetime) -> Message:
    """Send a message that didn't arrive once more. Raises NotAllowed, and what `send_again` raises."""
    if not can_send_again(actor, message):
        raise NotAllowed(SEEN_ONLY)
    return send_again(message=message, county_code=_county_code(message), actor=actor, at=at)


def _county_code(message: Message) -> str:
    """The county of the message's reader or group; of somebody who serves in two, the first."""
    counties, stations = places_of_message(message)
    place = Station.objects.filter(pk__in=counties | stations).select_related("county").order_by("pk").first()
    return place.county_code if place else ""
