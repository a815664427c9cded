"""The one settings file. Everything that differs between machines comes from the environment.

With an empty environment it is a complete embedded installation: SQLite, a Celery broker made of folders,
everything under DATA_DIR. APP_ENV=production demands a real secret, host names and a real database.
"""

import sqlite3
from datetime import timedelta
from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django_guid.integrations.celery import CeleryIntegration

from julu_liaison.common.logs import logging_config

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
PRODUCTION = env("APP_ENV", default="development") == "production"
DEBUG = env.bool("DEBUG", default=not PRODUCTION)
DATA_DIR = Path(env("DATA_DIR", default=str(BASE_DIR / "data"))).resolve()
(DATA_DIR / "static").mkdir(parents=True, exist_ok=True)

DEVELOPMENT_SECRET = "development-only-secret-never-used-in-production"  # noqa: S105 - refused in production below
SECRET_KEY = env("SECRET_KEY", default=DEVELOPMENT_SECRET)
# Earlier ones: what they signed or sealed can still be checked, nothing new is.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])


def _demand_production_settings() -> None:
    """Refuse to start with a secret, database or host list that is only good for development."""
    if SECRET_KEY == DEVELOPMENT_SECRET or len(SECRET_KEY) < 32:
        raise ImproperlyConfigured("正式环境必须设置 SECRET_KEY(至少32个随机字符),请写在环境变量或 .env 文件里。")
    if not env("DATABASE_URL", default=""):
        raise ImproperlyConfigured("正式环境必须设置 DATABASE_URL(PostgreSQL),例如 postgres://用户:密码@主机/库名。")
    if not env("ALLOWED_HOSTS", default=""):
        raise ImproperlyConfigured("正式环境必须设置 ALLOWED_HOSTS,写明访问本系统的域名或地址,用逗号隔开。")
    if DEBUG:
        raise ImproperlyConfigured("正式环境不能打开 DEBUG,请去掉 DEBUG 环境变量。")


if PRODUCTION:
    _demand_production_settings()

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"] if not PRODUCTION else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "julu_liaison.common",
    "julu_liaison.accounts",
    "julu_liaison.notices",
    "stations",
    "deputies",
    "activities",
    "opinions",
    "scoring",
    "julu_liaison",
    "julu_liaison.administration.AdministrationConfig",
    "mptt",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "django_htmx",
    "django_guid",
    "simple_history",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "csp",
    "django_celery_results",
    "django_celery_beat",
]

MIDDLEWARE = [
    "django_guid.middleware.guid_middleware",
    "julu_liaison.common.logs.AccessLog",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",  # what is below it may set a policy of its own, as for files
    "julu_liaison.common.headers.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "julu_liaison.accounts.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "julu_liaison.common.middleware.BodyLimitMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "julu_liaison.accounts.middleware.SignInStepsMiddleware",
    "julu_liaison.common.middleware.DraftMiddleware",
    "julu_liaison.common.middleware.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "julu_liaison.urls"
WSGI_APPLICATION = "julu_liaison.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "julu_liaison.frame.frame",
            ],
            "builtins": ["julu_liaison.common.templatetags.liaison"],
        },
    }
]

# --- Database -------------------------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'liaison.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # WAL and IMMEDIATE: without them 127 of 320 concurrent writes failed in a trial. Recursive triggers: INSERT OR REPLACE
    # deletes, which the ledger's guard only hears of with them.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
        "PRAGMA recursive_triggers=ON;",
    }
    assert sqlite3.sqlite_version_info >= (3, 35), "SQLite 3.35 or newer is needed for RETURNING"
elif DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # A database that was away: connections from before are tried before use, and asked for anew by every request instead of
    # in ever longer pauses; who waits is told after five seconds (ADR 29).
    DATABASES["default"] |= {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True}
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 3, "tcp_user_timeout": 20_000,
        # A list's row joins twelve tables by their keys: to weigh every order of eight took the planner fifty times as long as reading.
        "options": "-c join_collapse_limit=4",
        **DATABASES["default"].get("OPTIONS", {}),
        "pool": {"min_size": 1, "max_size": 8, "timeout": 5, "reconnect_timeout": 3},
    }  # fmt: skip
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Queue ----------------------------------------------------------------------------------------------------

