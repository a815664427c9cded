"""Rows for the access matrix: of an own place (官亭镇) and a foreign one (阎疃镇), every page about tickets."""

from activities.services import Matter
from opinions.models import Hop, Opinion, SampleAnswer, Term
from opinions.services import file_suggestion, move_opinion, register_opinion
from opinions.services.feedback.links import token_of
from opinions.services.offices.links import answer_path
from opinions.services.offices.samples import keep_sample
from opinions.services.suggestions.consulting import record_consultation
from opinions.services.villagers import ask_by_link
from opinions.states import ContactWish
from tests.cast import SUNDAY, Cast, moment

TICKET_PAGES = (
    "opinion", "opinion-clock", "opinion-slip", "opinion-redact", "opinion-originals", "opinion-director",
)  # fmt: skip
SUGGESTION_PAGES = ("answer-draft", "answer-start", "suggestion-cosigners", "consultation-new")


def ticket_arguments(cast: Cast) -> dict[str, dict[str, tuple]]:
    """Return the arguments of the pages about tickets by place: an opinion at its branch, a suggestion at its department.

    The own suggestion lies with the transport department, the foreign one with the water department.
    """
    found: dict[str, dict[str, tuple]] = {}
    for name, branch, clerk, signer, office, officer in (
        ("own", cast.gt01, cast.clerk, cast.deputies["GT01"][2], cast.jiaotong, cast.officer),
        ("foreign", cast.yt01, cast.stranger, cast.deputies["YT01"][1], cast.shuili, cast.other_officer),
    ):
        at = moment(SUNDAY)
        opinion = register_opinion(branch=branch, matter=Matter("路灯不亮"), actor=clerk, at=at)
        suggestion = _suggestion(cast, branch.code, clerk, signer, office, at)
        talk = record_consultation(
            opinion=suggestion, held_on=SUNDAY, way=ContactWish.MEETING, text="当面谈过", actor=officer, at=at
        )
        sample = keep_sample(
            sample=SampleAnswer(department=office, title="常用", text="已安排人员现场查看。"), actor=officer, at=at
        )
        pages = {
            **dict.fromkeys(TICKET_PAGES, (opinion.uid,)),
            **dict.fromkeys(SUGGESTION_PAGES, (suggestion.uid,)),
            "opinion-move": (opinion.uid, "escalate"),
            "opinion-file": (suggestion.uid, _file_of(suggestion)),
            "ticket-paper": (suggestion.uid, "form", "docx"),
            "suggestion-cosigner": (suggestion.uid, signer.code),
            "consultation-sign": (suggestion.uid, talk.pk),
            "sample-answer": (sample.pk,),
            "answer-link": (answer_path(ticket=suggestion, user=officer, at=at).split("/")[2],),
            "villager-link": (token_of(opinion),),
            "villager-data": (token_of(opinion),),
            "opinion-villager": (opinion.uid,),
            "opinion-villager-request": (opinion.uid, _asked_of(opinion, at)),
        }
        for url, args in pages.items():
            found.setdefault(url, {})[name] = args
    return found


def _asked_of(opinion: Opinion, at):
    Opinion.objects.filter(pk=opinion.pk).update(villager_name="张三")
    return ask_by_link(opinion=opinion, kind="forget", said="", at=at).uid


def _suggestion(cast: Cast, branch: str, clerk, signer, office, at) -> Opinion:
    ticket = file_suggestion(
        deputy=cast.deputies[branch][0],
        title="修桥",
        text="建议修桥",
        category="road",
        cosigners=[signer],
        actor=clerk,
        at=at,
    )
    for move, actor, facts in (
        ("accept", clerk, {}), ("escalate", clerk, {}), ("transfer", cast.staff, {"department": office}),
        ("return_wrong", _officer(cast, office), {"note": "不属本单位", "files": [("依据.txt", "依据".encode())]}),
        ("transfer", cast.staff, {"department": office}),
    ):  # fmt: skip
        ticket = move_opinion(opinion=ticket, move=move, actor=actor, at=at, **facts)
    return Opinion.objects.for_list().get(pk=ticket.pk)


def _officer(cast: Cast, office):
    return cast.officer if office == cast.jiaotong else cast.other_officer


def _file_of(ticket: Opinion):
    return Hop.objects.get(opinion=ticket, move="return_wrong").files.get().uid


def term_arguments(cast: Cast, neighbour) -> dict[str, dict[str, tuple]]:
    """Return the arguments of the pages about terms: of the own county, and of another one."""
    terms = {"own": cast.county, "foreign": neighbour}
    keys = {name: Term.objects.filter(county=county).order_by("pk").first().pk for name, county in terms.items()}
    return {url: {name: (key,) for name, key in keys.items()} for url in ("term", "term-drop")}
