"""What else is said in the demo county: suggestions, titles of activities, notes to the moves of a ticket."""

from dataclasses import dataclass
from random import Random

from activities.states import ActivityKind, Category, Presence, ServiceKind
from deputies.states import ServiceRole
from julu_liaison.management.demo.matters import DEPARTMENTS, MATTERS

WHERE = (
    "村东",
    "村西",
    "村南",
    "村北",
    "村口",
    "主街",
    "后街",
    "老学校旁",
    "村委会门前",
    "大坑边",
    "小桥头",
    "生产路两侧",
)


SUGGESTIONS = (
    (Category.ROAD, "jiaotong", "关于打通{t}至{v}断头路的建议", "长约{n}百米,打通后少绕行,方便{n}个村出行。"),
    (Category.ROAD, "zhujian", "关于规划建设{t}公共停车场的建议", "集市日车辆沿街停放,建议利用闲置地块建停车场。"),
    (Category.ROAD, "gongan", "关于在{v}路口增设信号灯的建议", "该路口学生多、大车多,建议增设信号灯和人行横道。"),
    (Category.WATER, "shuili", "关于整治{t}排水渠系的建议", "渠系多年未清淤,汛期排水不畅,建议列入明年水利项目。"),
    (Category.WATER, "shuili", "关于扩大{t}节水灌溉面积的建议", "地下水位下降,建议推广膜下滴灌,并给予设备补贴。"),
    (Category.UTILITIES, "gongdian", "关于小区水费电费直供到户的建议", "部分小区由物业转供,价格偏高,建议直供到户。"),
    (Category.UTILITIES, "gongdian", "关于改造{v}农村电网的建议", "现有变压器容量不足,建议增容并更换老旧线路。"),
    (Category.ENVIRONMENT, "huanbao", "关于治理{v}污水排放的建议", "生活污水直排坑塘,建议建设小型污水处理设施。"),
    (Category.ENVIRONMENT, "chengguan", "关于加强{t}垃圾清运的建议", "清运频次不够,建议增加车辆并公开清运时间。"),
    (Category.OTHER, "wenlv", "关于宋城遗址开发保护的建议", "遗址历史价值高,建议编制保护规划,适度开发研学旅游。"),
    (Category.OTHER, "nongye", "关于打造金银花区域品牌的建议", "建议统一标准、统一标识,支持合作社开展初加工。"),
    (Category.EDUCATION, "jiaoyu", "关于改善{t}寄宿制学校条件的建议", "宿舍床位紧张、热水不足,建议增加投入。"),
    (Category.HEALTH, "weijian", "关于加强村卫生室队伍建设的建议", "乡村医生年龄偏大,建议定向培养、提高待遇。"),
    (Category.ELDERLY, "minzheng", "关于在{t}推广老年食堂的建议", "独居老人做饭难,建议以幸福院为依托开办老年食堂。"),
    (Category.HOUSING, "zhujian", "关于改造{t}老旧小区的建议", "管网老化、楼顶漏雨,建议分批纳入改造计划。"),
    (Category.FOOD, "shichang", "关于加强校园周边食品监管的建议", "流动摊点卫生堪忧,建议建立联合巡查机制。"),
    (Category.LAND, "ziran", "关于规范{t}土地流转的建议", "流转合同不规范、纠纷多,建议统一交易服务。"),
    (Category.WELFARE, "renshe", "关于加强返乡人员技能培训的建议", "返乡人员增多,建议按需开班,对接县内用工。"),
)  # fmt: skip

SUGGESTION_ANSWERS = (
    "收到建议后已到现场调研,方案已经确定,列入本年度计划,年底前完成。",
    "建议合理,已采纳并落实,具体做法已向代表当面汇报。",
    "已同财政部门研究资金来源,先行实施第一期,其余列入明年计划。",
    "因涉及上级规划,暂时不能实施,已向上级反映,并向代表作了说明。",
)

