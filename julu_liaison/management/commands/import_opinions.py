"""Take in a list of suggestions and opinions for the county; all or nothing, in the name of a county account."""

import json
from pathlib import Path

from django.core.management import BaseCommand

from julu_liaison.accounts.models import User
from julu_liaison.common.registers import Report
from julu_liaison.common.spreadsheets import Problem
from julu_liaison.common.working_days import today_here
from opinions.spreadsheets.importing import TICKETS
from stations.models import Posting, Station
from stations.states import COUNTY_ROLES, Role


class Command(BaseCommand):
    help = "导入建议意见清单(.xlsx);有一处不对就全部不导入,并逐格说明"

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="只核对,不写入")
        parser.add_argument("--json", action="store_true", help="标准输出只有 JSON")
        parser.add_argument(
            "--as", dest="username", metavar="ACCOUNT", help="以哪个县级账号办;只有一个县级管理员时不用填"
        )

    def handle(self, *, file, dry_run, username, **options):
        report = _report(file, username, dry_run)
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False))
        else:
            self._tell(report, dry_run)
        if report.errors:
            raise SystemExit(1)

    def _tell(self, report: Report, dry_run: bool) -> None:
        for word, problems in (("要改", report.errors), ("提醒", report.warnings)):
            for problem in problems:
                where = "\t".join(filter(None, (f"第{problem.row}行", problem.column, problem.value)))
                self.stdout.write(f"{word}\t{where}\t{problem.message}")
        words = "将会" if dry_run else "已经"
        if report.errors:
            words = f"有{len(report.errors)}处要改,什么都没有导入;"
        counts = report.counts
        self.stdout.write(f"{words}登记{counts['created']}件,登记过的{counts['unchanged']}件(没有动)")


def _report(file: Path, username: str | None, dry_run: bool) -> Report:
    if not file.is_file():
        return _refusal("", str(file), "没有这个文件,请核对路径。")
    found = _account(username)
    if found is None:
        return _refusal("--as", username or "", "请用 --as 写明一个县级管理员或工作人员的账号。")
    actor, county = found
    work = TICKETS.check if dry_run else TICKETS.load
    return work(file, county=county, actor=actor, started_on=today_here())


def _account(username: str | None) -> tuple[User, Station] | None:
    """The account that acts, with its county: the one named, else the only county administrator there is."""
    rows = Posting.objects.in_force(today_here()).select_related("user", "station").filter(user__is_active=True)
    wanted = {"user__username": username, "role__in": COUNTY_ROLES} if username else {"role": Role.COUNTY_ADMIN}
    rows = rows.filter(**wanted)
    found = {row.user_id: (row.user, row.station) for row in rows}
    return next(iter(found.values())) if len(found) == 1 else None  # type: ignore[return-value]  # posted at a county


def _refusal(column: str, value: str, message: str) -> Report:
    return Report(errors=[Problem(0, column, value, message)])
