"""Import a county's register of deputies; all or nothing."""

import json
from datetime import date
from pathlib import Path

from django.core.management import BaseCommand

from deputies.spreadsheets import DEPUTIES
from julu_liaison.common.registers import Report
from julu_liaison.common.spreadsheets import Problem
from julu_liaison.common.working_days import today_here
from stations.models import Station


class Command(BaseCommand):
    help = "导入代表名册(.xlsx);有一处不对就全部不导入,并逐格说明"

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="只核对,不写入")
        parser.add_argument("--json", action="store_true", help="标准输出只有 JSON")
        parser.add_argument("--county", metavar="CODE", help="县的编号;只有一个县时不用填")
        parser.add_argument(
            "--from", dest="started_on", type=date.fromisoformat, metavar="DATE", help="驻站和代表资格从哪天起,默认今天"
        )

    def handle(self, *, file, dry_run, county, started_on, **options):
        report = self._report(file, county, started_on or today_here(), dry_run)
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False))
        else:
            self._tell(report, dry_run)
        if report.errors:
            raise SystemExit(1)

    def _report(self, file: Path, code: str | None, started_on: date, dry_run: bool) -> Report:
        centres = Station.objects.centres()
        counties = list(centres.filter(code=code) if code else centres)
        if len(counties) != 1:
            codes = "、".join(centres.order_by("code").values_list("code", flat=True)) or "(还没有建县)"
            return _refusal("--county", code or "", f"请用 --county 写明一个县的编号:{codes}。")
        if not file.is_file():
            return _refusal("", str(file), "没有这个文件,请核对路径。")
        work = DEPUTIES.check if dry_run else DEPUTIES.load
        return work(file, county=counties[0], actor=None, started_on=started_on)

    def _tell(self, report: Report, dry_run: bool) -> None:
        for word, problems in (("要改", report.errors), ("提醒", report.warnings)):
            for problem in problems:
                where = "\t".join(filter(None, (f"第{problem.row}行", problem.column, problem.value)))
                self.stdout.write(f"{word}\t{where}\t{problem.message}")
        for deputy in report.missing:
            self.stdout.write(f"名册里没有\t{deputy.code}\t{deputy.name}\t{deputy.place}")
        counts = report.counts
        words = "将会" if dry_run else "已经"
        if report.errors:
            words = f"有{len(report.errors)}处要改,什么都没有导入;"
        self.stdout.write(
            f"{words}新增{counts['created']}人,更新{counts['updated']}人,不变{counts['unchanged']}人,"
            f"名册里没有{len(report.missing)}人(没有动)"
        )


def _refusal(column: str, value: str, message: str) -> Report:
    return Report(errors=[Problem(0, column, value, message)])
