"""Whether a sheet's texts can be printed as they were typed: each character, and no sign that stands for a lost one."""

from collections.abc import Container, Iterable

from julu_liaison.common.fonts import code_points, missing_glyphs

Text = tuple[str, str, str]  # whose, which field, what it says
NAMES = ("姓名", "近期值班")  # the fields that hold people's names
WHAT_TO_DO = "先核对是不是打错了字,确实没有的请县人大办公室补字"
PLACEHOLDERS = "〓□▢◻◽⬜☐▯"  # what programs and typists put where a character is missing
PLACEHOLDERS_IN_NAMES = PLACEHOLDERS + "?\uff1f*\uff0a"  # half and full width


def unprintable(texts: Iterable[Text], *, besides: Container[str]) -> list[str]:
    """A Chinese sentence for each text with characters that no font has, or with a sign in place of a lost one.

    `besides`: characters with a picture instead.
    """
    found = []
    for owner, field, text in texts:
        if missing := missing_glyphs(text, besides=besides):
            found.append(f"{owner}的{field}里,字库没有{code_points(missing)}:{WHAT_TO_DO}")
        if signs := [sign for sign in (PLACEHOLDERS_IN_NAMES if field in NAMES else PLACEHOLDERS) if sign in text]:
            shown = "、".join(f"“{sign}”" for sign in signs)
            found.append(f"{owner}的{field}里有{shown},像是没有打出来的字,请核对")
    return found
