"""How the boards stand: what was printed last, what hangs, what is due and why."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from deputies.permissions import sees_editions
from deputies.posters import Standing, order_of, product_of, standings
from deputies.posters.places import places_for, usual_size
from deputies.states import Product
from julu_liaison.common.errors import NotAllowed, NotFound
from julu_liaison.common.inputs import Strict, read_query
from julu_liaison.common.problems import SENTENCES
from stations.models import Station
from stations.states import Level

STATES = [
    ("new", "还没有印过"), ("changed", "内容变了,要重印"), ("current", "内容没有变"), ("refused", "现在印不了"),
    ("otherwise", "挂着别的尺寸,内容没有变"),
]  # fmt: skip


class BoardQuery(Strict):
    branch = serializers.CharField(required=False, help_text="分站的编号")
    station = serializers.CharField(required=False, help_text="任一站点的编号,含其下各级;看不到的站点是404")
    size = serializers.CharField(
        required=False, max_length=20, help_text="A2、2400x1200 或别的毫米数;默认多数地方挂着的尺寸"
    )


class EditionShown(serializers.Serializer):
    """A printed board; who printed and hung it stays on the pages."""

    uid = serializers.UUIDField()
    number = serializers.IntegerField(help_text="第几版")
    size = serializers.CharField()
    made_at = serializers.DateTimeField()
    hung_on = serializers.DateField(allow_null=True)
    hung_where = serializers.CharField()


class BoardRow(serializers.Serializer):
    branch = serializers.CharField(source="place.code", help_text="分站的编号")
    state = serializers.ChoiceField(STATES)
    why = serializers.ListField(child=serializers.CharField(), help_text="为什么要印,或者为什么印不了")
    remarks = serializers.ListField(child=serializers.CharField(), help_text="值得知道,不用重印")
    edition = EditionShown(allow_null=True, help_text="这个尺寸最后印的一版")
    hanging = EditionShown(allow_null=True, help_text="挂着的,不论尺寸")
    waits_for_hanging = serializers.BooleanField(help_text="印好了还没有挂")


class BoardsShown(serializers.Serializer):
    size = serializers.CharField()
    boards = BoardRow(many=True)


class Boards(APIView):
    @extend_schema(
        summary="公示牌现在怎么样", parameters=[BoardQuery], responses=BoardsShown,
        description="印公示牌的单位和审计员可看:哪些分站要印、为什么,挂着的是第几版。",
    )  # fmt: skip
    def get(self, request):
        if not sees_editions(request.user):
            raise NotAllowed("公示牌由县人大办公室和乡镇联络站印制,需要的话请联系他们。")
        asked = read_query(BoardQuery, request)
        places = _branches(asked, request.user)
        board = product_of(Product.BOARD)
        order = order_of(Product.BOARD, asked.get("size") or usual_size(board, places))
        rows: list[Standing] = standings(order, places, timezone.now())
        return Response(BoardsShown({"size": order.size.code, "boards": rows}).data)


def _branches(asked: dict, user) -> list[Station]:
    """The branches that the person prints or audits for, of the place that was named. Raises NotFound."""
    found = places_for(user, Level.BRANCH)
    if "station" in asked:
        place = Station.objects.named(asked["station"], user)
        found = [branch for branch in found if place.pk in (branch.pk, branch.parent_id, branch.county_id)]
    if "branch" in asked:
        found = [branch for branch in found if branch.code == asked["branch"]]
        if not found:
            raise NotFound(SENTENCES["not_found"])
    return found
