"""Addresses of departments: inbox, drafts, sample answers, answer links; and of the county's requests for more time."""

from django.urls import path

from opinions.views import offices

urlpatterns = [
    path("office/", offices.inbox, name="office"),
    path("office/draft/<uuid:uid>/", offices.answer_draft, name="answer-draft"),
    path("office/answer/<uuid:uid>/", offices.start_answer, name="answer-start"),
    path("office/answers/", offices.sample_answers, name="sample-answers"),
    path("office/answers/<int:key>/", offices.sample_answer, name="sample-answer"),
    path("answer/<str:token>/", offices.answer_link, name="answer-link"),
    path("console/extensions/", offices.extensions, name="extensions"),
]