REDIS_URL = env("REDIS_URL", default="")
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    # Without them a page waits for ever for a Redis that takes connections and says nothing.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 3}
    CACHES = {"default": {"BACKEND": "julu_liaison.common.steady_cache.SteadyRedisCache", "LOCATION": REDIS_URL}}
else:
    BROKER_DIR = DATA_DIR / "broker"
    for folder in ("in", "processed", "control"):
        (BROKER_DIR / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "filesystem://"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        # In and out are the same folder: the web process writes what the worker reads.
        "data_folder_in": str(BROKER_DIR / "in"),
        "data_folder_out": str(BROKER_DIR / "in"),
        "processed_folder": str(BROKER_DIR / "processed"),
        "control_folder": str(BROKER_DIR / "control"),
        "store_processed": False,
    }
    CACHES = {
        "default": {
            "BACKEND": "julu_liaison.common.counting_cache.CountingFileCache",
            "LOCATION": DATA_DIR / "cache",
            "OPTIONS": {"MAX_ENTRIES": 5000},  # its 300 are fewer than a county's pages for villagers in two sizes
        }
    }
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2}
CELERY_RESULT_BACKEND = "django-db"
CELERY_TASK_TRACK_STARTED = True
CELERY_TASK_STORE_EAGER_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_ENABLE_UTC = True
CELERY_BEAT_SCHEDULER = "julu_liaison.common.beat:Scheduler"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE = {
    "rescore-nightly": {"task": "scoring.tasks.rescore_everything", "schedule": crontab(hour=2, minute=10)},
    "backup-nightly": {"task": "julu_liaison.tasks.back_up", "schedule": crontab(hour=1, minute=30)},
    "tree-nightly": {"task": "stations.tasks.check_tree_nightly", "schedule": crontab(hour=3, minute=10)},
    "sheet-drafts-nightly": {
        "task": "activities.tasks.forget_old_drafts",
        "schedule": crontab(hour=4, minute=0),
    },
    # A county's machine may be off in the night of the first: asked every hour, it is the month that says what is missing.
    "months-hourly": {"task": "activities.tasks.issue_months", "schedule": crontab(minute=20)},
    "rosters-daily": {"task": "activities.tasks.watch_rosters", "schedule": crontab(hour=7, minute=0)},
    "duties-daily": {"task": "activities.tasks.remind_of_duties", "schedule": crontab(hour=7, minute=35)},
    "announcements-daily": {"task": "activities.tasks.announce_receptions", "schedule": crontab(hour=7, minute=45)},
    "deadlines-daily": {"task": "opinions.tasks.sweep_deadlines", "schedule": crontab(hour="7,12,17", minute=30)},
    "villagers-nightly": {"task": "opinions.tasks.forget_old_villagers", "schedule": crontab(hour=3, minute=0)},
    "questions-daily": {"task": "scoring.tasks.remind_questions", "schedule": crontab(hour=7, minute=40)},
    "absences-daily": {"task": "scoring.tasks.watch_absences", "schedule": crontab(hour=7, minute=50)},
    "boards-daily": {"task": "deputies.tasks.watch_boards", "schedule": crontab(hour=7, minute=20)},
    "statements-quarterly": {
        "task": "scoring.tasks.issue_quarter",
        "schedule": crontab(hour=8, minute=0, day_of_month=2, month_of_year="1,4,7,10"),
    },
    "sign-ins-nightly": {
        "task": "julu_liaison.accounts.tasks.forget_old_sign_ins",
        "schedule": crontab(hour=3, minute=20),
    },
    "replays-nightly": {"task": "julu_liaison.common.tasks.forget_old_replays", "schedule": crontab(hour=3, minute=30)},
    "jobs-nightly": {"task": "julu_liaison.common.tasks.forget_old_jobs", "schedule": crontab(hour=3, minute=40)},
    "messages-every-minute": {
        "task": "julu_liaison.notices.tasks.deliver_messages",
        "schedule": crontab(),
        "options": {"expire_seconds": 50},
    },
    "messages-nightly": {
        "task": "julu_liaison.notices.tasks.forget_old_messages", "schedule": crontab(hour=4, minute=10),
    },
    "jobs-every-minute": {
        "task": "julu_liaison.common.tasks.resume_stalled_jobs",
        "schedule": crontab(),
        "options": {"expire_seconds": 50},  # a busy worker finds one waiting, not one for every minute
    },
    "audit-every-minute": {
        "task": "julu_liaison.common.tasks.seal_audit",
        "schedule": crontab(),
        "options": {"expire_seconds": 50},
    },
    "ledger-nightly": {"task": "scoring.tasks.verify_points", "schedule": crontab(hour=2, minute=50)},
    "audit-nightly": {"task": "julu_liaison.tasks.verify_audit", "schedule": crontab(hour=2, minute=40)},
    "uploads-nightly": {
        "task": "julu_liaison.common.tasks.forget_old_uploads",
        "schedule": crontab(hour=3, minute=50),
    },
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- People ---------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "julu_liaison.accounts.rules.ThreeClassesValidator"},
]
# System, security and audit administration by three people (三员分立); see docs/security.md.
SEPARATE_DUTIES = env.bool("SEPARATE_DUTIES", default=False)
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
SESSION_ENGINE = "julu_liaison.accounts.sessions"
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=120)
# A day longer than the session itself, so that the login page can say that one has run out.
SESSION_COOKIE_AGE = SESSION_IDLE_MINUTES * 60 + int(timedelta(days=1).total_seconds())
SESSION_COOKIE_SAMESITE = "Lax"
# They may hold a first password: with the session they end, a cookie of their own would wait for the next one at the computer.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
API_TOKEN_LIFETIME = timedelta(days=7)

