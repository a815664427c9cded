"""All addresses of the opinions app."""

from opinions.urls import desks, feedback, figures, lists, offices, papers, rules, suggestions, tickets

urlpatterns = [
    *lists.urlpatterns,
    *tickets.urlpatterns,
    *suggestions.urlpatterns,
    *offices.urlpatterns,
    *feedback.urlpatterns,
    *papers.urlpatterns,
    *figures.urlpatterns,
    *rules.urlpatterns,
    *desks.urlpatterns,
]
