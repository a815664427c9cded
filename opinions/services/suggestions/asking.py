"""What a deputy is asked for in suggestions: to sign with others, to sign the record of a talk, to rate an answer."""

from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, Subquery

from deputies.models import Deputy
from opinions.models import Consultation, Cosigner, Opinion, Reply, Verdict
from opinions.services.suggestions.cosigning import BEFORE_HAND_OVER
from opinions.states import State
from stations.querysets import Among


@dataclass(frozen=True)
class Asked:
    """One thing to do, in the words of its button, with the suggestion it is about."""

    words: str
    opinion: Opinion


def asked_of(deputy: Deputy) -> list[Asked]:
    """Return everything that waits for this deputy's own hand, in three queries whatever its number."""
    mine = Opinion.objects.suggestions().without_villager()
    return [
        *(Asked("请您附议", row) for row in _invitations(mine, deputy)),
        *(Asked("请您签面商记录", row) for row in _talks(mine, deputy)),
        *(Asked("请您评价", row) for row in _answers(mine, deputy)),
    ]


def _invitations(mine, deputy: Deputy):
    pending = Cosigner.objects.filter(
        opinion=OuterRef("pk"), deputy=deputy, confirmed_at__isnull=True, declined_at__isnull=True
    )
    return mine.filter(Exists(pending), state__in=BEFORE_HAND_OVER).exclude(hops__move="transfer").order_by("pk")


def _talks(mine, deputy: Deputy):
    unsigned = Consultation.objects.filter(opinion=OuterRef("pk"), signed_at=None)
    return mine.filter(Exists(unsigned), deputy=deputy).exclude(state=State.VOID).order_by("pk")


def _answers(mine, deputy: Deputy):
    signed = Cosigner.objects.filter(deputy=deputy, confirmed_at__isnull=False).values("opinion")
    answer = Reply.objects.filter(opinion=OuterRef("pk"), signed_at__isnull=False).order_by("-pk").values("pk")[:1]
    rated = Verdict.objects.filter(opinion=OuterRef("pk"), signer=deputy, reply=OuterRef("answer"))
    own = Q(deputy=deputy) | Q(Among(F("pk"), signed))
    rows = mine.filter(own, state__in=(State.REPLIED, State.TOLD)).annotate(answer=Subquery(answer))
    return rows.exclude(Exists(rated)).order_by(F("due_on").asc(nulls_last=True), "pk")
