"""What can act by itself in an office file is taken out, or the file is refused: macros, scripts, links that are followed on
opening, programs inside. Pure: bytes in, bytes out; knows no app.

A file without any of it stays as it came, to the byte: many bear an electronic seal (电子签章), which a rewritten file has not.
"""

from julu_liaison.common.scrubbing.compounds import demand_quiet_compound
from julu_liaison.common.scrubbing.packages import scrubbed_package
from julu_liaison.common.scrubbing.papers import scrubbed_pdf
from julu_liaison.common.scrubbing.refusals import NOT_READABLE

__all__ = ["NOT_READABLE", "demand_quiet_compound", "scrubbed_package", "scrubbed_pdf"]
