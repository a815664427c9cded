"""Tickets: list, register, detail, history, moves. Everything is decided by the services and the workflow table."""

from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from activities.services import Matter
from deputies.models import Deputy, Membership
from julu_liaison.common.errors import DomainError
from julu_liaison.common.idempotency import once
from julu_liaison.common.inputs import found, read
from julu_liaison.common.paging import Pages
from julu_liaison.common.schema import IDEMPOTENCY_KEY, IF_MATCH
from julu_liaison.common.versions import matches, named_version, version_tag
from julu_liaison.common.working_days import today_here
from opinions.api.filters import TicketFilter
from opinions.api.inputs import FORMAL, MoveInput, TicketInput, read_move
from opinions.api.naming import named_facts
from opinions.api.serializers import FormalSide, HopRow, MoveRow, TicketRow, TicketShown, VillagerShown
from opinions.models import Consultation, Cosigner, Opinion, SuggestionDetail, Verdict
from opinions.services import file_suggestion, hops_for, look_at_villager, move_opinion, register_opinion
from opinions.services.looking import hide_villagers
from opinions.states import Kind
from opinions.workflow import moves_open_to
from stations.models import Station
from stations.states import Level


class Opinions(ListAPIView):
    queryset = Opinion.objects.none()
    serializer_class = TicketRow
    filterset_class = TicketFilter
    pagination_class = Pages
    ordering = ("-pk",)

    def get_queryset(self):
        return Opinion.objects.visible_to(self.request.user).for_list().without_villager()

    def paginate_queryset(self, queryset):
        page = super().paginate_queryset(queryset)
        hide_villagers(tickets=page or [], actor=self.request.user)
        return page

    def get_serializer_context(self):
        return super().get_serializer_context() | {"on": today_here()}

    @extend_schema(summary="办件列表", description="新登记的在前。")
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)

    @extend_schema(
        summary="登记社情民意或代表建议", request=TicketInput, responses={201: TicketRow}, filters=False,
        parameters=[IDEMPOTENCY_KEY], description="登记的人自己是代表而没有写 deputy 时,记在他本人名下。",
    )  # fmt: skip
    @once
    def post(self, request):
        given = read(TicketInput, request.data)
        register = _file_suggestion if given["kind"] == Kind.SUGGESTION else _register_opinion
        answer = _answer(_read_again(register(given, request.user)), request.user, status=201)
        answer["Location"] = reverse("api:opinion", args=[answer.data["uid"]])
        return answer


def _register_opinion(given: dict, user) -> Opinion:
    branch = Station.objects.named(given["branch"], user)
    if branch.level != Level.BRANCH:
        raise DomainError("意见登记在分站,请填分站的编号。", fields={"branch": "请填分站的编号"})
    villager = given.get("villager") or {}
    matter = Matter(
        text=given["text"], category=given["category"], deputy=_deputy(given, user),
        confidential=given["confidential"], villager_name=villager.get("name", ""),
        villager_phone=villager.get("phone", ""), villager_village=villager.get("village", ""),
    )  # fmt: skip
    return register_opinion(branch=branch, matter=matter, actor=user, at=timezone.now())


def _file_suggestion(given: dict, user) -> Opinion:
    deputy = _deputy(given, user)
    if deputy is None:
        raise DomainError("代表建议请填是哪位代表提的。", fields={"deputy": "请填代表编号"})
    if "branch" in given:
        branch = Station.objects.named(given["branch"], user)
        serves = Membership.objects.in_force(today_here()).filter(deputy=deputy, branch=branch)
        if not serves.exists():
            sentence = f"{deputy.name}现在不在这个分站"
            raise DomainError(f"{sentence},请核对。", fields={"branch": sentence})
    formal = {name: given[name] for name in FORMAL.intersection(given) - {"cosigners"}}
    return file_suggestion(
        deputy=deputy, text=given["text"], category=given["category"], actor=user, at=timezone.now(),
        cosigners=_cosigners(given.get("cosigners", []), deputy), **formal,
    )  # fmt: skip


def _cosigners(codes: list[str], lead: Deputy) -> list[Deputy]:
    """Deputies of the lead's county, whom anybody may ask to sign."""
    found = {row.code: row for row in Deputy.objects.filter(county=lead.county_id, code__in=codes).select_related("user")}
    unknown = [code for code in codes if code not in found]
    if unknown:
        sentence = f"没有找到编号是“{'”“'.join(unknown)}”的代表"
        raise DomainError(f"{sentence}。", fields={"cosigners": sentence})
    return [found[code] for code in dict.fromkeys(codes)]


