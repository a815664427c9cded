"""Check the audit trail: its chain, the rows under it, the database's guard; a line a problem, exit 1 if there is any."""

import sys

from django.core.management import BaseCommand
from django.utils import timezone

from julu_liaison.common.audit.verifying import Verdict, verify_trail


class Command(BaseCommand):
    help = "核对操作记录,一行一个问题,最后一行是条数和最后一次封存;有问题时退出码是1"

    def add_arguments(self, parser):
        parser.add_argument(
            "--known", action="append", default=[], metavar="编号:校验码", help="在别处(备份说明、日志)留下的封存,看现在还对不对"
        )

    def handle(self, *, known, **options):
        verdict = verify_trail(at=timezone.now(), known=known)
        for problem in verdict.problems:
            self.stdout.write(problem)
        self.stdout.write(summary_of(verdict))
        if verdict.problems:
            sys.exit(1)


def summary_of(verdict: Verdict) -> str:
    """How much there is, since when, and the end of the chain, to be kept elsewhere."""
    since = f",最早的是{timezone.localtime(verdict.oldest):%Y-%m-%d %H:%M}" if verdict.oldest else ""
    last = verdict.last
    end = f",最后一次 {last.number}:{last.digest}" if last else ""
    return f"操作记录{verdict.rows}条{since};封存{verdict.seals}次{end}"
