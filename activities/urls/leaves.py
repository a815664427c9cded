"""Addresses of leave, swaps and duty preferences: the deputy's own, and the station's desk."""

from django.urls import path

from activities.views import leave_desk, leaves, swap_desk, swaps

urlpatterns = [
    path("me/duty/", leaves.my_duty, name="my-duty"),
    path("me/duty/wishes/", leaves.my_wishes, name="my-wishes"),
    path("me/duty/<str:day>/leave/", leaves.my_leave, name="my-leave"),
    path("me/duty/<str:day>/swap/", swaps.my_swap, name="my-swap"),
    path("me/leave/", leaves.my_leave_period, name="my-leave-period"),
    path("me/leave/<uuid:uid>/withdraw/", leaves.my_leave_withdraw, name="my-leave-withdraw"),
    path("me/swaps/<uuid:uid>/", swaps.swap, name="swap"),
    path("station/leave/", leave_desk.station_leave, name="station-leave"),
    path("station/leave/add/", leave_desk.leave_add, name="station-leave-add"),
    path("station/leave/<uuid:uid>/", leave_desk.leave_decide, name="station-leave-decide"),
    path("station/swaps/add/", swap_desk.swap_add, name="station-swap-add"),
    path("station/swaps/add/<int:shift>/<str:code>/", swap_desk.swap_arrange, name="station-swap-arrange"),
    path("station/swaps/<uuid:uid>/", leave_desk.swap_settle, name="station-swap"),
]
