"""What comes of moving, merging or closing a place, in words and figures."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Effect:
    """One thing that changes (`驻站代表` 12 `人`, by name), or a warning, which is a sentence in `words`."""

    words: str
    count: int = 0
    unit: str = ""
    names: tuple[str, ...] = ()
    is_warning: bool = False
