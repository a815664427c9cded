"""Build the demo county in an empty database."""

from datetime import date

from django.core.management import BaseCommand, CommandError

from julu_liaison.common.errors import DomainError
from julu_liaison.common.working_days import today_here
from julu_liaison.management.demo.seeding import STAGES, seed


class Command(BaseCommand):
    help = "在空的数据库里建立演示县(人物都是虚构的)"

    def add_arguments(self, parser):
        parser.add_argument("--stage", choices=STAGES, default="running")
        parser.add_argument("--seed", type=int, default=1, help="同一个数得到同样的演示数据")
        parser.add_argument("--today", type=date.fromisoformat, help="演示县的今天,例如 2026-03-02")
        parser.add_argument("--counties", type=int, default=1, help="一共几个县;第二个起只有站点、代表和少量日志")

    def handle(self, *, stage, today, counties, **options):
        if counties < 1:
            raise CommandError("--counties 请填1或更大的数。")
        try:
            counts = seed(stage=stage, seed=options["seed"], today=today or today_here(), counties=counties)
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        for label, count in counts.items():
            self.stdout.write(f"{label}\t{count}")
