"""Accounts for everybody: the demo county opens them for two of its deputies, a county that works for all."""

from django.contrib.auth.hashers import make_password
from django.utils import timezone


def open_all() -> int:
    """Give every deputy without one an account (named `d` and the deputy's key) and the posting of the membership."""
    from deputies.models import Deputy, Membership
    from deputies.services.memberships import POSTING_OF
    from deputies.states import MembershipRole
    from julu_liaison.accounts.models import User
    from stations.models import Posting

    password, now = make_password(None), timezone.now()
    people = list(Deputy.objects.filter(user=None).select_related("county"))
    for person in people:
        person.user = User(
            username=f"d{person.pk}", name=person.name, phone=person.phone, password=password, created_at=now,
            must_change_password=False, county_code=person.county.code,
        )  # fmt: skip
    User.objects.bulk_create((person.user for person in people), batch_size=500)
    Deputy.objects.bulk_update(people, ["user"], batch_size=500)
    accounts = {person.pk: person.user_id for person in people}
    current = Membership.objects.filter(deputy__in=accounts, ended_on=None)
    Posting.objects.bulk_create(
        (
            Posting(
                user_id=accounts[row.deputy_id], role=POSTING_OF[MembershipRole(row.role)], station_id=row.branch_id,
                started_on=row.started_on,
            )
            for row in current
        ),
        batch_size=500,
    )  # fmt: skip
    return len(people)
