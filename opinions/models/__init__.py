"""Rows of tickets: the ticket and its hops, the time it has, what a suggestion adds, the offices that handle it."""

from opinions.models.clocks import Clock, Extension, Pause, Term
from opinions.models.entries import VillagerEntry
from opinions.models.offices import Assistance, Director, ReplyLabel, SampleAnswer, Supervision
from opinions.models.requests import VillagerRequest
from opinions.models.suggestions import CongressSession, Consultation, Cosigner, SuggestionDetail
from opinions.models.tickets import AnswerDraft, Hop, HopFile, Opinion, Redaction, Reply, Verdict

__all__ = [
    "AnswerDraft",
    "Assistance",
    "Clock",
    "CongressSession",
    "Consultation",
    "Cosigner",
    "Director",
    "Extension",
    "Hop",
    "HopFile",
    "Opinion",
    "Pause",
    "Redaction",
    "Reply",
    "ReplyLabel",
    "SampleAnswer",
    "SuggestionDetail",
    "Supervision",
    "Term",
    "Verdict",
    "VillagerEntry",
    "VillagerRequest",
]
