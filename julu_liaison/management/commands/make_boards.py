"""Print the notice boards whose facts changed, and leave every board's current file in a folder."""

from pathlib import Path

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from deputies.posters import EditionResult, Order, Rendition, file_name, order_of, print_all, rendition_of
from deputies.posters.boards import BOARD_SIZES
from deputies.states import Product
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
            order = order_of(Product.BOARD, size)
        except DomainError as error:
            raise CommandError(error.message) from error
        now, refused = timezone.now(), False
        for result in print_all(order=order, places=self._branches(station, branch), actor=None, at=now):
            told = self._left_in(out, result, order, png)
            self.stdout.write(f"{result.place.code}\t{result.state}\t{told}")
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

    def _left_in(self, out: Path, result: EditionResult, order: Order, png: bool) -> str:
        """Copy a board's file into the folder; return its path, or why there is none."""
        if result.path is None:
            return " ".join(";".join(result.reasons).split())
        path = out / file_name(result.place, order)
        write_atomically(path, result.path.read_bytes())
        if png:
            picture = rendition_of(order, result.edition, Rendition(png=True), timezone.now())
            write_atomically(path.with_suffix(".png"), picture.read_bytes())
        return str(path)
