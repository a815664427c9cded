"""Tell people of tickets whose time is half, nearly or wholly gone; may be repeated at any time."""

from datetime import datetime

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from opinions.services.clocks import sweep_deadlines
from opinions.states import Alert


class Command(BaseCommand):
    help = "提醒快到期和超期的意见建议"

    def add_arguments(self, parser):
        parser.add_argument("--at", help="当作哪个时刻,例如 2026-03-02T07:30;不写就是现在")

    def handle(self, *, at, **options):
        swept = sweep_deadlines(at=_moment(at))
        for level in (Alert.HALF, Alert.NEAR, Alert.DUE, Alert.OVERDUE):
            self.stdout.write(f"{level.label}\t{swept.warned[level]}")
        self.stdout.write(f"通知\t{swept.notices}")


def _moment(text: str | None) -> datetime:
    """The moment that is meant, in the county's time where no other is said."""
    if not text:
        return timezone.now()
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"“{text}”不是时间,请写成 2026-03-02T07:30 这样。") from error
    return at if timezone.is_aware(at) else timezone.make_aware(at)
