"""Notice boards (公示牌): `facts` says what stands on one, `layout` how large, `checks` what is wrong, `drawing` prints."""

from deputies.posters.boards.checks import check_board
from deputies.posters.boards.drawing import draw_board, spaced_name
from deputies.posters.boards.facts import BoardFacts, BoardPerson, board_facts, board_facts_of
from deputies.posters.boards.layout import BOARD_SIZES, BoardLayout, BoardSize, board_layout, board_size
from deputies.posters.boards.product import Board

__all__ = [
    "BOARD_SIZES",
    "Board",
    "BoardFacts",
    "BoardLayout",
    "BoardPerson",
    "BoardSize",
    "board_facts",
    "board_facts_of",
    "board_layout",
    "board_size",
    "check_board",
    "draw_board",
    "spaced_name",
]
