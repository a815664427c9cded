"""Addresses of work plans, livelihood projects, service records and exemptions."""

from django.urls import path

from activities.views import exemptions, plans, projects, promises, records

urlpatterns = [
    path("station/plan/", plans.work_plan, name="work-plan"),
    path("station/plan/begin/", plans.plan_begin, name="plan-begin"),
    path("station/plan/<uuid:uid>/edit/", plans.plan_edit, name="plan-edit"),
    path("station/plan/<uuid:uid>/adopt/", plans.plan_adopt, name="plan-adopt"),
    path("station/plan/<uuid:uid>/files/", plans.plan_file_add, name="plan-files"),
    path("station/plan/files/<uuid:uid>/", plans.plan_file, name="plan-file"),
    path("station/plan/files/<uuid:uid>/remove/", plans.plan_file_remove, name="plan-file-remove"),
    path("station/plan/<uuid:uid>/items/add/", promises.promise_add, name="plan-item-add"),
    path("station/plan/items/<uuid:uid>/", promises.promise, name="plan-item"),
    path("station/plan/items/<uuid:uid>/drop/", promises.promise_drop, name="plan-item-drop"),
    path("console/plans/", plans.console_plans, name="console-plans"),
    path("console/projects/", projects.projects, name="projects"),
    path("console/projects/add/", projects.project_add, name="project-add"),
    path("console/projects/<uuid:uid>/", projects.project, name="project"),
    path("console/exemptions/", exemptions.exemptions, name="exemptions"),
    path("console/exemptions/<uuid:uid>/end/", exemptions.exemption_end, name="exemption-end"),
    path("me/service/", records.my_service, name="my-service"),
    path("me/service/add/", records.my_service_add, name="my-service-add"),
    path("station/service/", records.station_service, name="station-service"),
    path("station/service/add/", records.service_add, name="service-add"),
    path("station/service/<uuid:uid>/", records.service_record, name="service-record"),
]
