"""What a matter is about, guessed from its words."""

from activities.states import Category

CATEGORY_WORDS: dict[str, tuple[str, ...]] = {
    Category.ROAD: ("路", "桥", "塌陷", "坑洼", "公交", "客车", "堵车", "停车", "红绿灯", "减速带", "交通", "通行"),
    Category.WATER: ("灌溉", "机井", "浇地", "浇水", "水渠", "排水", "沟渠", "河道", "水利", "防洪", "积水", "闸"),
    Category.UTILITIES: ("自来水", "饮水", "吃水", "停水", "水压", "用电", "停电", "电压", "电线", "变压器", "天然气", "网络"),
    Category.WELFARE: ("低保", "救助", "社保", "医保", "补贴", "残疾", "五保", "困难", "报销", "养老金"),
    Category.EDUCATION: ("学校", "小学", "中学", "幼儿园", "上学", "学生", "老师", "教师", "校车", "教育", "校门"),
    Category.HEALTH: ("医院", "卫生院", "卫生室", "看病", "医生", "村医", "药", "医疗", "体检", "疫苗"),
    Category.ELDERLY: ("养老院", "敬老", "老人", "老年", "养老", "助餐", "日间照料"),
    Category.ENVIRONMENT: ("垃圾", "污水", "臭", "污染", "扬尘", "噪声", "噪音", "厕所", "环境", "卫生", "焚烧", "路灯"),
    Category.HOUSING: ("危房", "住房", "房屋", "漏雨", "宅基地", "物业", "小区", "改造", "房产证"),
    Category.FOOD: ("食品", "过期", "变质", "假药", "假货", "集市", "饭店", "餐馆", "农药残留"),
    Category.LAND: ("土地", "征地", "承包", "流转", "确权", "占地", "耕地", "地界", "补偿"),
}  # fmt: skip


def guess_category(text: str, among: list[str]) -> str:
    """Return which category an opinion is about, by the words in it: one of `among` (those ticked for the branch) if its
    words are there, else any other.

    Longer words weigh more (`自来水` beats `路`). Without any known word it is the first of `among`, else 其他;
    the clerk sees the guess before filing and can change it.
    """
    best = _best(text, among) or _best(text, list(CATEGORY_WORDS))
    return best or (among[0] if among else Category.OTHER)


def _best(text: str, among: list[str]) -> str:
    weights = {
        category: sum(len(word) for word in CATEGORY_WORDS.get(category, ()) if word in text) for category in among
    }
    best = max(among, key=lambda category: weights[category], default="")
    return best if best and weights[best] else ""
