"""All addresses of the activities app, whole: the station's, the console's, the deputy's and the public ones."""

from activities.urls import cards, events, leaves, logs, months, plans, reports, rosters, sheets, visits

urlpatterns = [
    *cards.urlpatterns,
    *events.urlpatterns,
    *leaves.urlpatterns,
    *logs.urlpatterns,
    *months.urlpatterns,
    *plans.urlpatterns,
    *reports.urlpatterns,
    *rosters.urlpatterns,
    *sheets.urlpatterns,
    *visits.urlpatterns,
]
