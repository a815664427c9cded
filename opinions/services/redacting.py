"""Striking words out of a ticket (隐去), e.g. a name or illness that a villager's sentence should not carry on.

The person names the words; each place where they stand gets the same two marks, so that neither the words nor their
length are left, nothing grows, and nothing else can be rewritten this way. The originals stay sealed, for auditors alone.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Prefetch, Q

from julu_liaison.common import audit
from julu_liaison.common.errors import DomainError, NotAllowed, StaleVersion
from julu_liaison.common.idempotency import change_answers
from julu_liaison.notices.services import reword_notices
from opinions.models import Hop, Opinion, Redaction, Reply
from opinions.permissions import can_redact, sees_drafts_of
from opinions.rules import search_words
from opinions.rules.hiding import MARK, SHORTEST, hider
from opinions.services.looking import hops_for, was_signed
from opinions.states import Redacted
from opinions.workflow import REDACT, label_of

MOST_WORDS = 20
LONGEST_REASON = 200
# Rows that hold a hop's words once more: (related name, column). Their original is the hop's.
COPIES = (("verdicts", "reason"), ("assistances", "text"), ("extensions", "reason"))
TYPED_FACTS = ("route", "title")  # of a hop: words of a person's; the others are codes


@dataclass(frozen=True)
class Passage:
    """A text of the ticket that words can be struck out of, as the person may read it."""

    label: str
    text: str


def passages_of(*, opinion: Opinion, actor) -> list[Passage]:
    """Return title, text, signed answers, talks and the history's notes and file names, in this order; no empty ones."""
    answers = [reply.text for reply in opinion.replies.filter(signed_at__isnull=False)]
    talks = opinion.consultations.values_list("text", flat=True)
    found = [("标题", opinion.title), ("内容", opinion.text), *(("答复", text) for text in answers)]
    found += [("面商情况", text) for text in talks]
    for hop in hops_for(opinion=opinion, actor=actor):
        if hop.note not in answers:  # an answer stands in its hop too
            found.append((label_of(hop.move), hop.note))
        found += [("附件名称", file.name) for file in hop.shown_files]  # type: ignore[attr-defined]  # by hops_for()
    return [Passage(label, text) for label, text in found if text]


def out_of_reach(*, opinion: Opinion, actor) -> list[Opinion]:
    """Return the ticket that this one became or grew from, if somebody else has to strike the words out there."""
    return [other for other in _kin(opinion) if not can_redact(actor, other)]


@transaction.atomic
def redact(
    *, opinion: Opinion, words: Sequence[str], reason: str, actor, at: datetime, version: int | None = None
) -> Opinion:
    """Strike `words` out of everything that the ticket says, seal the originals and write a hop with the reason.

    The suggestion that the ticket became, or the opinion it grew from, is treated alike where the person may
    (`out_of_reach` names it where not). What the person may not read, a draft that waits for its signature, is neither
    searched nor changed; and so are the visit and the log that the ticket came from.
    Raises NotAllowed for anybody but the station's clerk and the county, StaleVersion when the ticket has moved on since
    `version`, DomainError for words that are too short, too many or nowhere to be found, and for a missing reason.
    """
    kin = {row.pk for row in _kin(opinion)}
    rows = Opinion.objects.select_for_update(of=("self",)).filter(pk__in={opinion.pk, *kin}).order_by("pk")
    tickets = {row.pk: row for row in rows}
    ticket = tickets.pop(opinion.pk)
    if not can_redact(actor, ticket):
        raise NotAllowed("隐去内容由所在联络站的工作人员或县人大办理。")
    if version is not None and version != ticket.version:
        raise StaleVersion("刚有人办了这一件,请看过最新内容再隐去,您填的还在。", version=ticket.version)
    words, reason = _checked(words, reason)
    within_reach = [ticket, *(other for other in tickets.values() if can_redact(actor, other))]
    struck = [_strike_all(one, _striker(words), reason, actor, at) for one in within_reach]
    if not any(struck):
        sentence = "这一件里没有找到要隐去的字,请照原文填写"
        raise DomainError(f"{sentence}。", fields={"words": sentence})
    return ticket


