"""Addresses of bonus claims: the deputy's own, and the desk of station and county."""

from django.urls import path

from scoring.views import claims

urlpatterns = [
    path("me/claims/", claims.my_claims, name="claims-mine"),
    path("me/claims/add/", claims.my_claim_add, name="claim-mine-add"),
    path("points/claims/", claims.claims, name="claims"),
    path("points/claims/add/", claims.claim_add, name="claim-add"),
    path("points/claims/bulk/", claims.claims_bulk, name="claims-bulk"),
    path("points/claims/bulk/outcome/", claims.claims_bulk_outcome, name="claims-bulk-outcome"),
    path("points/claims/<uuid:uid>/", claims.claim, name="claim"),
    path("points/claims/<uuid:uid>/<slug:name>/", claims.claim_move, name="claim-move"),
    path("points/claims/<uuid:uid>/files/<uuid:file>/", claims.claim_file, name="claim-file"),
]
