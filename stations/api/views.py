"""Places: list and detail."""

from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from julu_liaison.common.inputs import found
from julu_liaison.common.paging import Pages
from julu_liaison.common.versions import tag_of
from julu_liaison.common.working_days import today_here
from stations.api.filters import StationFilter
from stations.api.serializers import StationRow
from stations.models import Station


def places_of(user):
    # The inherited phone may stand two levels up.
    return Station.objects.visible_to(user).select_related("parent__parent")


@extend_schema(summary="站点列表")
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
    @extend_schema(summary="一个站点", responses=StationRow)
    def get(self, request, code):
        place = found(places_of(request.user), code=code)
        shown = StationRow(place, context={"on": today_here()}).data
        return Response(shown, headers={"ETag": tag_of(shown)})
