"""Check the numbers of the station tree; `--fix` rebuilds them."""

from django.core.management import BaseCommand

from stations.services import check_tree


class Command(BaseCommand):
    help = "检查站点树;--fix 修复"

    def add_arguments(self, parser):
        parser.add_argument("--fix", action="store_true")

    def handle(self, *, fix, **options):
        problems = check_tree(fix=fix)
        for problem in problems:
            self.stdout.write(problem)
        if problems and not fix:
            raise SystemExit(1)
