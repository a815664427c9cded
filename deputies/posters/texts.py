"""Whether every character of a sheet's texts can be printed."""

from collections.abc import Container, Iterable

from julu_liaison.common.fonts import code_points, missing_glyphs

Text = tuple[str, str, str]  # whose, which field, what it says


def unprintable(texts: Iterable[Text], *, besides: Container[str]) -> list[str]:
    """A Chinese sentence for each text with characters that no font has; `besides`: those with a picture instead."""
    found = []
    for owner, field, text in texts:
        if missing := missing_glyphs(text, besides=besides):
            found.append(f"{owner}的{field}里,字库没有{code_points(missing)},请核对这个字")
    return found
