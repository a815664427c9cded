"""Addresses of a year's scheme: how points are counted, versions, waivers, terms and bands."""

from django.urls import path

from scoring.views.rules import drafts, reading, settings, waivers

urlpatterns = [
    path("points/rules/", reading.rules, name="rules"),
    path("points/rules/open/", reading.rules_open, name="rules-open"),
    path("points/rules/waivers/", waivers.rules_waivers, name="rules-waivers"),
    path("points/rules/waivers/new/", waivers.rules_waiver_new, name="rules-waiver-new"),
    path("points/rules/waivers/<uuid:uid>/end/", waivers.rules_waiver_end, name="rules-waiver-end"),
    path("points/rules/waivers/<uuid:uid>/drop/", waivers.rules_waiver_drop, name="rules-waiver-drop"),
    path("points/rules/<int:year>/", reading.rules_versions, name="rules-versions"),
    path("points/rules/<int:year>/settings/", settings.rules_settings, name="rules-settings"),
    path("points/rules/<int:year>/draft/", drafts.rules_draft, name="rules-draft"),
    path("points/rules/<int:year>/draft/new/", drafts.rules_draft_new, name="rules-draft-new"),
    path("points/rules/<int:year>/draft/drop/", drafts.rules_draft_drop, name="rules-draft-drop"),
    path("points/rules/<int:year>/draft/preview/", drafts.rules_preview, name="rules-preview"),
    path("points/rules/<int:year>/draft/preview.xlsx", drafts.rules_preview_file, name="rules-preview-file"),
    path("points/rules/<int:year>/draft/apply/", drafts.rules_apply, name="rules-apply"),
]
