"""What the commands have in common that print for places: one line a place, every current file left in a folder."""

from pathlib import Path

from django.core.management import BaseCommand, CommandError
from django.core.management.base import CommandParser
from django.utils import timezone

from deputies.posters import EditionResult, Order, Rendition, file_name, print_all, rendition_of
from julu_liaison.common.errors import DomainError
from julu_liaison.common.pdf import write_atomically
from julu_liaison.common.working_days import today_here
from stations.models import Station
from stations.states import Level

OUTPUT = (
    "一处一行:编号<TAB>printed|unchanged|refused<TAB>文件或原因;内容没有变的不重印,"
    "原来的文件照样放进文件夹;有没印成的,以 1 退出"
)  # fmt: skip
PLACES: dict[str, str] = {Level.BRANCH: "分站", Level.TOWNSHIP: "联络站"}


class PrintCommand(BaseCommand):
    """Subclasses say what is ordered; the places are those of the product's level."""

    requires_system_checks: list[str] = []  # the whole site's cost more than printing what has not changed

    def add_arguments(self, parser: CommandParser) -> None:
        place = parser.add_mutually_exclusive_group()
        place.add_argument("--station", help="站点编号,连同下面的分站")
        place.add_argument("--branch", help="分站编号")
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--png", action="store_true", help="另外存一张预览图")
        parser.add_argument("--marks", action="store_true", help="另外存一份带出血和裁切线的,给印刷厂")

    def ordered(self, options) -> Order:
        """What the arguments order. Raises DomainError."""
        raise NotImplementedError

    def handle(self, *, station, branch, out, png, marks, **options):
        renditions = [Rendition(with_marks=True)] if marks else []
        renditions += [Rendition(png=True)] if png else []
        now, refused = timezone.now(), False
        try:
            order = self.ordered(options)
            places = _places(order.product.level, station, branch)
            for result in print_all(order=order, places=places, actor=None, at=now):
                path, reasons = _left_in(out, result, order, renditions, now)
                told = " ".join(";".join(reasons).split()) or path
                self.stdout.write(f"{result.place.code}\t{'refused' if reasons else result.state}\t{told}")
                refused |= bool(reasons)
        except DomainError as error:
            raise CommandError(error.message) from error
        if refused:
            raise SystemExit(1)


def _places(level: str, station: str | None, branch: str | None) -> list[Station]:
    """Open places of the level in official order: of all counties, of a place, or the one branch."""
    if branch and level != Level.BRANCH:
        raise CommandError("印联络站牌请用 --station 写联络站的编号。")
    found = Station.objects.filter(level=level).open(today_here()).select_related("county")
    code = station or branch
    if code:
        place = Station.objects.filter(code=code).first()
        if place is None or (branch and place.level != Level.BRANCH):
            raise CommandError(f"没有编号是 {code} 的{'分站' if branch else '站点'}。")
        found = found.under(place)
    places = sorted(found.in_official_order(), key=lambda place: place.county.code)
    if code and not places:
        raise CommandError(f"{code} 没有开放的{PLACES[level]}。")
    return places


def _left_in(
    out: Path, result: EditionResult, order: Order, renditions: list[Rendition], now
) -> tuple[Path, list[str]]:
    """Copy a place's files into the folder; return where the plain one lies, and what kept any of them from lying there."""
    path = out / file_name(result.place, order)
    if result.path is None or result.edition is None:
        return path, result.reasons
    write_atomically(path, result.path.read_bytes())
    reasons = []
    for rendition in renditions:
        target = _named_like(path, rendition)
        try:
            kept = rendition_of(order, result.edition, rendition, now)
        except DomainError as error:
            target.unlink(missing_ok=True)  # of an earlier run, and no longer what the plain one beside it says
            reasons.append(f"{target.name}没有印成:{error.message}")
        else:
            write_atomically(target, kept.read_bytes())
    return path, reasons


def _named_like(path: Path, rendition: Rendition) -> Path:
    return path.with_suffix(".png") if rendition.png else path.with_stem(f"{path.stem}-marks")
