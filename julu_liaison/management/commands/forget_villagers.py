"""Let go of villagers' names and phones after the retention term, or of one ticket on request; counts only unless --apply."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from opinions.models import Opinion
from opinions.services.forgetting import forget, forget_villagers


class Command(BaseCommand):
    help = "办结满期限以后去掉群众的姓名和电话(默认只数一数,加 --apply 才真的去掉);--ticket 按本人要求去掉某一件的"

    def add_arguments(self, parser):
        parser.add_argument("--days", type=int, default=settings.VILLAGER_KEPT_DAYS, help="办结后保留多少天")
        parser.add_argument("--ticket", type=UUID, help="某一件的 uid(办件网址里的那一串)")
        parser.add_argument("--apply", action="store_true")

    def handle(self, *, days, ticket, apply, **options):
        if ticket:
            self._one(ticket, apply)
            return
        if days < 1:
            raise CommandError("请用 --days 写明办结后保留多少天,或者设 VILLAGER_KEPT_DAYS。")
        found = forget_villagers(kept=timedelta(days=days), at=timezone.now(), apply=apply)
        done = "去掉了" if apply else "可以去掉(还没有动,加 --apply 才动)"
        self.stdout.write(f"{done}:办件{found.tickets}件,接待登记{found.visits}次,隐去的原文{found.originals}处")

    def _one(self, uid: UUID, apply: bool) -> None:
        opinion = Opinion.objects.filter(uid=uid).first()
        if opinion is None:
            raise CommandError("没有这一件,请核对 uid。")
        if apply:
            forget(tickets=[opinion.pk], actor=None, at=timezone.now(), why="request")
        self.stdout.write(
            f"{opinion.full_number}:{'去掉了' if apply else '可以去掉(加 --apply 才动)'}反映人的姓名和电话"
        )
