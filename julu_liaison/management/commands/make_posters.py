"""Print the duty posters of a month whose facts changed, and leave every poster's current file in a folder."""

from deputies.posters import PRODUCTS, Order, order_of
from deputies.posters.duty_posters import POSTER_SIZES
from deputies.states import Product
from julu_liaison.management.printing import OUTPUT, PrintCommand


class Command(PrintCommand):
    help = f"印制一个月的值班公告,{OUTPUT}"

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--month", required=True, help="YYYY-MM")
        default = PRODUCTS[Product.DUTY_POSTER].default_size
        parser.add_argument("--size", default=default, help=f"{'、'.join(POSTER_SIZES)};默认 {default}")

    def ordered(self, options) -> Order:
        return order_of(Product.DUTY_POSTER, options["size"], options["month"])
