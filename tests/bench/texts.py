"""The words of made-up tickets, the same for all benches; needs nothing, so that any environment can import it."""

PLACES = ("村东头", "村西头", "小学门口", "卫生室旁边", "集市南侧", "养老院北面", "文化广场", "机井房附近")
THINGS = {
    "路灯": "不亮了", "道路": "坑洼不平", "自来水": "压力太小", "排水沟": "堵塞", "低保": "办理太慢", "校车": "站点太远",
    "垃圾": "清运不及时", "变压器": "容量不够", "机井": "抽不上水", "公交车": "班次太少", "危房": "改造没有着落",
    "桥梁": "护栏损坏", "宽带": "信号不稳", "厕所": "改造质量差", "合作医疗": "报销看不懂", "土地流转": "租金拖欠",
}  # fmt: skip
ENDINGS = ("群众反映多次", "希望尽快解决", "雨天更严重", "老人出行不便", "已经有半年", "请有关部门看一看")
RARE = "獾子"  # in one text of all


def texts() -> list[str]:
    """The words of the tickets; every combination is as frequent as any other."""
    found = [
        f"{place}的{thing}{trouble},{ending}。"
        for place in PLACES
        for thing, trouble in THINGS.items()
        for ending in ENDINGS
    ]
    return [*found, f"{PLACES[0]}有{RARE}挖洞,毁了庄稼。"]
