"""Invented names of people: common ones, two-character ones, compound surnames, rare characters, namesakes."""

from dataclasses import dataclass
from random import Random

from deputies.states import Gender


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Weighted by writing the commonest more than once.
SURNAMES = (
    "王王王王张张张张李李李李刘刘刘刘陈杨杨赵赵孙孙周吴徐郭郭郭马马朱胡高何罗郑梁谢宋宋韩韩唐冯于董董萧程曹袁邓许傅沈曾彭吕吕"
    "苏卢蒋蔡贾贾丁魏薛叶阎余潘杜杜戴夏钟汪田田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟孟龙万段雷钱汤尹黎易常武乔贺赖龚"
    "文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲"
    "单仇解查覃"
)
COMPOUND = ("欧阳", "尉迟", "司马", "上官", "诸葛", "夏侯", "皇甫", "令狐")
MALE = _listed("""
    建国 志强 国庆 永强 海涛 文杰 宏伟 立军 振华 春生 玉柱 保国 新民 兴旺 金锁 占峰 运动 双喜 庆林 增福 书平
    爱民 树林 景山 东升 建勋 俊岭 世杰 同辉 章锁 瑞峰 贵臣 延龙 更新 广义 长河 福来 根生 铁柱 学军 彦彬 立新
    风岐 耀宗 连生 鹏飞 浩然 子轩 凯 勇 磊 军 刚 超 斌 涛 辉 亮 峰 毅
""")
FEMALE = _listed("""
    秀兰 桂英 素芬 玉珍 淑敏 改霞 瑞平 丽华 彦霞 春梅 红霞 金凤 巧云 爱芹 凤娥 雪梅 惠玲 晓燕 志芳 书敏 彩虹
    俊英 静怡 梦洁 雅楠 欣悦 艳 敏 静 娟 燕 芳 丽 娜 霞 倩 慧 玲 洁 莉 云 萍 琳 晶
""")
RARE_MALE = ("喆", "堃", "昇", "犇", "赟", "翀", "烜", "䶮", "子燚", "文彧", "建頔", "永镕", "志淏", "国沄")
RARE_FEMALE = ("祎", "玥", "珺", "瑢", "璟", "雅祎", "晓㛃", "静玥", "文珺", "淑㐂")
ETHNIC = (("阿依努尔·买买提", Gender.FEMALE, "维吾尔族"),)
NAMESAKES = 6  # pairs in different branches


@dataclass(frozen=True)
class Name:
    name: str
    gender: str
    ethnicity: str = "汉族"


class NameGiver:
    """Gives names that nobody has yet; namesakes are made on purpose, in `deputies`."""

    def __init__(self):
        self.given: set[str] = set()

    def person(self, rng: Random, *, women: float = 0.32) -> Name:
        """Return a new name; about `women` of them are women's."""
        while True:
            name = self._draw(rng, women)
            if name.name not in self.given:
                self.given.add(name.name)
                return name

    def _draw(self, rng: Random, women: float) -> Name:
        female = rng.random() < women
        surname = rng.choice(COMPOUND) if rng.random() < 0.012 else rng.choice(SURNAMES)
        rare, common = (RARE_FEMALE, FEMALE) if female else (RARE_MALE, MALE)
        pool = rare if rng.random() < 0.03 else common
        ethnicity = "回族" if rng.random() < 0.012 else "汉族"
        return Name(surname + rng.choice(pool), Gender.FEMALE if female else Gender.MALE, ethnicity)

    def deputies(self, rng: Random, sizes: list[int]) -> list[list[Name]]:
        """Return the names of every branch's people, with a few namesakes, one pair of them in one branch."""
        groups = [[self.person(rng) for _ in range(size)] for size in sizes]
        groups[-1][3:4] = [Name(*row) for row in ETHNIC]
        groups[-2][4] = groups[-2][2]
        for _ in range(NAMESAKES):
            one, other = rng.sample(range(len(sizes) - 2), 2)
            groups[one][-1] = groups[other][-2]
        return groups


def villager(rng: Random) -> str:
    """Return a villager's name; villagers may well be namesakes."""
    return rng.choice(SURNAMES) + rng.choice(MALE + FEMALE)
