"""One line of the sheet's opinions cell, with what the check page lets the clerk correct before filing."""

from dataclasses import dataclass

LONGEST_OPINION = 2000
LONGEST_NAME, LONGEST_PHONE, LONGEST_VILLAGE = 40, 20, 40


@dataclass
class Line:
    """One line of the opinions cell with what the clerk can correct before filing."""

    name: str
    text: str
    category: str
    deputy: str = ""
    villager_name: str = ""
    villager_phone: str = ""
    villager_village: str = ""
    confidential: bool = False
    problem: str = ""

    @property
    def has_villager(self) -> bool:
        return bool(self.villager_name or self.villager_phone or self.villager_village or self.confidential)
