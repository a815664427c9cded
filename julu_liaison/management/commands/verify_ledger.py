"""Check the points ledger: chains, causes, sums, results of closed years; a line a problem, exit 1 if there is any."""

import sys

from django.core.management import BaseCommand

from scoring.services.ledger.verifying import verify


class Command(BaseCommand):
    help = "核对积分流水,一行一个问题;有问题时退出码是1"

    def add_arguments(self, parser):
        parser.add_argument("--year", type=int)

    def handle(self, *, year, **options):
        problems = verify(year=year)
        for problem in problems:
            self.stdout.write(problem)
        if problems:
            sys.exit(1)
