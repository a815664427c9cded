"""One's own inbox: list, mark as read."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from julu_liaison.common.idempotency import once
from julu_liaison.common.inputs import Strict, read
from julu_liaison.common.paging import Pages
from julu_liaison.common.schema import IDEMPOTENCY_KEY
from julu_liaison.notices.api.serializers import NoticeRow, NoticesRead
from julu_liaison.notices.models import Notice
from julu_liaison.notices.services import mark_read


@extend_schema(summary="我的通知", description="新的在前。读列表不算读过,读过请调 notices/read/。")
class NoticeList(ListAPIView):
    queryset = Notice.objects.none()
    serializer_class = NoticeRow
    pagination_class = Pages
    ordering = ("-pk",)

    def get_queryset(self):
        return Notice.objects.filter(user=self.request.user.pk)


class NoticesReadView(APIView):
    @extend_schema(
        summary="我的通知全部读过了", request=None, responses=NoticesRead, parameters=[IDEMPOTENCY_KEY],
        description="不用填内容。",
    )  # fmt: skip
    @once
    def post(self, request):
        read(Strict, request.data)
        return Response(NoticesRead({"read": mark_read(user=request.user, at=timezone.now())}).data)