def _deputy(given: dict, user) -> Deputy | None:
    """The deputy that was named, or the caller's own person. Raises DomainError for one not to be seen."""
    if not given.get("deputy"):
        return Deputy.objects.filter(user=user.pk).first()
    deputy = Deputy.objects.visible_to(user).filter(code=given["deputy"]).first()
    if deputy is None:
        sentence = f"没有找到编号是“{given['deputy']}”的代表"
        raise DomainError(f"{sentence}。", fields={"deputy": sentence})
    return deputy


class OpinionDetail(APIView):
    @extend_schema(
        summary="一个办件", responses=TicketShown, description="看了反映人是谁的,记入操作记录。ETag 随每一步变化。"
    )
    def get(self, request, uid):
        ticket = _ticket(request.user, uid)
        answer = _answer(ticket, request.user)
        answer.data.update(_villager(ticket, request.user))
        answer.data.update(_formal_side(ticket))
        return answer


def _formal_side(ticket: Opinion) -> dict:
    """What a suggestion has beyond a ticket, in four queries; {} of an opinion."""
    if ticket.kind != Kind.SUGGESTION:
        return {}
    rows = SuggestionDetail.objects.select_related("session", "opinion").prefetch_related(
        Prefetch("opinion__cosigners", Cosigner.objects.select_related("deputy")),
        Prefetch("opinion__consultations", Consultation.objects.select_related("department")),
        Prefetch("opinion__verdicts", Verdict.objects.select_related("signer", "reply")),
    )
    return dict(FormalSide(rows.get(opinion=ticket)).data)


def _villager(ticket: Opinion, user) -> dict:
    """Return {"villager": …} for those who may see it, and record that they looked; {} otherwise."""
    villager = look_at_villager(opinion=ticket, actor=user, at=timezone.now())
    if villager is None or not (villager.name or villager.phone or villager.village):
        return {}
    return {"villager": dict(VillagerShown(villager).data)}


class OpinionHistory(APIView):
    @extend_schema(summary="办理过程", responses=HopRow(many=True), description="从登记起,按先后。")
    def get(self, request, uid):
        ticket = _ticket(request.user, uid)
        return Response(HopRow(hops_for(opinion=ticket, actor=request.user), many=True, context={"ticket": ticket}).data)


class OpinionMoves(APIView):
    @extend_schema(summary="我现在能做的步骤", responses=MoveRow(many=True))
    def get(self, request, uid):
        ticket = _ticket(request.user, uid)
        shown = MoveRow(moves_open_to(request.user, ticket), many=True).data
        return Response(shown, headers={"ETag": version_tag(ticket.version)})

    @extend_schema(
        summary="办一步", request=MoveInput, responses=TicketRow, parameters=[IDEMPOTENCY_KEY, IF_MATCH],
        description="依次检查:404 看不到,409 现在不能做这一步(回答里有 state 和 moves),403 不由您办,412 内容已变"
        "(changes 是您读过之后别人做的:move、label、actor、at),"
        "400 缺了或写错了什么。",
    )  # fmt: skip
    @once
    def post(self, request, uid):
        ticket = _ticket(request.user, uid)
        move, facts, misread = read_move(request.data)
        facts = named_facts(facts, ticket=ticket, user=request.user)
        moved = move_opinion(
            opinion=ticket, move=move, actor=request.user, at=timezone.now(), version=_version(request, ticket),
            misread=misread, **facts,
        )  # fmt: skip
        return _answer(_read_again(moved), request.user)


def _ticket(user, uid) -> Opinion:
    return found(Opinion.objects.visible_to(user).for_list(), uid=uid)


def _version(request, ticket: Opinion) -> int | None:
    """The version that If-Match demands: none, the one just read, or an older one."""
    if request.headers.get("If-Match", "*").strip() == "*":
        return None
    return ticket.version if matches(request, version_tag(ticket.version)) else named_version(request)


def _read_again(ticket: Opinion) -> Opinion:
    """The row with all that is shown; unscoped, since the caller's own move may have taken it out of their scope."""
    return Opinion.objects.for_list().without_villager().get(pk=ticket.pk)


def _answer(ticket: Opinion, user, status: int = 200) -> Response:
    """The ticket without its villager: answers to a POST are kept for repeats, and identities are only kept sealed."""
    hide_villagers(tickets=[ticket], actor=user)
    shown = dict(TicketRow(ticket, context={"on": today_here()}).data)
    return Response(shown, status=status, headers={"ETag": version_tag(ticket.version)})
