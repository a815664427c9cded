"""What is held in tables that are no app's own: the audit trail, jobs, and those of packages."""

from julu_liaison.common.personal_data import DUTY, NIGHTLY, SAFETY, Declaration, Held, Whose

PERSONAL_DATA = Declaration(
    held=(
        Held(
            "acts", "操作记录", Whose.ACCOUNT, "common.AuditLog",
            "at actor standing_in_for action target_kind target_key county_code detail",
            "查清谁在什么时候看过、改过什么", SAFETY, "不少于六个月,不能改、不能删", "审计员", owner="actor",
        ),
        Held(
            "jobs", "后台工作", Whose.ACCOUNT, "common.Job",
            "asked_by kind title state created_at finished_at file lines error arguments",
            "做本人要的报表、印制、导入", DUTY, NIGHTLY, "本人", owner="asked_by", shown="created_at=时间 title state",
        ),
        Held(
            "replays", "接口重复提交的答复", Whose.ACCOUNT, "common.ReplayedRequest", "user key fingerprint status body created_at",
            "同一次提交只办一次", DUTY, NIGHTLY, "本人", owner="user",
        ),
    ),
    nothing={
        "common.CalendarDay": "date kind name", "common.Counter": "key value",
        "common.Job": "uid done total task lease heartbeat_at handovers",
        "common.AuditLog": "seal", "common.AuditSeal": "number before digest key_mark lines rows sealed_at",
        "common.TaskRun": "task started_at finished_at is_failed words succeeded_at",
        "common.KeptFigures": "key content counted_at refreshing_since",
        # Tables of packages; what they have to say of people is nothing: accounts here know no groups and permissions.
        "contenttypes.ContentType": "app_label model", "auth.Permission": "name content_type codename",
        "auth.Group": "name permissions",
        "django_celery_results.TaskResult":
            "task_id periodic_task_name task_name task_args task_kwargs status worker content_type content_encoding result"
            " date_created date_started date_done traceback meta",
        "django_celery_results.ChordCounter": "group_id sub_tasks count",
        "django_celery_results.GroupResult": "group_id date_created date_done content_type content_encoding result",
        "django_celery_beat.SolarSchedule": "event latitude longitude",
        "django_celery_beat.IntervalSchedule": "every period", "django_celery_beat.ClockedSchedule": "clocked_time",
        "django_celery_beat.CrontabSchedule": "minute hour day_of_month month_of_year day_of_week timezone",
        "django_celery_beat.PeriodicTasks": "ident last_update",
        "django_celery_beat.PeriodicTask":
            "name task interval crontab solar clocked args kwargs queue exchange routing_key headers priority expires"
            " expire_seconds one_off start_time enabled last_run_at total_run_count date_changed description",
    },
)  # fmt: skip
