"""Sentences about points that pages, workbooks and papers say alike."""

# Beside every list, sheet and statement with points: what the number does not say.
NOT_MEASURED = (
    "分数只说明登记了多少履职、缺席了几次;不说明事情难不难、办得好不好、群众满意不满意,也不包括没有登记的工作。"
    "分数供了解和考评参考,不会自动影响任何人的代表资格。"
)
CORRECTED, BEFORE = "更正:", "(原记:"


def why_corrected(reason: str) -> str:
    """Of a reversing line's reason the part that says why; what was noted before it stands in the line it cancels."""
    return reason.removeprefix(CORRECTED).partition(BEFORE)[0]