def strike_person(*, opinion: Opinion) -> None:
    """Step of letting a villager go: the name and the phone go out of all words of the ticket, of what it became or grew
    from, and of those that are handled together with it, drafts included.

    Until now they were hidden by comparing with the name (`rules.hiding`), which nobody can do any more. No original is
    kept, and no hop is written: it would say that there was a name in the words.
    """
    strike = hider([opinion.villager_name, opinion.villager_phone])
    main = opinion.merged_into_id or opinion.pk
    together = Opinion.objects.filter(Q(pk=main) | Q(merged_into=main)).values_list("pk", flat=True)
    keys = {opinion.pk, *together, *(row.pk for row in _kin(opinion))}
    for ticket in Opinion.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"):
        _strike_unsealed(ticket, strike)


def _strike_unsealed(ticket: Opinion, strike) -> None:
    hops = list(ticket.hops.prefetch_related(Prefetch("files", to_attr="shown_files")))
    struck = [
        *_strike_ticket(ticket, strike), *_strike_replies(ticket, strike, None), *_strike_talks(ticket, strike),
        *_strike_hops(hops, strike),
    ]  # fmt: skip
    _strike_copies(ticket, strike)
    if struck:
        _save_struck(ticket)


def _save_struck(ticket: Opinion) -> None:
    ticket.version += 1
    ticket.search_words = search_words([ticket.number, ticket.title, ticket.text])
    ticket.save(update_fields=["title", "text", "search_words", "version"])
    change_answers(ticket.uid, title=ticket.title, text=ticket.text)


def _kin(opinion: Opinion) -> list[Opinion]:
    """The suggestion that an opinion became (转为代表建议), or the opinion a suggestion grew from: its text is a copy."""
    return list(Opinion.objects.filter(Q(detail__grown_from=opinion.pk) | Q(became__opinion=opinion.pk)))


def _strike_all(ticket: Opinion, strike, reason: str, actor, at: datetime) -> bool:
    """Strike the words out of one ticket; False, and nothing written, where they stand nowhere in it."""
    hops = _readable_hops(ticket, actor)
    sealed = [
        *_strike_ticket(ticket, strike), *_strike_replies(ticket, strike, actor), *_strike_talks(ticket, strike),
        *_strike_hops(hops, strike),
    ]  # fmt: skip
    if not sealed:
        return False
    _strike_copies(ticket, strike)
    Redaction.objects.bulk_create(
        Redaction(
            opinion=ticket, part=part, row=row, original=original, reason=reason, redacted_by=actor, redacted_at=at
        )
        for part, row, original in sealed
    )
    _save_struck(ticket)
    _write_hop(ticket, reason, actor, at)
    audit.record("redact", actor=actor, target=ticket, at=at, number=ticket.number, parts=[part for part, *_ in sealed])
    return True


def _checked(words: Sequence[str], reason: str) -> tuple[list[str], str]:
    words, reason = list(dict.fromkeys(filter(None, (word.strip() for word in words)))), reason.strip()
    problems = {}
    if not words:
        problems["words"] = "请填要隐去的字,照原文填写"
    elif len(words) > MOST_WORDS:
        problems["words"] = f"一次最多隐去{MOST_WORDS}处,请分几次"
    elif any(len(word) < SHORTEST for word in words):
        problems["words"] = f"每行至少{SHORTEST}个字,只填一个字会把别的词也盖掉"
    elif any(not word.strip("■") for word in words):
        problems["words"] = "这里已经隐去了"
    if not reason:
        problems["reason"] = "请写明为什么隐去"
    elif len(reason) > LONGEST_REASON:
        problems["reason"] = f"原因请控制在{LONGEST_REASON}字以内"
    elif any(word in reason for word in words):
        problems["reason"] = "原因里不要再写要隐去的字,原因会留在办理过程里"
    if problems:
        raise DomainError(";".join(problems.values()) + "。", fields=problems)
    return words, reason


