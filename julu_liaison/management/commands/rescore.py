"""Make a year's ledger equal to the facts; `--check` only tells whether it is."""

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from deputies.models import Deputy
from scoring.services import rescore
from stations.models import Station


class Command(BaseCommand):
    help = "按记录重算积分;--check 只检查"

    def add_arguments(self, parser):
        parser.add_argument("--year", type=int, required=True)
        parser.add_argument("--deputy")
        parser.add_argument("--check", action="store_true")

    def handle(self, *, year, deputy, check, **options):
        keys = None
        if deputy:
            keys = list(Deputy.objects.filter(code=deputy).values_list("pk", flat=True))
            if not keys:
                raise CommandError(f"没有编号是 {deputy} 的代表。")
        made = sum(
            rescore(county=county, year=year, at=timezone.now(), deputies=keys, write=not check)
            for county in Station.objects.centres()
        )
        self.stdout.write(str(made))
        if check and made:
            raise SystemExit(1)
