"""What is printed centrally and hung at places: notice boards, plates, duty posters.

`product` says what every product is, `products` lists them, one package or module each; `editions` prints what changed
and keeps it, `standings` says what is due.
"""

from deputies.posters.editions import (
    EditionResult,
    Order,
    file_name,
    kept_file,
    print_all,
    print_one,
    rendition_of,
    speaking_name,
)
from deputies.posters.product import PrintProduct, Rendition
from deputies.posters.products import PRODUCTS, product_of
from deputies.posters.standings import Standing, standings

__all__ = [
    "PRODUCTS",
    "EditionResult",
    "Order",
    "PrintProduct",
    "Rendition",
    "Standing",
    "file_name",
    "kept_file",
    "order_of",
    "print_all",
    "print_one",
    "product_of",
    "rendition_of",
    "speaking_name",
    "standings",
]


def order_of(product: str, size: str = "", period: str = "") -> Order:
    """An order by the names that commands, pages and editions use. Raises NotFound, DomainError for an unknown size."""
    kind = product_of(product)
    return Order(kind, kind.size_of(size or kind.default_size), period)
