"""What can become of a message, and how long one waits for it."""

from dataclasses import dataclass
from enum import Enum

TIMEOUTS = (5, 10)  # seconds to connect, and to wait for each piece of the answer


class Fate(Enum):
    """What became of a message. UNCLEAR: it was handed over, and nothing came back."""

    ARRIVED = "arrived"
    LATER = "later"
    NEVER = "never"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Outcome:
    """`reason`: a sentence that says what to do, or what is to be known of one that arrived. `is_down`: nobody is there,
    so that others need not be tried now."""

    fate: Fate
    reason: str = ""
    is_down: bool = False


ARRIVED = Outcome(Fate.ARRIVED)
