"""What is held of villagers who raise a matter, of deputies who propose, and of whoever handles it."""

from julu_liaison.common.personal_data import DUTY, OFFICIAL, Declaration, Held, Whose

HANDLING = "办理群众反映的事、把结果告诉本人"
READERS = "分站站长,联络站,跟进的代表,县人大办公室,承办部门(要求保密的不给部门),审计员"


def _words(key: str, title: str, model: str, columns: str, seen_by: str = READERS) -> Held:
    return Held(
        key, title, Whose.VILLAGER, model, columns, "记录办理经过;文字里可能写到群众", DUTY, OFFICIAL, seen_by
    )


PERSONAL_DATA = Declaration(
    held=(
        Held(
            "tickets", "意见建议", Whose.VILLAGER, "opinions.Opinion",
            "deputy villager_name villager_phone villager_village confidential title text search_words rating",
            HANDLING, DUTY, "姓名和电话:办结后到县里定的期限删去,或者本人要求时办结后删去;办理经过是公务档案", READERS,
            owner="deputy__user", page="opinions",
        ),
        _words("hop_words", "办理过程的文字", "opinions.Hop", "note public_line facts"),
        _words("hop_files", "办理附件和群众传的照片", "opinions.HopFile", "file name"),
        _words("replies", "答复", "opinions.Reply", "text"),
        _words("verdicts", "评价", "opinions.Verdict", "signer rating reason"),
        _words("answer_drafts", "答复草稿", "opinions.AnswerDraft", "text", "本部门的人"),
        _words("originals", "隐去前的原文", "opinions.Redaction", "original", "只有审计员,每次查看都有记录"),
        _words("assistances", "协办意见", "opinions.Assistance", "text"),
        _words("extensions", "延期的理由", "opinions.Extension", "reason"),
        _words("supervisions", "督办的要求", "opinions.Supervision", "reason"),
        Held(
            "entries", "群众网上反映", Whose.VILLAGER, "opinions.VillagerEntry", "opinion form_key code_digest sent_at",
            "凭查询码看办理情况;查询码本身不保存", DUTY, OFFICIAL, "核对以前只有联络站",
        ),
        Held(
            "villager_requests", "群众更正、删除申请", Whose.VILLAGER, "opinions.VillagerRequest",
            "opinion kind said how state asked_at due_on decided_at answer",
            "办理申请", DUTY, "群众写的话办完就删,怎么办的保留", "分站站长,联络站,县人大办公室",
        ),
        Held(
            "cosigned", "附议的建议", Whose.DEPUTY, "opinions.Cosigner", "opinion deputy added_at confirmed_at declined_at",
            "记录谁提出、谁附议", DUTY, OFFICIAL, READERS, owner="deputy__user",
            shown="opinion=编号 added_at confirmed_at declined_at",
        ),
        _words("consultations", "面商情况", "opinions.Consultation", "held_on way text on_paper"),
        Held(
            "directors", "督办领导", Whose.OFFICIAL, "opinions.Director", "name position",
            "写明由谁督办", DUTY, OFFICIAL, READERS,
        ),
    ),
    acts={
        "opinions.Opinion": "claimed_by", "opinions.Hop": "actor standing_in_for at by_villager",
        "opinions.HopFile": "added_by", "opinions.Reply": "drafted_by drafted_at signed_by signed_at",
        "opinions.Verdict": "by_proxy given_by given_at", "opinions.AnswerDraft": "saved_by saved_at",
        "opinions.Redaction": "redacted_by redacted_at",
        "opinions.Extension": "asked_by asked_at decided_by decided_at", "opinions.Assistance": "given_by given_at",
        "opinions.Supervision": "started_by started_at", "opinions.Cosigner": "confirmed_by",
        "opinions.Consultation": "recorded_by recorded_at signed_at signed_by",
        "opinions.VillagerRequest": "asked_by decided_by",
    },
    nothing={
        "opinions.Opinion":
            "branch station county register uid kind number category log visit from_web state paused_state holder_station"
            " holder_department department merged_into signed_for_at due_on rated_by_proxy tracked reopened told_at"
            " registered_on registered_at ended_at version",
        "opinions.Hop": "opinion move from_state to_state place department version due_on",
        "opinions.HopFile": "size added_at hop uid",
        "opinions.Reply": "opinion department reply_class withdrawn promised_on",
        "opinions.Verdict": "opinion reply", "opinions.AnswerDraft": "opinion department version",
        "opinions.Redaction": "opinion part row reason",
        "opinions.Term": "county kind stage category starts_on amount unit longest_extension statutory",
        "opinions.Clock":
            "opinion stage department is_main started_on amount unit extended statutory due_on paused_on stopped_on alert"
            " alert_on",
        "opinions.Pause": "clock started_on ended_on", "opinions.Extension": "opinion clock department amount granted",
        "opinions.Assistance": "opinion department asked_at",
        "opinions.SampleAnswer": "department category title text",
        "opinions.Director": "county official_order is_active", "opinions.Supervision": "opinion director",
        "opinions.ReplyLabel": "county reply_class label",
        "opinions.CongressSession": "county term ordinal starts_on ends_on",
        "opinions.SuggestionDetail":
            "opinion is_motion session in_session serial may_publish contact_wish grown_from",
        "opinions.Consultation": "opinion department", "opinions.VillagerRequest": "uid version",
    },
)  # fmt: skip
