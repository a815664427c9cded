"""Print the notice boards whose facts changed, and leave every board's current file in a folder."""

from pathlib import Path

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from deputies.posters import BOARD_SIZES, BoardResult, board_file_name, board_size, preview_of, print_boards
from julu_liaison.common.errors import DomainError
from julu_liaison.common.pdf import write_atomically
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.states import Level

DEFAULT_SIZE = "A2"


class Command(BaseCommand):
    help = (
        "印制公示牌,一个分站一行:编号<TAB>printed|unchanged|refused<TAB>文件或原因;内容没有变的不重印,"
        "原来的文件照样放进文件夹;有没印成的,以 1 退出"
    )

    def add_arguments(self, parser):
        place = parser.add_mutually_exclusive_group()
        place.add_argument("--station", help="站点编号,连同下面的分站")
        place.add_argument("--branch", help="分站编号")
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument(
            "--size", default=DEFAULT_SIZE, help=f"{'、'.join(BOARD_SIZES)},或毫米“宽x高”;默认 {DEFAULT_SIZE}"
        )
        parser.add_argument("--png", action="store_true", help="另外存一张预览图")

    def handle(self, *, station, branch, out, size, png, **options):
        try:
            size = board_size(size).code
        except DomainError as error:
            raise CommandError(error.message) from error
        now, refused = timezone.now(), False
        for result in print_boards(branches=self._branches(station, branch), size=size, actor=None, at=now):
            told = self._left_in(out, result, size, png)
            self.stdout.write(f"{result.branch.code}\t{result.state}\t{told}")
            refused |= result.state == "refused"
        if refused:
            raise SystemExit(1)

    def _branches(self, station: str | None, branch: str | None) -> list[Station]:
        """Open branches in official order: of all counties, of a place, or the one."""
        branches = Station.objects.branches().open(today_here()).select_related("parent", "county")
        code = station or branch
        if code:
            place = Station.objects.filter(code=code).first()
            if place is None or (branch and place.level != Level.BRANCH):
                raise CommandError(f"没有编号是 {code} 的{'分站' if branch else '站点'}。")
            branches = branches.under(place)
        found = list(branches.order_by("county__code", "parent__official_order", "official_order", "code"))
        if code and not found:
            raise CommandError(f"{code} 没有开放的分站。")
        return found

    def _left_in(self, out: Path, result: BoardResult, size: str, png: bool) -> str:
        """Copy a board's file into the folder; return its path, or why there is none."""
        if result.path is None:
            return " ".join(";".join(result.reasons).split())
        path = out / board_file_name(result.branch, size)
        write_atomically(path, result.path.read_bytes())
        if png:
            write_atomically(path.with_suffix(".png"), preview_of(result))
        return str(path)
