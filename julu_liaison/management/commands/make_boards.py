"""Print the notice boards whose facts changed, and leave every board's current file in a folder."""

from deputies.posters import PRODUCTS, Order, order_of
from deputies.posters.boards import BOARD_SIZES
from deputies.states import Product
from julu_liaison.management.printing import OUTPUT, PrintCommand


class Command(PrintCommand):
    help = f"印制公示牌,{OUTPUT}"

    def add_arguments(self, parser):
        super().add_arguments(parser)
        default = PRODUCTS[Product.BOARD].default_size
        parser.add_argument("--size", default=default, help=f"{'、'.join(BOARD_SIZES)},或毫米“宽x高”;默认 {default}")

    def ordered(self, options) -> Order:
        return order_of(Product.BOARD, options["size"])
