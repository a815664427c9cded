"""One deputy's score of one year with every entry behind it."""

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from deputies.models import Deputy
from julu_liaison.common.errors import NotFound
from julu_liaison.common.inputs import found, read_query
from julu_liaison.common.problems import SENTENCES
from julu_liaison.common.working_days import today_here
from scoring.api.serializers import EntryRow, ScoreQuery, ScoreShown, number
from scoring.models import PointEntry
from scoring.permissions import can_see_score
from scoring.services import score_of


class DeputyScore(APIView):
    @extend_schema(
        summary="一位代表一年的积分", parameters=[ScoreQuery], responses=ScoreShown,
        description="本人和负责的工作人员可看,其他人是404。",
    )  # fmt: skip
    def get(self, request, code):
        deputy = found(Deputy.objects.visible_to(request.user).select_related("county"), code=code)
        year = read_query(ScoreQuery, request).get("year", today_here().year)
        if not can_see_score(request.user, deputy, year):
            raise NotFound(SENTENCES["not_found"])
        score = score_of(deputy=deputy, year=year)
        entries = PointEntry.objects.filter(deputy=deputy).of_year(year).select_related("rule", "reverses")
        shown = {
            "year": year,
            "base": number(score.base_left),
            "bonus": number(score.bonus),
            "total": number(score.total),
            "entries": EntryRow(entries.order_by("occurred_on", "pk"), many=True).data,
        }
        return Response(shown)
