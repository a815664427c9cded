"""What the signers of a suggestion say of its answer (评价): each their own word, the ticket shows the least of them."""

from activities.states import Rating
from deputies.models import Deputy
from opinions.models import Opinion

WORST_FIRST = (Rating.UNSATISFIED, Rating.BASIC, Rating.SATISFIED)


def signers_of(opinion: Opinion) -> list[Deputy]:
    """The lead and every confirmed co-signer, the lead first."""
    rows = opinion.cosigners.filter(confirmed_at__isnull=False).select_related("deputy__user")
    return [person for person in (opinion.deputy, *(row.deputy for row in rows)) if person]


def owing_signers(opinion: Opinion) -> list[Deputy]:
    """Who of them has not rated the standing answer yet."""
    rated = set(opinion.verdicts.filter(reply=opinion.standing_answer).values_list("signer", flat=True))
    return [person for person in signers_of(opinion) if person.pk not in rated]


def summed_up(opinion: Opinion) -> tuple[str, bool]:
    """What the ticket says of the standing answer: the worst of its ratings, and whether any was given by proxy."""
    given = opinion.verdicts.filter(reply=opinion.standing_answer).values_list("rating", "by_proxy")
    ratings = {rating for rating, _by_proxy in given}
    return next((rating for rating in WORST_FIRST if rating in ratings), ""), any(
        by_proxy for _rating, by_proxy in given
    )
