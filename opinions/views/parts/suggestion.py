"""The formal side of a suggestion: signers, session, talks, what its signers say of the answer; what an opinion became."""

from dataclasses import dataclass

from opinions.models import Consultation, Cosigner, Opinion, SuggestionDetail, Verdict
from opinions.permissions import (
    at_its_department,
    can_change_cosigners,
    can_confirm_cosigner,
    can_sign_consultation,
    is_cosigner,
    is_its_deputy,
)
from opinions.services.suggestions import is_on_paper, takes_consultations, takes_cosigners
from opinions.states import ContactWish, Kind, State

TEMPLATE = "opinions/parts/suggestion.html"


@dataclass(frozen=True)
class Signer:
    """One co-signer's line, with the taps open to whoever looks."""

    row: Cosigner
    on_paper: bool
    is_oneself: bool
    can_confirm: bool
    can_remove: bool

    @property
    def is_asked(self) -> bool:
        """Whether the person looking has not said yes or no yet."""
        return self.is_oneself and self.row.confirmed_at is None and self.row.declined_at is None


@dataclass(frozen=True)
class Asks:
    """What waits for the person's own hand: an invitation to sign with others, records of talks to sign, an answer to
    rate (by the step for that)."""

    invited: Cosigner | None
    talks: list[Consultation]
    rates: bool

    def __bool__(self) -> bool:
        return bool(self.invited or self.talks or self.rates)


@dataclass(frozen=True)
class Round:
    """What was said of one answer, and who has not said anything yet (only of the one that waits for it)."""

    ordinal: int
    verdicts: list[Verdict]
    owing: list


def part(user, ticket: Opinion) -> dict | None:
    """Return what the template shows as `part`; None for nothing."""
    if ticket.kind != Kind.SUGGESTION:
        return _what_it_became(user, ticket)
    detail = SuggestionDetail.objects.select_related("session", "grown_from__register").get(opinion=ticket)
    cosigners = list(ticket.cosigners.select_related("deputy__user", "confirmed_by"))
    talks = list(ticket.consultations.select_related("department", "signed_by"))
    answers = list(ticket.replies.filter(signed_at__isnull=False))
    is_open, changes = takes_cosigners(ticket), can_change_cosigners(user, ticket)
    records = at_its_department(user, ticket) and takes_consultations(ticket)
    signers = [_signer(user, ticket, row, is_open, changes) for row in cosigners]
    rounds = _rounds(ticket, answers, cosigners)
    return {
        "asks": _asks(user, ticket, signers, talks, rounds) or None,
        "detail": detail,
        "origin": detail.grown_from,
        "opens_origin": detail.grown_from and _sees(user, detail.grown_from),
        "signers": signers,
        "can_invite": is_open and changes,
        "talks": talks,
        "signs": can_sign_consultation(user, ticket),
        "in_person": is_its_deputy(user, ticket),
        "records": records,
        "lacks_talk": records and _lacks_talk(detail, talks),
        "promised_on": answers[-1].promised_on if ticket.tracked and answers else None,
        "rounds": rounds,
    }


def _what_it_became(user, ticket: Opinion) -> dict | None:
    if ticket.state != State.MERGED:
        return None
    grown = SuggestionDetail.objects.select_related("opinion__register").filter(grown_from=ticket).first()
    return grown and {"became": grown.opinion, "opens_became": _sees(user, grown.opinion)}


def _sees(user, ticket: Opinion) -> bool:
    return Opinion.objects.visible_to(user).filter(pk=ticket.pk).exists()


def _signer(user, ticket: Opinion, row: Cosigner, is_open: bool, changes: bool) -> Signer:
    row.opinion = ticket  # known already: no query for it
    return Signer(
        row=row, on_paper=is_on_paper(row), is_oneself=is_open and is_cosigner(user, row),
        can_confirm=is_open and row.confirmed_at is None and can_confirm_cosigner(user, row),
        can_remove=is_open and changes,
    )  # fmt: skip


def _asks(user, ticket: Opinion, signers: list[Signer], talks: list[Consultation], rounds: list[Round]) -> Asks:
    signs = is_its_deputy(user, ticket) and ticket.state != State.VOID
    return Asks(
        invited=next((one.row for one in signers if one.is_asked), None),
        talks=[talk for talk in talks if signs and talk.signed_at is None],
        rates=any(person.user_id == user.pk for one in rounds for person in one.owing),
    )


def _lacks_talk(detail: SuggestionDetail, talks: list[Consultation]) -> bool:
    """The deputy wishes to be talked to, and no record of a talk is signed: a hint, it hinders nothing."""
    return detail.contact_wish != ContactWish.WRITTEN and not any(talk.signed_at for talk in talks)


def _rounds(ticket: Opinion, answers: list, cosigners: list[Cosigner]) -> list[Round]:
    """One round an answer that was rated, or waits for it now."""
    verdicts = list(ticket.verdicts.select_related("signer", "given_by"))
    signers = [person for person in (ticket.deputy, *(row.deputy for row in cosigners if row.confirmed_at)) if person]
    rounds = []
    for ordinal, answer in enumerate(answers, start=1):
        said = [verdict for verdict in verdicts if verdict.reply_id == answer.pk]
        waits = ticket.state == State.TOLD and answer is answers[-1]
        rated = {verdict.signer_id for verdict in said}
        owing = [person for person in signers if person.pk not in rated] if waits else []
        if said or owing:
            rounds.append(Round(ordinal, said, owing))
    return rounds
