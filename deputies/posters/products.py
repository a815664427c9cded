"""The one table of what is printed."""

from deputies.posters.boards import Board
from deputies.posters.duty_posters import DutyPoster
from deputies.posters.plates import BranchPlate, StationPlate
from deputies.posters.product import PrintProduct
from deputies.states import Product
from julu_liaison.common.errors import NotFound

PRODUCTS: dict[str, PrintProduct] = {one.product: one for one in (Board(), BranchPlate(), StationPlate(), DutyPoster())}


def product_of(code: str) -> PrintProduct:
    """The product by its code. Raises NotFound."""
    if code not in PRODUCTS:
        raise NotFound(f"没有“{code}”这种印制品。")
    return PRODUCTS[Product(code)]