def _striker(words: Iterable[str]) -> Callable[[str], str]:
    longest_first = sorted(words, key=len, reverse=True)

    def strike(text: str) -> str:
        for word in longest_first:
            text = text.replace(word, MARK)
        return text

    return strike


def _strike_ticket(ticket: Opinion, strike):
    for part, column in ((Redacted.TITLE, "title"), (Redacted.TEXT, "text")):
        original = getattr(ticket, column)
        if strike(original) != original:
            setattr(ticket, column, strike(original))
            yield part, None, original


def _strike_replies(ticket: Opinion, strike, actor):
    for reply in Reply.objects.filter(opinion=ticket):
        if reply.signed_at is None and actor is not None and not sees_drafts_of(actor, reply.department_id):
            continue
        original, reply.text = reply.text, strike(reply.text)
        if reply.text != original:
            reply.save(update_fields=["text"])
            yield Redacted.REPLY, reply.pk, original


def _strike_talks(ticket: Opinion, strike):
    """What was written down of a talk with the deputy (面商) is part of the ticket's matter."""
    for talk in ticket.consultations.all():
        original, talk.text = talk.text, strike(talk.text)
        if talk.text != original:
            talk.save(update_fields=["text"])
            yield Redacted.TEXT, talk.pk, original


def _readable_hops(ticket: Opinion, actor) -> list[Hop]:
    """The hops as they are kept, `shown_files` beside them; without those whose words the person may not read.

    The hop of a draft holds the words of the answer once more: once that is signed and readable, its copy is, too.
    """
    kept = {hop.pk: hop for hop in ticket.hops.all()}
    shown = hops_for(opinion=ticket, actor=actor)
    found = []
    for place, hop in enumerate(shown):
        if hop.note == kept[hop.pk].note or (hop.move == "reply" and was_signed(shown[place + 1 :])):
            kept[hop.pk].shown_files = hop.shown_files  # type: ignore[attr-defined]  # by hops_for()
            found.append(kept[hop.pk])
    return found


def _strike_hops(hops: Sequence[Hop], strike):
    """Notes, what was typed beside them (where to go instead, the title of a suggestion), and the names of files."""
    for hop in hops:
        files = [file for file in hop.shown_files if strike(file.name) != file.name]  # type: ignore[attr-defined]
        typed = {name: hop.facts[name] for name in TYPED_FACTS if name in hop.facts}
        original = "\n".join(filter(None, (hop.note, *typed.values(), *(file.name for file in files))))
        if strike(original) == original:
            continue
        hop.note, hop.facts = strike(hop.note), hop.facts | {name: strike(value) for name, value in typed.items()}
        hop.save(update_fields=["note", "facts"])
        for file in files:
            file.name = strike(file.name)
            file.save(update_fields=["name"])
        yield Redacted.HOP, hop.pk, original


def _strike_copies(ticket: Opinion, strike) -> None:
    rows = [(row, column) for name, column in COPIES for row in getattr(ticket, name).all()]
    if hasattr(ticket, "supervision"):
        rows.append((ticket.supervision, "reason"))
    for row, column in rows:
        text = getattr(row, column)
        if strike(text) != text:
            setattr(row, column, strike(text))
            row.save(update_fields=[column])
    reword_notices(about=ticket.full_number, change=strike)


def _write_hop(ticket: Opinion, reason: str, actor, at: datetime) -> None:
    Hop.objects.create(
        opinion=ticket, move=REDACT, from_state=ticket.state, to_state=ticket.state, actor=actor, at=at, note=reason,
        standing_in_for_id=audit.stood_in_for(actor), place_id=ticket.holder_station_id,
        department_id=ticket.holder_department_id, due_on=ticket.due_on, version=ticket.version,
    )  # fmt: skip
