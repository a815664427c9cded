"""What a villager says through the link, as moves of the workflow table; every refusal in a villager's words."""

from datetime import datetime
from typing import Any

from julu_liaison.common.errors import Conflict, StaleVersion
from opinions.models import Opinion
from opinions.services.moving import move_opinion

UNSOLVED = "unsolved"  # 没有解决: beside the three ratings
DONE_BEFORE = "这一步刚才已经办过了,不用再点。下面是最新情况。"
NEWS = "您打开以后又有了新的进展,请看过下面的内容再点一次,您写的字还在。"


def hear_villager(*, opinion: Opinion, word: str, note: str, version: int | None, at: datetime) -> Opinion:
    """Record what the villager says: a rating, or UNSOLVED (没有解决), which reopens a closed ticket once.

    Raises StaleVersion when the ticket has moved on since the page was opened, Conflict when the step is not open (any
    more), DomainError when the reason is missing.
    """
    move = "reopen" if word == UNSOLVED else "rate"
    facts: dict[str, Any] = {} if word == UNSOLVED else {"rating": word}
    try:
        return move_opinion(
            opinion=opinion, move=move, actor=None, at=at, version=version, by_villager=True, note=note, **facts
        )
    except StaleVersion as error:
        raise StaleVersion(NEWS) from error
    except Conflict as error:
        raise Conflict(DONE_BEFORE) from error
