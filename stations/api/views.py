"""Places: list and detail; villages."""

from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.views import APIView

from julu_liaison.common.inputs import found
from julu_liaison.common.paging import Pages
from julu_liaison.common.schema import IF_NONE_MATCH, UNCHANGED
from julu_liaison.common.versions import answer_once_read, tag_of
from julu_liaison.common.working_days import today_here
from stations.api.filters import StationFilter, VillageFilter
from stations.api.serializers import StationRow, VillageRow
from stations.models import Station, Village


def places_of(user):
    # The inherited phone may stand two levels up.
    return Station.objects.visible_to(user).select_related("parent__parent")


@extend_schema(summary="站点列表", description="按公文顺序:县中心站、各联络站,每站后面是它的分站。只有看得到的站点。")
class StationList(ListAPIView):
    queryset = Station.objects.none()
    serializer_class = StationRow
    filterset_class = StationFilter
    pagination_class = Pages
    ordering = ("lft", "tree_id")  # the official order: each station, then its branches

    def get_queryset(self):
        return places_of(self.request.user)

    def get_serializer_context(self):
        return super().get_serializer_context() | {"on": today_here()}


class StationDetail(APIView):
    @extend_schema(summary="一个站点", responses={200: StationRow} | UNCHANGED, parameters=[IF_NONE_MATCH])
    def get(self, request, code):
        place = found(places_of(request.user), code=code)
        shown = StationRow(place, context={"on": today_here()}).data
        return answer_once_read(request, shown, tag_of(shown))


@extend_schema(summary="村和社区列表", description="登记群众时用的村名;按登记先后。")
class VillageList(ListAPIView):
    queryset = Village.objects.none()
    serializer_class = VillageRow
    filterset_class = VillageFilter
    pagination_class = Pages
    ordering = ("pk",)

    def get_queryset(self):
        return Village.objects.visible_to(self.request.user).select_related("branch")
