"""Plates (分站牌, 联络站牌): the name, black on white, hung for years; `layout` says how large, `product` the rest."""

from deputies.posters.plates.facts import PlateFacts, plate_facts_of
from deputies.posters.plates.layout import PLATE_SIZES, PlateLayout, plate_layout, plate_size
from deputies.posters.plates.product import BranchPlate, StationPlate

__all__ = [
    "PLATE_SIZES",
    "BranchPlate",
    "PlateFacts",
    "PlateLayout",
    "StationPlate",
    "plate_facts_of",
    "plate_layout",
    "plate_size",
]
