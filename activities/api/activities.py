"""Activities: list and detail. Whoever oversees one sees everybody and the figures, a deputy who was asked only the own."""

from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.views import APIView

from activities.api.filters import ActivityFilter
from activities.api.serializers import ActivityRow, ActivityShown
from activities.models import Activity
from activities.permissions import oversees_activity
from activities.services.events import Attendee, roll_of, tallies_of
from deputies.permissions import is_oneself
from julu_liaison.common.inputs import found
from julu_liaison.common.paging import Pages
from julu_liaison.common.schema import IF_NONE_MATCH, UNCHANGED
from julu_liaison.common.versions import answer_once_read, tag_of


def activities_of(user):
    return Activity.objects.visible_to(user).select_related("station").prefetch_related("partners")


@extend_schema(summary="活动列表", description="举行日期在后的在前。代表只看到通知了自己参加的,没有出席人数。")
class ActivityList(ListAPIView):
    queryset = Activity.objects.none()
    serializer_class = ActivityRow
    filterset_class = ActivityFilter
    pagination_class = Pages
    ordering = ("-held_on", "-pk")

    def get_queryset(self):
        return activities_of(self.request.user)

    def paginate_queryset(self, queryset):
        page = super().paginate_queryset(queryset) or []
        self.counts = counts_of(page, self.request.user)
        return page

    def get_serializer_context(self):
        return super().get_serializer_context() | {"counts": getattr(self, "counts", {})}


def counts_of(activities, user) -> dict:
    """The figures by key of those that the person oversees (one query)."""
    return tallies_of([activity for activity in activities if oversees_activity(user, activity)])


class ActivityDetail(APIView):
    @extend_schema(
        summary="一个活动", responses={200: ActivityShown} | UNCHANGED, parameters=[IF_NONE_MATCH],
        description="出席名单给组织单位、联合举办单位和县里看,请假不分假别,没有请假原因;被通知的代表只看到自己那一行。",
    )  # fmt: skip
    def get(self, request, uid):
        activity = found(activities_of(request.user), uid=uid)
        context = {"counts": counts_of([activity], request.user), "roll": _roll(activity, request.user)}
        shown = ActivityShown(activity, context=context).data
        return answer_once_read(request, shown, tag_of(shown))


def _roll(activity: Activity, user) -> list[Attendee]:
    everybody = roll_of(activity)
    if oversees_activity(user, activity):
        return everybody
    return [one for one in everybody if is_oneself(user, one.deputy)]
