"""Deputies: list, detail, and the few details that can be changed here."""

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from deputies.api.filters import DeputyFilter
from deputies.api.serializers import DeputyChange, DeputyRow
from deputies.models import Deputy
from deputies.permissions import can_edit_deputy
from deputies.services import edit_deputy
from julu_liaison.common.errors import NotAllowed
from julu_liaison.common.inputs import found, read
from julu_liaison.common.paging import Pages
from julu_liaison.common.schema import IF_MATCH, IF_NONE_MATCH, UNCHANGED
from julu_liaison.common.versions import answer_once_read, demand_match, field_tag
from julu_liaison.common.working_days import today_here


def deputies_of(user):
    return Deputy.objects.visible_to(user).with_places(today_here())


@extend_schema(summary="代表列表", description="电话按角色遮挡:县级和联络站工作人员看全号,其他人只看自己的全号。")
class DeputyList(ListAPIView):
    queryset = Deputy.objects.none()
    serializer_class = DeputyRow
    filterset_class = DeputyFilter
    pagination_class = Pages
    ordering = ("sort_key", "code")

    def get_queryset(self):
        return deputies_of(self.request.user)

    def get_serializer_context(self):
        return super().get_serializer_context() | {"user": self.request.user}


class DeputyDetail(APIView):
    @extend_schema(summary="一位代表", responses={200: DeputyRow} | UNCHANGED, parameters=[IF_NONE_MATCH])
    def get(self, request, code):
        shown = _shown(found(deputies_of(request.user), code=code), request.user)
        return answer_once_read(request, shown, field_tag(shown))

    @extend_schema(
        summary="修改联系方式和单位职务", request=DeputyChange, responses=DeputyRow, parameters=[IF_MATCH],
        description="县级工作人员可改。只能改列出的四项;写了别的项(例如 name、branch)是400,什么也不改。"
        "If-Match 不是现在的内容时是412:changes 是您读过之后变了的各项现在的内容,current 是现在的 ETag。",
    )  # fmt: skip
    @transaction.atomic
    def patch(self, request, code):
        """Checked in the order 404, 403, 412, 400; the row stays locked from the comparison to the change."""
        rows = deputies_of(request.user)
        deputy = found(rows.select_for_update(of=("self",)), code=code)
        if not can_edit_deputy(request.user, deputy):
            raise NotAllowed("代表资料由县人大办公室维护,请联系他们。")
        demand_match(request, _shown(deputy, request.user))
        edit_deputy(deputy=deputy, actor=request.user, **read(DeputyChange, request.data))
        shown = _shown(found(rows, pk=deputy.pk), request.user)
        return Response(shown, headers={"ETag": field_tag(shown)})


def _shown(deputy, user) -> dict:
    return DeputyRow(deputy, context={"user": user}).data