# (kind, title, expected to come, leaflets given out, households visited)
ACTIVITIES = (
    (ActivityKind.STUDY, "学习代表法", True, False, False),
    (ActivityKind.STUDY, "学习党的二十届三中全会精神", True, False, False),
    (ActivityKind.STUDY, "学习监督法和选举法", True, False, False),
    (ActivityKind.TRAINING, "代表履职能力培训", True, False, False),
    (ActivityKind.TRAINING, "怎样写好代表建议专题培训", True, False, False),
    (ActivityKind.INSPECTION, "视察农村饮水安全", True, False, False),
    (ActivityKind.INSPECTION, "视察高标准农田建设", True, False, False),
    (ActivityKind.INSPECTION, "视察中小学食堂食品安全", True, False, False),
    (ActivityKind.RESEARCH, "养老服务专题调研", True, False, True),
    (ActivityKind.RESEARCH, "农村道路养护专题调研", True, False, True),
    (ActivityKind.RESEARCH, "金银花产业发展专题调研", True, False, True),
    (ActivityKind.MEETING, "代表小组会议", True, False, False),
    (ActivityKind.MEETING, "听取政府部门工作通报会", True, False, False),
    (ActivityKind.SUPERVISION, "重点建议督办会", True, False, False),
    (ActivityKind.SUPERVISION, "民生实事项目督办", True, False, False),
    (ActivityKind.PUBLICITY, "宪法宣传进村", False, True, False),
    (ActivityKind.PUBLICITY, "民法典宣讲", False, True, False),
    (ActivityKind.PUBLICITY, "未成年人保护法宣传", False, True, False),
    (ActivityKind.PUBLICITY, "防范电信诈骗宣传", False, True, False),
    (ActivityKind.HOUSEHOLD, "入户走访困难群众", False, False, True),
    (ActivityKind.HOUSEHOLD, "春节前入户慰问", False, False, True),
)

ESCALATED = (
    "本级解决不了,请上级协调。",
    "涉及几个村,请联络站研究。",
    "需要部门出资金,请上报。",
    "已同村里核实,情况属实,请协调解决。",
)
TOLD = ("已电话告知反映人。", "代表上门告知了办理结果。", "反映人来分站,当面告知。", "已在村公开栏公布办理结果。")
REFUSED = (
    "正在诉讼中的事项,请按法院程序办理。",
    "属于家庭内部纠纷,建议找村调解委员会。",
    "已进入信访程序,请等信访答复。",
)
ASKED = ("请补充具体位置和照片。", "请提供办理时的凭证,以便核对。", "请说明涉及哪几户。")
RESUMED = ("反映人已补充说明,继续办理。", "材料已补齐。")
WRONG = ("经核对不属本单位职责,请转有关单位。", "该路段归住建部门管养,请重新确定承办单位。")
UNSATISFIED = ("只修了一半,雨后又积水,希望彻底解决。", "答复笼统,没有说明什么时候办完。")
REWORKED = ("已派人重新到现场,把剩余部分全部办完。", "重新核查后补做了工程,并约反映人验收。")
FOLLOWED_UP = ("电话回访,反映人表示问题没有反复。", "回访时到现场看过,效果良好。")
ASSISTED = (
    "涉及本单位的部分已经核实,资金可在本年度预算中安排。",
    "同意主办单位意见,本单位负责配合做好用地手续。",
    "已派人同主办单位一起到现场看过,建议分两期实施。",
)
MORE_TIME = ("需要等上级资金批复,请延长办理时间。", "施工受雨季影响,请延长办理时间。", "涉及两个单位会商,请延长办理时间。")
SUPERVISED = ("群众反映集中,请限期办结并报告结果。", "列入主任会议重点督办件,请主要负责人包案。")
TALKED = (
    "到代表所在村当面介绍了办理方案,代表表示认可。",
    "请代表到现场看了进度,代表提出两点意见,已采纳。",
    "同代表座谈,说明了暂时不能办的原因和下一步打算。",
)
URGED = ("已过期限,请抓紧办理并答复。",)
NOT_HELD = (
    "大雪封路,改为电话接待",
    "村里办理丧事,场所占用",
    "代表集中参加县里会议",
    "停电停水,场所无法使用",
    "麦收农忙,没有群众到场",
)
QUIET = (
    "本次没有群众来访,代表整理了上次接待的事项。",
    "无群众来访。代表在村里走访,向路边群众宣传政策。",
    "没有人来。代表学习了近期文件。",
)


@dataclass(frozen=True)
class Said:
    """One matter as a villager put it, with the answers that fit it and the department that would give the second."""

    text: str
    category: str
    village: str
    settled: str
    answered: str
    department: str
    title: str = ""


