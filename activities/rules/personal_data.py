"""What is held of deputies' service and of the villagers whom they receive."""

from julu_liaison.common.personal_data import DUTY, OFFICIAL, Declaration, Held, Whose

STAFF = "本人,本站站长,所在联络站,县人大办公室,审计员"
SERVICE = "安排和记录履职,计算积分"
WORDS = "记录办的是什么事;文字里可能写到群众"
OFFICE = "分站站长,所在联络站,县人大办公室,审计员"


def _service(key: str, title: str, model: str, columns: str, owner: str, shown: str, page: str = "") -> Held:
    return Held(
        key, title, Whose.DEPUTY, model, columns, SERVICE, DUTY, OFFICIAL, STAFF, owner=owner, shown=shown, page=page
    )


def _words(key: str, title: str, model: str, columns: str) -> Held:
    return Held(key, title, Whose.VILLAGER, model, columns, WORDS, DUTY, OFFICIAL, OFFICE)


PERSONAL_DATA = Declaration(
    held=(
        _service("attendance", "到岗记录", "activities.Attendance", "log deputy status expected stands_in_for",
                 "deputy__user", "log__date log__branch status", "my-archive"),
        _service("activity_attendance", "参加活动", "activities.ActivityAttendance",
                 "activity deputy expected not_expected_because sign_up signed_up_at status stands_in_for",
                 "deputy__user", "activity__held_on activity__title sign_up status not_expected_because", "my-activities"),
        _service("duties", "值班安排", "activities.ShiftPlace", "shift deputy fixed instead_of told_on",
                 "deputy__user", "shift__date shift__branch", "my-duty"),
        _service("other_services", "另行安排", "activities.OtherService",
                 "branch station county roster deputy form by note", "deputy__user", "roster__month form by"),
        _service("preferences", "值班意愿", "activities.DutyPreference", "deputy avoided_weeks note",
                 "deputy__user", "avoided_weeks note", "my-duty"),
        _service("feeds", "日历订阅地址", "activities.CalendarFeed", "token deputy branch made_by made_at revoked_at",
                 "deputy__user", "made_at=开通时间 revoked_at=停用时间", "my-calendar"),
        _service("leaves", "请假", "activities.Leave",
                 "deputy started_on ended_on activity kind reason state asked_at decided_at decision_note",
                 "deputy__user", "started_on ended_on kind reason state decision_note", "my-duty"),
        _service("exemptions", "免除履职", "activities.Exemption", "deputy covers started_on ended_on reason granted_at",
                 "deputy__user", "covers started_on ended_on reason"),
        _service("swaps", "换班", "activities.Swap",
                 "shift giver taker return_shift reason state offered_at taken_at settled_at",
                 "giver__user|taker__user", "shift__date state offered_at", "my-duty"),
        _service("service_records", "服务记录", "activities.ServiceRecord", "deputies kind service_role date",
                 "deputies__user", "date kind service_role", "my-service"),
        Held(
            "visits", "接待登记", Whose.VILLAGER, "activities.Visit",
            "deputy villager_name villager_phone villager_sex villager_village people matter request confidential result"
            " told_on told_how satisfaction void_reason",
            "办理群众反映的事、把结果告诉本人", DUTY,
            "姓名和电话:办结后到县里定的期限删去,或者本人要求时删去;反映的事是公务档案",
            "分站站长,所在联络站,县人大办公室,每次查看都有记录;别人只看到姓", owner="deputy__user",
        ),
        _words("log_words", "工作日志的文字", "activities.DutyLog", "summary void_reason"),
        _words("log_versions", "更正前的工作日志", "activities.LogVersion", "content reason"),
        _words("log_photos", "接待的照片", "activities.LogPhoto", "file name"),
        _words("record_words", "服务记录的文字", "activities.ServiceRecord", "text void_reason"),
        _words("sheet_drafts", "没交的登记草稿(不含姓名和电话)", "activities.SheetDraft", "typed"),
    ),
    acts={
        "activities.PlanFile": "added_by", "activities.Activity": "recorder recorded_at",
        "activities.ActivityFile": "added_by", "activities.RosterChange": "actor at",
        "activities.Leave": "asked_by decided_by", "activities.Exemption": "granted_by",
        "activities.Swap": "offered_by settled_by",
        "activities.DutyLog": "recorder filed_at confirmed_by confirmed_at", "activities.LogVersion": "actor at",
        "activities.LogPhoto": "added_by", "activities.FilingException": "granted_by granted_at",
        "activities.SheetDraft": "saved_by saved_at",
        "activities.CompleteMonth": "declared_by declared_at taken_back_by taken_back_at",
        "activities.ReportStep": "actor at", "activities.ServiceRecord": "recorder recorded_at",
        "activities.Visit": "recorder recorded_at",
    },
    nothing={
        "activities.LivelihoodProject": "uid county year title department note finished_on",
        "activities.WorkPlan": "uid station county year goals plan scheme adopted_on version",
        "activities.PlanItem": "uid plan kind title due_on times dropped_reason",
        "activities.PlanFile": "file name size added_at uid plan",
        "activities.Activity":
            "uid station county kind title held_on hours venue state cancel_reason required notice sign_up_until project"
            " plan_item service_role minutes leaflets households reached version partners",
        "activities.ActivityFile": "file name size added_at uid activity kind",
        "activities.Roster": "station month state published_at",
        "activities.Shift":
            "branch station county roster date for_sunday state reason is_extra seats station_warned_on county_warned_on"
            " announced_on",
        "activities.RosterChange": "roster shift text reason",
        "activities.Leave": "uid branch station county", "activities.Exemption": "uid",
        "activities.Swap": "uid branch station county",
        "activities.DutyLog":
            "branch station county register year serial uid date form service_role received households leaflets state"
            " filing_key version",
        "activities.LogVersion": "log version", "activities.LogPhoto": "size added_at uid log",
        "activities.FilingLimit": "county day prompt_days",
        "activities.FilingException": "place started_on ended_on open_until reason",
        "activities.SheetDraft": "branch date version",
        "activities.CompleteMonth": "station county month why_taken_back",
        "activities.MonthReport": "place branch station county month state",
        "activities.MonthEdition": "report number figures made_at exception",
        "activities.ReportStep": "report move to_state edition reason",
        "activities.ServiceRecord":
            "branch station county register year serial uid received households leaflets state",
        "activities.Visit":
            "branch station county register year serial uid log date time form category refusal referral handling state"
            " version",
    },
)  # fmt: skip