# Keyed by user name AND address: the default key (address alone) locks a colleague behind the same router.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # fifteen minutes are fifteen minutes
AXES_CLIENT_IP_CALLABLE = "julu_liaison.accounts.rules.network_of"
# Fields that axes must not keep in the clear in its record of a failed attempt.
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "old", "new", "again", "code", "codes-password", "off-password"]
AXES_LOCKOUT_CALLABLE = "julu_liaison.accounts.views.locked_out"
AXES_ENABLE_ADMIN = False

# Roles (stations.states.Role values, comma-separated) whose holders must set up a second factor (TOTP).
TOTP_ROLES = env.list("TOTP_ROLES", default=[])
SECOND_FACTOR_RULE = "stations.permissions.needs_second_factor"  # accounts know no postings
OTP_TOTP_ISSUER = "人大联络"

# Where people serve, for notices, which know no stations: account keys → codes of the counties whose gateways serve them.
NOTICE_PLACES = "stations.services.county_codes_of"
# As whom mails are written; the mail server has to allow it.
DEFAULT_FROM_EMAIL = env("MAIL_FROM", default="") or "webmaster@localhost"
# A page for villagers is made anew after so many seconds; a whole village may scan one board.
PUBLIC_PAGE_SECONDS = env.int("PUBLIC_PAGE_SECONDS", default=30)

THROTTLE = env("THROTTLE", default="on") != "off"

# --- Security -------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# Whether people come by https; who opens it is we ourselves (TLS_CERT, see gunicorn.py) or a proxy in front.
HTTPS = env.bool("HTTPS", default=PRODUCTION)
TLS_CERT = env("TLS_CERT", default="")
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "julu_liaison.common.views.form_out_of_date"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
if PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
    SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if HTTPS else 0
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    if not TLS_CERT:  # whoever opens https in front says so; where we open it ourselves nobody else is believed
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    if HTTPS:  # browsers then take these cookies from this very host over https only; static/js knows both names
        SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"

# Keys for villagers' names and phones; the first encrypts, all decrypt (rotation). Derived from the secret if unset.
FIELD_KEYS = env.list("FIELD_KEYS", default=[])

