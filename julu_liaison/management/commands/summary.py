"""Print the yearly figures of a period."""

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from julu_liaison.common.pdf import write_atomically
from julu_liaison.summary import grid_of, summary_of, summary_paper
from stations.models import Station


class Command(BaseCommand):
    help = "一段时间的履职数据:活动、接待、日志、意见、建议、代表、服务角色"

    def add_arguments(self, parser):
        parser.add_argument("--from", dest="start", type=date.fromisoformat, required=True, help="从哪天起,含当天")
        parser.add_argument("--to", dest="end", type=date.fromisoformat, required=True, help="到哪天止,含当天")
        parser.add_argument("--station", help="站点编号;连同下级")
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--docx", type=Path, metavar="FILE", help="另外写成 Word 文件:一段可以直接用的文字,一张表")

    def handle(self, *, start, end, station, **options):
        if start > end:
            raise CommandError("开始日期要在结束日期以前。")
        place = _place(station)
        figures = summary_of(start=start, end=end, place=place)
        if options["docx"]:
            paper = summary_paper(figures, grid_of(place or _only_county(), end), start, end, at=timezone.localtime())
            write_atomically(options["docx"], paper)
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


def _only_county() -> Station:
    """The place a document is about where none is named."""
    counties = list(Station.objects.centres()[:2])
    if len(counties) != 1:
        raise CommandError("这里有不止一个县(或者还没有),请用 --station 写明是哪里的。")
    return counties[0]
