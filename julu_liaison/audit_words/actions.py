"""What was done, in words, by kind: for whoever reads the audit trail. `tests/test_audit_coverage.py` looks for gaps."""

from activities.workflow import MONTH_MOVES
from deputies.workflow import CORRECTION_MOVES
from julu_liaison.registers import REGISTERS
from opinions.rules.asked import ASKED_MOVES
from opinions.workflow import MOVES
from scoring.workflow import CLAIM_MOVES

SIGNING_IN = {
    "sign_in": "登录", "sign_out": "退出登录", "fail_sign_in": "密码或验证码填错", "lock_sign_in": "输错太多次,锁定15分钟",
    "end_session": "退出另一处登录", "end_other_sign_ins": "退出其他所有登录", "issue_token": "取得接口令牌",
    "revoke_token": "作废接口令牌", "change_password": "改本人密码", "confirm_second_factor": "设好第二步验证",
    "use_recovery_code": "用恢复码登录", "renew_recovery_codes": "换一组恢复码", "switch_off_second_factor": "取消第二步验证",
}  # fmt: skip
LOOKING = {
    "look_at_villager": "查看意见反映人的姓名电话", "reveal_villager": "查看接待登记中群众的姓名电话",
    "view_constituents": "查看固定联系选民的姓名电话", "look_at_originals": "查看隐去前的原文",
    "look_at_ranking": "查看积分排名", "view_edition": "查看公示牌图样", "view_draft": "查看公示牌小样",
    "find_villager": "按姓名电话查找群众的登记", "search_audit": "查阅操作记录",
}  # fmt: skip
TAKING = {
    "download": "下载文件", "download_archive": "下载履职档案", "hand_out_attachment": "下载附件", "hand_out_table": "导出表格",
    "hand_out_paper": "下载建议文书", "hand_out_statement": "下载对账单", "hand_out_term_sheets": "下载任期履职表",
    "export_register": "导出名册", "export_scores": "导出得分", "export_tickets": "导出意见建议", "export_audit": "导出操作记录",
    "take_passwords": "领取新账号的首次密码", "take_own_data": "下载本人的个人信息",
}  # fmt: skip
PRINTING = {
    "print_page": "打开打印页", "print_edition": "印制公示牌", "hand_out_slip": "打印群众查询条", "hang_edition": "登记悬挂",
    "take_back_hanging": "取消悬挂登记",
}  # fmt: skip
RIGHTS = {
    "open_account": "开账号", "edit_account": "改账号", "renew_password": "重置密码", "remove_second_factor": "取消别人的第二步验证",
    "appoint": "安排岗位", "end_posting": "结束岗位", "hand_over": "交给别人代管岗位", "link_account": "关联代表和账号",
    "act_by_link": "部门凭链接办理", "open_feed": "开通日历订阅", "revoke_feed": "停用日历订阅",
}  # fmt: skip
SETTING_UP = {
    "open_station": "设立站点", "edit_station": "改站点资料", "close_station": "撤销站点", "reopen_station": "恢复站点",
    "move_branch": "分站改隶", "merge_branches": "分站合并", "load_county": "建县", "add_village": "增加村(社区)",
    "edit_village": "改村(社区)", "load_villages": "批量增加村(社区)", "add_department": "增加承办部门",
    "edit_department": "改承办部门",
    "put_calendar_day": "设节假日", "put_calendar_days": "设一段节假日", "drop_calendar_days": "取消节假日",
    "load_holidays": "载入国务院放假安排", "add_gateway": "增加发送通道", "change_gateway": "改发送通道",
    "try_gateway": "试发一条消息", "change_subscription": "改通知方式", "confirm_email": "确认邮箱", "stop_mail": "凭链接停收邮件",
    "set_filing_limit": "设补录期限", "grant_exception": "准许补录", "end_exception": "结束补录许可",
    "add_term": "增加办理期限", "set_term": "改办理期限", "drop_term": "取消办理期限", "set_default_terms": "设默认办理期限",
    "recompute_clocks": "重算办理期限", "open_scheme": "开积分方案", "draft_version": "起草积分方案", "edit_draft": "改方案草稿",
    "drop_draft": "放弃方案草稿", "apply_version": "执行积分方案", "set_point_terms": "设记分期限", "set_grades": "设等次",
    "grant_waiver": "准予免扣", "end_waiver": "结束免扣", "drop_waiver": "取消免扣", "rotate_keys": "更换加密密钥",
    "add_glyph": "补字", "replace_glyph": "换补字图片", "drop_glyph": "删去补字",
    "add_sample_answer": "增加常用答复", "change_sample_answer": "改常用答复",
    "drop_sample_answer": "删常用答复", "add_congresssession": "增加人代会会议", "edit_congresssession": "改人代会会议",
    "add_director": "增加督办领导", "edit_director": "改督办领导", "add_replylabel": "增加答复类别名称",
    "edit_replylabel": "改答复类别名称",
}  # fmt: skip
PEOPLE = {
    "add_deputy": "登记代表", "edit_deputy": "改代表资料", "edit_deputies": "批量改代表资料", "load_deputies": "批量登记代表",
    "grant_mandate": "登记代表资格", "edit_mandate": "改代表资格", "end_mandate": "终止代表资格", "assign_to_branch": "安排驻站",
    "carry_over": "随分站转驻", "record_consent": "登记公开同意", "withdraw_consent": "登记撤回同意", "put_photo": "传照片",
    "crop_photo": "裁照片", "remove_photo": "去掉照片", "add_constituent": "登记固定联系选民", "edit_constituent": "改固定联系选民",
    "end_constituent": "结束固定联系", "load_constituents": "批量登记固定联系选民", "record_contact": "登记联系",
    "load_contacts": "批量登记联系", "void_contact": "作废联系登记", "forget_constituent": "去掉选民的姓名电话",
    "ask_correction": "申请更正本人资料", "remind_of_boards": "提醒印公示牌",
}  # fmt: skip
DUTIES = {
    "draft_roster": "排班", "replan_roster": "重新排班", "publish_roster": "公布排班", "put_on_shift": "安排值班",
    "take_off_shift": "取消值班", "release_place": "空出值班", "hand_over_place": "值班换人", "set_seats": "设值班人数",
    "add_day": "增加接待日", "cancel_day": "取消接待日", "move_day": "接待日改期", "offer_swap": "提出换班", "take_swap": "接下换班",
    "withdraw_swap": "撤回换班", "confirm_swap": "确认换班", "refuse_swap": "不同意换班", "swap_for_others": "代办换班",
    "drop_swap": "换班作废", "reopen_swap": "换班重新开放", "set_preference": "填值班意愿", "watch_gaps": "提醒排班空缺",
    "remind_of_duties": "提醒接待日", "announce_receptions": "发接待预告", "ask_leave": "请假", "decide_leave": "批假",
    "withdraw_leave": "撤回请假", "grant_exemption": "准予免除", "end_exemption": "结束免除",
    "plan_other_service": "另行安排服务", "drop_other_service": "取消另行安排的服务",
}  # fmt: skip
RECORDS = {
    "file_log": "登记接待日", "correct_log": "更正工作日志", "void_log": "作废工作日志", "confirm_log": "确认工作日志",
    "record_not_held": "登记未开展", "add_log_photos": "加日志照片", "remove_log_photo": "去掉日志照片",
    "register_visit": "登记来访", "accept_visit": "来访转为意见", "correct_visit": "更正接待登记", "record_outcome": "登记来访结果",
    "void_visit": "作废接待登记", "record_service": "登记服务", "void_service": "作废服务记录", "announce_activity": "发活动通知",
    "change_activity": "改活动", "cancel_activity": "取消活动", "record_activity": "登记活动", "record_attendance": "登记活动出席",
    "finish_activity": "活动登记完成", "sign_up": "活动报名", "ask_own_people": "邀请本站代表参加",
    "write_plan": "写工作计划", "copy_plan": "照抄上年计划", "edit_plan": "改工作计划", "adopt_plan": "通过工作计划",
    "add_promise": "增加计划活动", "edit_promise": "改计划活动", "drop_promise": "取消计划活动", "add_project": "增加民生实事",
    "edit_project": "改民生实事", "attach_file": "上传附件", "remove_file": "删附件", "issue_month": "生成月报",
    "resume_job": "接着做后台工作", "send_again": "再发一次消息",
    **{f"{name}_month": f"月报:{move.label}" for name, move in MONTH_MOVES.items()},
}  # fmt: skip
OPINIONS = {
    "register": "登记意见建议", "change_director": "改督办领导(办件)", "redact": "隐去文字", "sweep_deadlines": "提醒办理期限",
    "invite_cosigners": "邀请附议", "confirm_cosigner": "确认附议", "decline_cosigner": "谢绝附议", "remove_cosigner": "去掉附议人",
    "record_consultation": "登记面商", "sign_consultation": "确认面商", "forget_villagers": "去掉群众姓名电话",
    "ask_villager_data": "群众要求更正或删去", "withdraw_villager_data": "群众撤回要求",
    "correct_villager_data": "更正群众姓名电话",
    **{f"{name}_villager_data": f"群众的要求:{move.label}" for name, move in ASKED_MOVES.items()},
    **{name: f"办件:{move.label}" for name, move in MOVES.items()},
}  # fmt: skip
POINTS = {
    "claim_bonus": "申报加分", "raise_appeal": "申请复核", "answer_appeal": "答复复核", "withdraw_appeal": "撤回复核申请",
    "declare_month": "确认当月记录", "take_back_month": "取消当月确认", "publish_year": "年度积分公示", "close_year": "年度结账",
    "reissue_result": "重出个人结果", "keep_archive": "年度存档", "issue_statements": "出季度对账单", "warn_of_absence": "缺席预警",
    **{f"{name}_claim": f"加分申报:{move.label}" for name, move in CLAIM_MOVES.items()},
}  # fmt: skip
CORRECTIONS = {f"{name}_correction": f"更正申请:{move.label}" for name, move in CORRECTION_MOVES.items()}
IMPORTS = {f"import_{kind}": f"导入{register.title}" for kind, register in REGISTERS.items()}

# What an auditor looks for first stands first; each action is in one of them.
GROUPS: dict[str, tuple[str, dict[str, str]]] = {
    "signing_in": ("登录", SIGNING_IN),
    "looking": ("查看个人信息", LOOKING),
    "taking": ("导出和下载", TAKING),
    "printing": ("打印和悬挂", PRINTING),
    "rights": ("账号和权限", RIGHTS),
    "setting_up": ("设置", SETTING_UP),
    "people": ("代表和选民资料", PEOPLE | CORRECTIONS | IMPORTS),
    "duties": ("排班和请假", DUTIES),
    "records": ("接待、活动和月报", RECORDS),
    "opinions": ("意见建议", OPINIONS),
    "points": ("积分", POINTS),
}
ACTIONS = {action: words for _label, actions in GROUPS.values() for action, words in actions.items()}


def action_words(action: str) -> str:
    """An action of an older version of the program that nothing writes any more is shown by its name."""
    return ACTIONS.get(action, action)
