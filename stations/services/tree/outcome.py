"""What moving, merging or closing a place does, done or only tried out."""

from dataclasses import dataclass
from hashlib import sha256

from django.dispatch import Signal

from julu_liaison.common.announcing import settle
from julu_liaison.common.errors import Conflict
from stations.models import Station
from stations.rules import Effect


@dataclass(frozen=True)
class Outcome:
    """The place as it is afterwards, and all that came of it."""

    place: Station
    effects: tuple[Effect, ...]

    @property
    def warnings(self) -> list[str]:
        return [effect.words for effect in self.effects if effect.is_warning]

    @property
    def figures(self) -> list[Effect]:
        return [effect for effect in self.effects if not effect.is_warning]

    @property
    def digest(self) -> str:
        """Equal for equal outcomes: what is done can be held against what was seen."""
        place = (self.place.code, self.place.full_name, self.place.closed_on, self.place.merged_into_id)
        return sha256(repr((place, self.effects)).encode()).hexdigest()

    def demand_expected(self, digest: str | None) -> None:
        """Raise Conflict, and so undo all, where a person confirmed something else; None: nobody looked before."""
        if digest is not None and digest != self.digest:
            raise Conflict("刚才有人改了这里的资料,和您看到的不一样了,请再看一遍。")


def effects_of(fact: Signal, **facts) -> tuple[Effect, ...]:
    """Settle a fact of `stations.signals`; return what all its listeners did."""
    return tuple(effect for effects in settle(fact, sender=Station, **facts) for effect in effects)
