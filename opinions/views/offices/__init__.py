"""Pages of departments, and the county's page of their requests for more time."""

from opinions.views.offices.drafts import answer_draft, start_answer
from opinions.views.offices.extensions import extensions
from opinions.views.offices.inbox import inbox
from opinions.views.offices.links import answer_link
from opinions.views.offices.samples import sample_answer, sample_answers

__all__ = [
    "answer_draft",
    "answer_link",
    "extensions",
    "inbox",
    "sample_answer",
    "sample_answers",
    "start_answer",
]
