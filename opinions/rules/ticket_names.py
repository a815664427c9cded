"""How people name another ticket (并案): its number, with the station in front where that is needed, or its address."""

import re
from typing import NamedTuple
from uuid import UUID

from julu_liaison.common.numbering import printed_number
from julu_liaison.common.texts import squeezed

ADDRESS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
NUMBER = re.compile(r"^(?P<place>\D*?)[〔\[(【]?(?P<year>20\d{2})[〕\])】年第—–/-]+0*(?P<serial>\d{1,6})号?$")
STATION_WORDS = re.compile(r"(人大代表)?联络站$")


class TicketName(NamedTuple):
    """A number as it is printed, and the name of the station in whose register it stands (empty: not said)."""

    station: str
    number: str


def uid_in(text: str) -> UUID | None:
    """Return the uid in a ticket's address, or standing alone; None where there is none."""
    found = ADDRESS.search(text)
    return UUID(found[0]) if found else None


def name_in(text: str) -> TicketName:
    """Read `官亭镇〔2026〕第001号`, `官亭镇联络站2026-1`, `〔2026〕第1号`; what is none of these is taken for a number."""
    bare = squeezed(text)
    found = NUMBER.match(bare)
    if found is None:
        return TicketName("", bare)
    return TicketName(STATION_WORDS.sub("", found["place"]), printed_number(int(found["year"]), int(found["serial"])))
