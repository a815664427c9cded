"""Which tickets are probably about the same thing, by the pairs of characters that their words share."""

import re
from collections import Counter
from collections.abc import Sequence
from math import log, log2

from opinions.rules.searching import bigrams, folded

LEAST_TYPED = 4  # characters; fewer say nothing yet
MOST_WORDS = 12  # pairs that a search goes by
LEAST_SHARED = 1.0  # one telling pair; the name of a village has too few
OF_THE_BEST = 0.2  # what is so much less alike than the best one is left out
WEIGHT_OF_PLACES = 0.2

# These say how a sentence is built, or how many, not what it is about: the text is cut where they stand.
BUILDING = "的了是在有和就都也很把被让给为与及或但而着吗呢吧这那个些之其还又再才请我你他她它们每该不没"
COUNTING = "0123456789〇零一二两三四五六七八九十百千几多盏米处户"
# What nearly every opinion or suggestion says.
EVERYDAY = (
    "希望 建议 反映 问题 解决 群众 村民 居民 老百姓 百姓 咱们 政府 有关 相关 部门 领导 尽快 及时 能够 可以 应该 需要 要求 "
    "请求 帮忙 协调 情况 强烈 严重 影响 方便 出行 生活 加强 进一步 关于 目前 现在 已经 一直 长期 多次 经常 进行 提高 完善 "
    "推进 加大 力度 增加 本县 全县 大家 代表 意见 处理 落实 改善 开展 工作 存在 造成 导致 由于 因为 所以 同时 巨鹿县"
)
CUTS = re.compile("|".join([*sorted(EVERYDAY.split(), key=len, reverse=True), f"[{BUILDING}{COUNTING}]"]))
PLACES = frozenset("东西南北村庄街镇乡县站")
NAME_OF_A_PLACE = re.compile(r"\w{1,3}(?=[村庄寨镇乡])")


def telling_words(text: str) -> list[str]:
    """Return at most MOST_WORDS pairs of `text` that say what it is about, those that name a place last."""
    weights = _telling(text)
    return sorted(weights, key=lambda word: weights[word] < 1)[:MOST_WORDS]


def most_alike(text: str, others: Sequence[tuple[str, int]], *, most: int) -> list[int]:
    """Return which of `others` (their words, how near they are: more is nearer) are like `text`, as indexes.

    Pairs that few of the others have weigh more; the nearest come first, then the most alike, then as given.
    """
    weights = _telling(text)
    shared = [weights.keys() & set(bigrams(words)) for words, _near in others]
    often = Counter(word for words in shared for word in words)
    scores: dict[int, float] = {}
    for index, words in enumerate(shared):
        if sum(weights[word] for word in words) >= LEAST_SHARED:
            rare = sum(weights[word] * (1 + log(len(others) / often[word])) for word in words)
            scores[index] = rare / log2(4 + len(others[index][0]))
    least = OF_THE_BEST * max(scores.values(), default=0)
    kept = [index for index, score in scores.items() if score >= least]
    return sorted(kept, key=lambda index: (-others[index][1], -scores[index], index))[:most]


def _telling(text: str) -> dict[str, float]:
    """The pairs of `text` that say something, in order, with their weight: less for those that only name a place."""
    bare = CUTS.sub(" ", folded(text))
    named = {word for name in NAME_OF_A_PLACE.findall(bare) for word in bigrams(name)}
    words = [word for word in dict.fromkeys(bigrams(bare)) if len(word) > 1]
    return {word: WEIGHT_OF_PLACES if word in named or PLACES.intersection(word) else 1 for word in words}
