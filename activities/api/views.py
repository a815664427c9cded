"""Rosters (read) and duty logs (list, file, one)."""

from django.db.models import Prefetch
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from activities.api.filters import LogFilter
from activities.api.inputs import LogInput, RosterQuery
from activities.api.serializers import LogFiled, LogRow, LogShown, RosterShown, ShiftRow
from activities.models import DutyLog, Shift, Visit
from activities.services import Matter, SundayRow, file_log
from deputies.models import Deputy
from julu_liaison.common.errors import DomainError
from julu_liaison.common.idempotency import once
from julu_liaison.common.inputs import found, read, read_query
from julu_liaison.common.paging import Pages
from julu_liaison.common.schema import IDEMPOTENCY_KEY, IF_NONE_MATCH, UNCHANGED
from julu_liaison.common.versions import answer_once_read, tag_of
from julu_liaison.common.working_days import today_here
from opinions.models import Opinion
from stations.models import Station
from stations.states import Level


class Rosters(APIView):
    @extend_schema(
        summary="一个月的排班", parameters=[RosterQuery], responses=RosterShown,
        description="值班按原定星期日算月份,节假日顺延到下月的也在内。代表只看到已公布的,工作人员也看到草稿。",
    )  # fmt: skip
    def get(self, request):
        asked = read_query(RosterQuery, request)
        month = asked.get("month", today_here().replace(day=1))
        rows = Shift.objects.visible_to(request.user).filter(roster__month=month)
        if "station" in asked:
            rows = rows.under(Station.objects.named(asked["station"], request.user))
        rows = rows.select_related("branch", "roster").prefetch_related("places__deputy")
        shown = ShiftRow(rows.order_by("date", "branch__code"), many=True).data
        return Response({"month": f"{month:%Y-%m}", "shifts": shown})


def logs_of(user):
    seen = Opinion.objects.visible_to(user).only("uid", "number", "log").order_by("pk")
    rows = DutyLog.objects.visible_to(user).select_related("branch", "register")
    return rows.prefetch_related("attendance__deputy", Prefetch("opinions", queryset=seen, to_attr="opinions_seen"))


class DutyLogs(ListAPIView):
    queryset = DutyLog.objects.none()
    serializer_class = LogRow
    filterset_class = LogFilter
    pagination_class = Pages
    ordering = ("-pk",)

    def get_queryset(self):
        return logs_of(self.request.user)

    @extend_schema(summary="工作日志列表", description="后登记的在前。")
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)

    @extend_schema(
        summary="登记一次接待的工作日志", request=LogInput, responses={201: LogFiled}, parameters=[IDEMPOTENCY_KEY],
        filters=False, description="一次登记同时记下到岗、意见和接待登记。不在排班上的代表也可以到岗;别的分站来的选 substitute。",
    )  # fmt: skip
    @once
    def post(self, request):
        given = read(LogInput, request.data)
        filed = file_log(row=_row(given, request.user), on=given["date"], actor=request.user, at=timezone.now())
        log = {"uid": filed.log.uid, "number": filed.log.number}
        return Response(LogFiled(log | {"opinions": filed.opinions, "visits": filed.visits}).data, status=201)


class DutyLogDetail(APIView):
    @extend_schema(
        summary="一篇工作日志", responses={200: LogShown} | UNCHANGED, parameters=[IF_NONE_MATCH],
        description="接待登记只给联络站、县里和站长看,没有群众的姓名、电话和村;办件只列看得到的。",
    )  # fmt: skip
    def get(self, request, uid):
        visits = Visit.objects.for_register().visible_to(request.user).order_by("year", "serial")
        rows = logs_of(request.user).prefetch_related(Prefetch("visits", visits, to_attr="visits_seen"))
        shown = LogShown(found(rows, uid=uid)).data
        return answer_once_read(request, shown, tag_of(shown))


def _row(given: dict, user) -> SundayRow:
    """Turn what was sent into the service's row. Raises NotFound for the branch, DomainError for the deputies."""
    branch = Station.objects.named(given["branch"], user)
    if branch.level != Level.BRANCH:
        raise DomainError("工作日志登记在分站,请填分站的编号。", fields={"branch": "请填分站的编号"})
    figures = {name: given[name] for name in ("form", "received", "households", "leaflets", "summary")}
    matters = [*map(_matter, given["opinions"]), *map(_visit, given["visits"])]
    return SundayRow(branch=branch, attendance=_attendance(given["attendance"], user), matters=matters, **figures)


def _attendance(items: list[dict], user) -> dict[Deputy, str]:
    """Return {deputy: status}; a code that is unknown, out of scope or given twice is named by its line."""
    codes = [item["deputy"] for item in items]
    deputies = {deputy.code: deputy for deputy in Deputy.objects.visible_to(user).filter(code__in=codes)}
    problems = {}
    for line, code in enumerate(codes):
        if code not in deputies:
            problems[f"attendance.{line}.deputy"] = f"没有找到编号是“{code}”的代表"
        elif code in codes[:line]:
            problems[f"attendance.{line}.deputy"] = f"“{code}”写了两次"
    if problems:
        raise DomainError(";".join(problems.values()) + "。", fields=problems)
    return {deputies[item["deputy"]]: item["status"] for item in items}


def _matter(item: dict) -> Matter:
    villager = item.get("villager") or {}
    return Matter(
        text=item["text"], category=item["category"], confidential=item["confidential"],
        villager_name=villager.get("name", ""), villager_phone=villager.get("phone", ""),
        villager_village=villager.get("village", ""),
    )  # fmt: skip


def _visit(item: dict) -> Matter:
    return Matter(
        text=item["matter"], category=item["category"], confidential=item["confidential"],
        villager_name=item.get("name", ""), villager_phone=item.get("phone", ""),
        villager_village=item.get("village", ""), villager_sex=item.get("sex", ""), people=item["people"],
        came_at=item.get("time"), request=item.get("request", ""), handling=item["handling"],
        refusal=item.get("refusal", ""), referral=item.get("referral", ""), result=item.get("result", ""),
    )  # fmt: skip
