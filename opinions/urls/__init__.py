"""All addresses of the opinions app."""

from opinions.urls import desks, feedback, figures, lists, offices, rules, suggestions, tickets

urlpatterns = [
    *lists.urlpatterns,
    *tickets.urlpatterns,
    *suggestions.urlpatterns,
    *offices.urlpatterns,
    *feedback.urlpatterns,
    *figures.urlpatterns,
    *rules.urlpatterns,
    *desks.urlpatterns,
]
