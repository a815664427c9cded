"""Formal suggestions and motions: filing them, who signs, the number per session, the talk about it, growing out of an
opinion."""

from opinions.services.suggestions.asking import Asked, asked_of
from opinions.services.suggestions.consulting import record_consultation, sign_consultation, takes_consultations
from opinions.services.suggestions.cosigning import (
    confirm_cosigner,
    decline_cosigner,
    invite_cosigners,
    is_on_paper,
    remove_cosigner,
    takes_cosigners,
)
from opinions.services.suggestions.filing import file_suggestion
from opinions.services.suggestions.judging import owing_signers, signers_of
from opinions.services.suggestions.numbering import session_on

__all__ = [
    "Asked",
    "asked_of",
    "confirm_cosigner",
    "decline_cosigner",
    "file_suggestion",
    "invite_cosigners",
    "is_on_paper",
    "owing_signers",
    "record_consultation",
    "remove_cosigner",
    "session_on",
    "sign_consultation",
    "signers_of",
    "takes_consultations",
    "takes_cosigners",
]
