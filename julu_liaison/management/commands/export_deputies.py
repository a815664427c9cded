"""Write the register of deputies of a place; `import_deputies` reads it back unchanged."""

import os
from pathlib import Path

from django.core.management import BaseCommand, CommandError

from deputies.spreadsheets import DEPUTIES
from julu_liaison.common.working_days import today_here
from stations.models import Station


class Command(BaseCommand):
    help = "导出代表名册(.xlsx),可以再导入"

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--station", metavar="CODE", help="县、联络站或分站的编号;只有一个县时默认全县")

    def handle(self, *, file, station, **options):
        place = self._place(station)
        content, people = DEPUTIES.export(place, on=today_here(), actor=None)
        part = file.with_name(f".{file.name}.part")
        try:
            part.write_bytes(content)
            os.replace(part, file)
        except OSError as error:
            raise CommandError(f"写不了 {file}:{error.strerror}。") from error
        self.stdout.write(f"导出{people}人 {file}")

    def _place(self, code: str | None) -> Station:
        rows = Station.objects.filter(code=code) if code else Station.objects.centres()
        places = list(rows.select_related("county"))
        if len(places) != 1:
            codes = "、".join(Station.objects.centres().order_by("code").values_list("code", flat=True))
            message = (
                f"没有编号是 {code} 的站点。"
                if code
                else f"请用 --station 写明一个县的编号:{codes or '(还没有建县)'}。"
            )
            raise CommandError(message)
        return places[0]