def matter(rng: Random, village: str, township: str, category: str | None = None) -> Said:
    """Return something that somebody of `village` asks for, of any category unless one is given."""
    category = Category(category or rng.choice(list(MATTERS)))
    words = {
        "v": village, "t": township, "w": rng.choice(WHERE), "m": rng.randint(1, 12), "n": rng.randint(2, 9),
    }  # fmt: skip
    text, settled, answered = (line.format(**words) for line in rng.choice(MATTERS[category]))
    return Said(text, category, village, settled, answered, DEPARTMENTS[category])


def suggestion(rng: Random, village: str, township: str) -> Said:
    """Return a deputy's suggestion: its title and what it asks for."""
    category, department, title, wish = rng.choice(SUGGESTIONS)
    named = {"v": village, "t": township, "n": rng.randint(2, 9)}
    return Said(
        wish.format(**named), category, village, "", rng.choice(SUGGESTION_ANSWERS), department, title.format(**named)
    )


def summary(rng: Random, received: int, matters: list[Said]) -> str:
    """Return what a clerk would write under 内容."""
    if not received:
        return rng.choice(QUIET)
    about = "、".join(dict.fromkeys(Category(said.category).label for said in matters))
    return f"接待群众{received}人次," + (f"主要反映{about}方面的事。" if about else "解答政策咨询,没有需要登记的事项。")

ROLE_OF_ACTIVITY = {
    ActivityKind.PUBLICITY: ServiceRole.PUBLICIST, ActivityKind.HOUSEHOLD: ServiceRole.SERVANT,
    ActivityKind.RESEARCH: ServiceRole.LIAISON,
}  # fmt: skip

# 民生实事 with the department that answers for it
PROJECTS = (
    ("农村危旧桥梁改造提升", "jiaotong"), ("农村饮水管网改造", "shuili"), ("乡镇敬老院改造提升", "minzheng"),
    ("中小学食堂标准化建设", "jiaoyu"), ("村卫生室设备更新", "weijian"), ("老旧小区排水改造", "zhujian"),
)  # fmt: skip
PLAN_TEXTS = {
    "goals": "{year}年{name}联络站要做到:每个接待日有代表值班,群众反映的事件件有回音,每位代表每月到分站一次。",
    "plan": "每季度集中学习一次,半年组织一次视察和一次专题调研,全年普法宣传不少于两次;每月最后一周公布下月排班。",
    "scheme": "由站长负责,工作人员登记日志、整理意见;接待日提前三天公布值班代表;年底在选民中述职。",
}
# What every station's plan promises: kind, title, last month, how many times
PROMISES = (
    (ActivityKind.STUDY, "集中学习", 11, 4), (ActivityKind.TRAINING, "履职培训", 9, 1),
    (ActivityKind.INSPECTION, "集中视察", 10, 2), (ActivityKind.RESEARCH, "专题调研", 10, 1),
    (ActivityKind.PUBLICITY, "普法宣传", 12, 2), (ActivityKind.REPORTING, "代表述职", 12, 1),
)  # fmt: skip
SERVICES = (
    (ServiceKind.MEDIATION, "调解{village}两户宅基地边界纠纷,双方达成一致"),
    (ServiceKind.MEDIATION, "调解{village}灌溉用水先后引起的争执"),
    (ServiceKind.HOUSEHOLD, "看望{village}独居老人,帮助联系村医上门"),
    (ServiceKind.HOUSEHOLD, "走访{village}困难家庭,了解过冬取暖"),
    (ServiceKind.PUBLICITY, "在{village}集市讲解防范电信诈骗"),
    (ServiceKind.PUBLICITY, "在{village}宣传土地承包法律"),
    (ServiceKind.ERRAND, "帮{village}老人办理医保缴费"),
    (ServiceKind.ERRAND, "帮{village}村民查询高龄补贴发放"),
)
LEAVE = (
    (Presence.PRIVATE_LEAVE, "家里有事"), (Presence.SICK_LEAVE, "身体不适要住院检查"), (Presence.OFFICIAL_LEAVE, "去市里开会"),
    (Presence.OTHER_LEAVE, "秋收抢农时"),
)  # fmt: skip
# What is said at once to who came with a question
ANSWERS = ("当场讲清了政策和办理的地方", "当场打电话问清了,群众满意", "请村干部当面答复了")
