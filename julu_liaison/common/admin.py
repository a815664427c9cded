from django.contrib import admin

from julu_liaison.common.administration import ServiceAdmin
from julu_liaison.common.holidays import put_calendar_day
from julu_liaison.common.models import CalendarDay


@admin.register(CalendarDay)
class CalendarDayAdmin(ServiceAdmin):
    list_display = ("date", "kind", "name")
    list_filter = ("kind",)
    date_hierarchy = "date"
    ordering = ("-date",)

    def scoped(self, request):
        return CalendarDay.objects.all()  # the national calendar is everybody's

    def add(self, request, values):
        return put_calendar_day(day=CalendarDay(**values), actor=request.user)

    def edit(self, request, row, values):
        for name, value in values.items():
            setattr(row, name, value)
        put_calendar_day(day=row, actor=request.user)
