"""Print the notice boards whose facts changed, and leave every board's current file in a folder."""

from deputies.posters import Order, order_of
from deputies.posters.boards import BOARD_SIZES
from deputies.states import Product
from julu_liaison.management.printing import OUTPUT, PrintCommand

DEFAULT_SIZE = "A2"


class Command(PrintCommand):
    help = f"印制公示牌,{OUTPUT}"

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--size", default=DEFAULT_SIZE, help=f"{'、'.join(BOARD_SIZES)},或毫米“宽x高”;默认 {DEFAULT_SIZE}"
        )

    def ordered(self, options) -> Order:
        return order_of(Product.BOARD, options["size"])
