"""Write a month's attendance workbooks and PDFs: of every station, or of the place with the code."""

from datetime import datetime
from pathlib import Path

from django.core.management import BaseCommand, CommandError

from activities.reports import make_report
from activities.services.month_reports import Printable, each_to_print, figures_to_print
from julu_liaison.common.working_days import today_here
from stations.models import Station


class Command(BaseCommand):
    help = "生成月度考勤报表(Excel 和 PDF),打印文件路径,一行一个"

    def add_arguments(self, parser):
        parser.add_argument("--month", required=True, help="YYYY-MM")
        parser.add_argument("--station", help="站点编号;不写就是每个乡镇联络站和县里各一份")
        parser.add_argument("--out", type=Path, required=True)

    def handle(self, *, month, station, out, **options):
        problems = []
        for part in self._parts(_month(month), station):
            files = make_report(part.figures, out, said=part.words)
            problems += files.problems
            for path in files.paths:
                self.stdout.write(str(path))
        if problems:
            raise CommandError("\n".join(dict.fromkeys(problems)))

    def _parts(self, month, code) -> list[Printable]:
        """What each place handed in, or today's records: one reading a county, its stations' figures are parts of it."""
        on = today_here()
        if not code:
            counties = Station.objects.centres()
            return [part for county in counties for part in each_to_print(county=county, month=month, on=on)]
        place = Station.objects.select_related("parent").filter(code=code).first()
        if place is None:
            raise CommandError(f"没有编号是 {code} 的站点。")
        return [figures_to_print(place=place, month=month, on=on)]


def _month(text: str):
    try:
        return datetime.strptime(text, "%Y-%m").date()
    except ValueError as error:
        raise CommandError(f"“{text}”不是月份,请写成 2026-03 这样。") from error
