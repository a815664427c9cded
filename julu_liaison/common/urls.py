from django.urls import path

from julu_liaison.common import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("jobs/<uuid:uid>/", views.job, name="job"),
    path("jobs/<uuid:uid>/file/", views.job_file, name="job-file"),
    path("jobs/<uuid:uid>/resume/", views.job_resume, name="job-resume"),
]
