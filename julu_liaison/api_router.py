"""All addresses of the API. Everything below `/api/` answers JSON, also what is not there."""

from django.urls import include, path, re_path
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny
from rest_framework.views import APIView

from activities.api.activities import ActivityDetail, ActivityList
from activities.api.months import MonthReports
from activities.api.views import DutyLogDetail, DutyLogs, Rosters
from deputies.api.boards import Boards
from deputies.api.views import DeputyDetail, DeputyList
from julu_liaison.accounts.api.views import TokenView
from julu_liaison.common.errors import NotFound
from julu_liaison.notices.api.views import NoticeList, NoticesReadView
from opinions.api.views import OpinionDetail, OpinionHistory, OpinionMoves, Opinions
from scoring.api.views import DeputyScore
from stations.api.views import StationDetail, StationList, VillageList


class Schema(SpectacularAPIView):
    """The OpenAPI document; JSON unless YAML is asked for."""

    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer, OpenApiYamlRenderer2]


@extend_schema(exclude=True)
class NothingHere(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]

    def initial(self, request, *args, **kwargs):
        hint = "" if request.path.endswith("/") else "接口地址以斜杠结尾,"
        raise NotFound(f"没有这个接口地址,{hint}可用的地址写在 /api/v1/schema/ 里。")


v1 = [
    path("auth/token/", TokenView.as_view(), name="token"),
    path("stations/", StationList.as_view(), name="stations"),
    path("stations/<str:code>/", StationDetail.as_view(), name="station"),
    path("villages/", VillageList.as_view(), name="villages"),
    path("deputies/", DeputyList.as_view(), name="deputies"),
    path("deputies/<str:code>/", DeputyDetail.as_view(), name="deputy"),
    path("deputies/<str:code>/score/", DeputyScore.as_view(), name="score"),
    path("rosters/", Rosters.as_view(), name="rosters"),
    path("duty-logs/", DutyLogs.as_view(), name="duty-logs"),
    path("duty-logs/<uuid:uid>/", DutyLogDetail.as_view(), name="duty-log"),
    path("activities/", ActivityList.as_view(), name="activities"),
    path("activities/<uuid:uid>/", ActivityDetail.as_view(), name="activity"),
    path("opinions/", Opinions.as_view(), name="opinions"),
    path("opinions/<uuid:uid>/", OpinionDetail.as_view(), name="opinion"),
    path("opinions/<uuid:uid>/history/", OpinionHistory.as_view(), name="history"),
    path("opinions/<uuid:uid>/moves/", OpinionMoves.as_view(), name="moves"),
    path("reports/monthly/", MonthReports.as_view(), name="monthly-reports"),
    path("boards/", Boards.as_view(), name="boards"),
    path("notices/", NoticeList.as_view(), name="notices"),
    path("notices/read/", NoticesReadView.as_view(), name="notices-read"),
    path("schema/", Schema.as_view(), name="schema"),
]

urlpatterns = [
    path("v1/", include((v1, "api"))),
    re_path("", NothingHere.as_view()),  # everything else, line breaks too
]
