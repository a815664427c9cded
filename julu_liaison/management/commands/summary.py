"""Print the yearly figures of a period."""

import json
from dataclasses import asdict
from datetime import date

from django.core.management import BaseCommand, CommandError

from julu_liaison.summary import summary_of
from stations.models import Station


class Command(BaseCommand):
    help = "一段时间的履职数据:活动、接待、日志、意见、建议、代表、服务角色"

    def add_arguments(self, parser):
        parser.add_argument("--from", dest="start", type=date.fromisoformat, required=True, help="从哪天起,含当天")
        parser.add_argument("--to", dest="end", type=date.fromisoformat, required=True, help="到哪天止,含当天")
        parser.add_argument("--station", help="站点编号;连同下级")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, start, end, station, **options):
        if start > end:
            raise CommandError("开始日期要在结束日期以前。")
        figures = summary_of(start=start, end=end, place=_place(station))
        if options["json"]:
            self.stdout.write(json.dumps(asdict(figures), ensure_ascii=False))
            return
        for label, number in figures.lines():
            self.stdout.write(f"{label}\t{number}")


def _place(code: str | None) -> Station | None:
    if not code:
        return None
    place = Station.objects.filter(code=code).first()
    if place is None:
        raise CommandError(f"没有编号是 {code} 的站点。")
    return place
