"""Codes in a move's facts turned into the rows they name. One that names nothing stays as it is: the service refuses it in
its turn, after it has asked whether the step is open at all."""

from uuid import UUID

from deputies.models import Deputy
from opinions.models import Director, Opinion
from stations.models import Department, Station


def named_facts(facts: dict, *, ticket: Opinion, user) -> dict:
    """Return the facts with rows in place of codes."""
    return {name: READERS[name](value, ticket, user) if name in READERS else value for name, value in facts.items()}


def _department(code, ticket, user):
    return Department.objects.filter(code=code).first() or code


def _departments(codes, ticket, user):
    return [_department(code, ticket, user) for code in codes]


def _deputy(code, ticket, user):
    return Deputy.objects.filter(county=ticket.county_id, code=code).first() or code


def _branch(code, ticket, user):
    return Station.objects.branches().filter(county=ticket.county_id, code=code).first() or code


def _ticket(uid, ticket, user):
    try:
        return Opinion.objects.visible_to(user).filter(uid=UUID(uid)).first() or uid
    except ValueError:
        return uid


def _director(name, ticket, user):
    return Director.objects.filter(county=ticket.county_id, name=name).first() or name


READERS = {
    "department": _department, "assisting": _departments, "deputy": _deputy, "signer": _deputy, "into": _ticket,
    "director": _director, "branch": _branch,
}  # fmt: skip
