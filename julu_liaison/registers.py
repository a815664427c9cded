"""Every register that can be imported and exported, in the order of the page."""

from deputies.spreadsheets import CONSTITUENTS, DEPUTIES
from julu_liaison.common.errors import NotFound
from julu_liaison.common.registers import Register
from opinions.spreadsheets.importing import TICKETS
from stations.spreadsheets import DEPARTMENTS, STAFF, VILLAGES

REGISTERS: dict[str, Register] = {
    register.kind: register for register in (DEPUTIES, VILLAGES, DEPARTMENTS, STAFF, CONSTITUENTS, TICKETS)
}


def register_of(kind: str) -> Register:
    """Return the register of this kind. Raises NotFound."""
    if kind not in REGISTERS:
        raise NotFound("没有这种名册,请从导入或导出页面上选。")
    return REGISTERS[kind]
