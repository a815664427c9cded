"""What is held of deputies, of the voters they keep in touch with, and of whoever asks for a correction."""

from julu_liaison.common.personal_data import CONSENT, DUTY, OFFICIAL, Declaration, Held, Whose

STAFF = "本人,本站站长,所在联络站,县人大办公室,审计员"

PERSONAL_DATA = Declaration(
    held=(
        Held(
            "deputy", "人大代表资料", Whose.DEPUTY, "deputies.Deputy",
            "code county user name initials sort_key stroke_key gender ethnicity birth_month employer position phone"
            " contact_scope note",
            "安排履职、制作公示牌、和本人联系", DUTY, OFFICIAL,
            f"{STAFF};姓名、职务、联系内容在公示牌和网页上公开", owner="user",
            shown="code name gender ethnicity birth_month employer position phone contact_scope note", is_one=True,
            correctable="name gender ethnicity birth_month employer position phone contact_scope note",
        ),
        Held(
            "portrait", "照片和公开的同意", Whose.DEPUTY, "deputies.Deputy",
            "photo photo_small photo_original photo_crop photo_consent_on photo_consent_evidence phone_consent_on"
            " phone_consent_evidence",
            "让群众认得代表、找得到代表", CONSENT, "撤回同意后不再公开;印过的公示牌留底备查",
            f"{STAFF};同意公开的,所有人都能看到", owner="user",
            shown="photo_consent_on photo_consent_evidence phone_consent_on phone_consent_evidence", is_one=True,
            correctable="photo_consent_on phone_consent_on",
        ),
        Held(
            "mandates", "代表资格", Whose.DEPUTY, "deputies.Mandate",
            "deputy level term constituency certificate_number started_on ended_on end_reason",
            "确定是哪一级代表、任期多长", DUTY, OFFICIAL, f"{STAFF};层级公开", owner="deputy__user",
            shown="level term constituency certificate_number started_on ended_on end_reason",
            correctable="level term constituency certificate_number started_on ended_on", named_by="level term",
        ),
        Held(
            "memberships", "驻站", Whose.DEPUTY, "deputies.Membership", "deputy branch role started_on ended_on",
            "确定在哪个分站履职", DUTY, OFFICIAL, f"{STAFF};现在的分站公开", owner="deputy__user",
            shown="branch role started_on ended_on", correctable="branch role started_on ended_on", named_by="branch",
        ),
        Held(
            "constituents", "固定联系的选民", Whose.VILLAGER, "deputies.Constituent",
            "uid deputy name phone village note started_on ended_on end_reason",
            "代表固定联系选民", DUTY, "本人要求时删去姓名、电话、村和情况",
            "联系的代表,本站站长,所在联络站,县人大办公室;审计员只看到姓", owner="deputy__user", page="my-constituents",
        ),
        Held(
            "contacts", "联系选民的记录", Whose.VILLAGER, "deputies.Contact",
            "constituent date form note service_role reached households leaflets void_reason",
            "记录代表联系群众", DUTY, OFFICIAL, "联系的代表,本站站长,所在联络站,县人大办公室",
            owner="constituent__deputy__user", shown="date form service_role reached households leaflets",
            page="my-constituents",
        ),
        Held(
            "editions", "印过的公示牌上写的", Whose.DEPUTY, "deputies.Edition", "facts facts_hash file",
            "留底,证明当时挂的是什么", DUTY, OFFICIAL, "印制公示牌的人,审计员",
        ),
        Held(
            "corrections", "更正申请", Whose.ACCOUNT, "deputies.CorrectionRequest",
            "asker deputy county topic topic_title row_key column column_title old_value right_value reason state asked_at"
            " due_on",
            "办理更正申请", DUTY, OFFICIAL, "本人,县里办理的人,审计员", owner="asker",
            shown="asked_at topic_title column_title old_value right_value reason state due_on",
        ),
        Held(
            "correction_steps", "更正申请的办理过程", Whose.ACCOUNT, "deputies.CorrectionStep", "request move state at note",
            "办理更正申请", DUTY, OFFICIAL, "本人,县里办理的人,审计员", owner="request__asker", shown="at state note",
        ),
    ),
    acts={
        "deputies.Contact": "recorded_by recorded_at", "deputies.Edition": "made_by hung_by hung_recorded_by",
        "deputies.GlyphImage": "added_by", "deputies.CorrectionStep": "actor",
    },
    nothing={
        "deputies.Contact": "uid",
        "deputies.Edition": "uid place product size period number sheets made_at hung_on hung_where hung_recorded_at",
        "deputies.GlyphImage": "uid county character image digest note added_at",
        "deputies.CorrectionRequest": "uid version",
    },
)  # fmt: skip
