"""Duty posters (值班公告) of a branch's month: `facts` says what stands on one, `drawing` prints, `changes` compares."""

from deputies.posters.duty_posters.facts import PosterDay, PosterFacts, PosterPerson, month_of, poster_facts_of
from deputies.posters.duty_posters.product import POSTER_SIZES, DutyPoster

__all__ = [
    "POSTER_SIZES",
    "DutyPoster",
    "PosterDay",
    "PosterFacts",
    "PosterPerson",
    "month_of",
    "poster_facts_of",
]
