"""All addresses of the scoring app."""

from scoring.urls import appeals, claims, lists, rules, scores, statements, years

urlpatterns = [
    *scores.urlpatterns,
    *rules.urlpatterns,
    *claims.urlpatterns,
    *appeals.urlpatterns,
    *years.urlpatterns,
    *lists.urlpatterns,
    *statements.urlpatterns,
]
