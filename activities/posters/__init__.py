"""What stations print for themselves: the clerk's card."""

from activities.posters.cards import card_name, card_pdf

__all__ = ["card_name", "card_pdf"]