# --- Language, time, files --------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
DATE_FORMAT = "Y年n月j日"
FORMAT_MODULE_PATH = []

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static", ("handbook", BASE_DIR / "docs" / "handbook" / "images")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = ""  # never served by path: every file goes out through a view that checks who asks
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_PERMISSIONS = 0o640

# Every night's backup goes below this folder (on another disk); unset: none is made. With a recipient, an age public key, it
# is encrypted, and only who holds the secret key can restore it.
BACKUP_DIR = env("BACKUP_DIR", default="")
BACKUP_RECIPIENT = env("BACKUP_RECIPIENT", default="")

# So many days after a matter has ended its villager's name and phone are let go, at night; 0: never.
VILLAGER_KEPT_DAYS = env.int("VILLAGER_KEPT_DAYS", default=0)

# Days after which a deputy without service, activity or contact is marked as silent (没有动静).
SILENT_DAYS = env.int("SILENT_DAYS", default=60)
# Further font files for rare names; a folder of print templates that replace ours by name (see common/pdf.py).
PRINT_FALLBACK_FONTS = env.list("PRINT_FALLBACK_FONTS", default=[])
PRINT_TEMPLATES = env("PRINT_TEMPLATES", default="")

EMAIL_CONFIG = env.email_url_config(env("EMAIL_URL", default="") or "consolemail://")
globals().update(EMAIL_CONFIG)

# --- API ------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["julu_liaison.accounts.api.authentication.ExpiringTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["julu_liaison.common.parsing.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["julu_liaison.common.filtering.KnownFilters"],
    "EXCEPTION_HANDLER": "julu_liaison.common.problems.problem_response",
    "DEFAULT_THROTTLE_CLASSES": ["julu_liaison.accounts.counting.CountingByUser"] if THROTTLE else [],
    "DEFAULT_THROTTLE_RATES": {
        "user": env("API_RATE", default="600/min"),
        "login": env("API_LOGIN_RATE", default="20/min"),
    },
    # How many proxies of our own stand in front; with 0 a client can't choose its address by X-Forwarded-For.
    "NUM_PROXIES": env.int("NUM_PROXIES", default=0),
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "人大代表联络分站 API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "julu_liaison.common.schema.allow_empty",
        "julu_liaison.common.schema.tell_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "OpinionState": "opinions.states.State",
        "OpinionKind": "opinions.states.Kind",
        "Category": "activities.states.Category",
        "LogState": "activities.states.LogState",
        "ShiftState": "activities.states.ShiftState",
        "RosterState": "activities.states.RosterState",
        "Rating": "activities.states.Rating",
        "ActivityKind": "activities.states.ActivityKind",
        "ActivityState": "activities.states.ActivityState",
        "ReportState": "activities.states.ReportState",
        "NoticeKind": "julu_liaison.notices.states.Kind",
        "BoardState": "deputies.api.boards.STATES",
        "StationLevel": "stations.states.Level",
        "MandateLevel": "deputies.states.MandateLevel",
    },
}

# Where a collector reads them, lines are JSON; see common/logs.py for what they never hold.
LOG_LEVEL = env("LOG_LEVEL", default="WARNING")
LOGGING = logging_config(
    as_json=env("LOG_FORMAT", default="json" if PRODUCTION else "line") == "json",
    level=LOG_LEVEL,
    access_level=env("ACCESS_LOG_LEVEL", default="INFO" if PRODUCTION else LOG_LEVEL),
)
DJANGO_GUID = {
    "GUID_HEADER_NAME": "X-Request-ID",
    "VALIDATE_GUID": True,  # a foreign one is taken over only if it is a UUID
    "EXPOSE_HEADER": False,
    "INTEGRATIONS": [CeleryIntegration(use_django_logging=True)],
}
# HSTS holds for the site's own name and no other: a county's domain has old http sites below it, which would be gone for a
# year in every browser that has once opened this one; and the lists of browsers (preload) are for names on the internet.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
