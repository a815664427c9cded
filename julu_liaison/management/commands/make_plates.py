"""Print the plates of branches or stations whose names changed, and leave every plate's current file in a folder."""

from deputies.posters import PRODUCTS, Order, order_of
from deputies.posters.plates import PLATE_SIZES
from deputies.states import Product
from julu_liaison.management.printing import OUTPUT, PrintCommand

PLATES = {"branch": Product.BRANCH_PLATE, "station": Product.STATION_PLATE}


class Command(PrintCommand):
    help = f"印制分站牌或联络站牌,{OUTPUT}"

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--level", choices=PLATES, default="branch", help="branch 分站牌,station 联络站牌;默认 branch"
        )
        default = PRODUCTS[Product.BRANCH_PLATE].default_size
        parser.add_argument(
            "--size", default=default, help=f"毫米“宽x高”:{'、'.join(PLATE_SIZES)},或别的;默认 {default}"
        )

    def ordered(self, options) -> Order:
        return order_of(PLATES[options["level"]], options["size"])
