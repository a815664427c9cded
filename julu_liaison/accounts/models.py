"""Accounts: who can sign in, and where they are signed in. What they may do is a matter of postings (stations app)."""

import hashlib

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from julu_liaison.accounts.rules import AGENT_LENGTH, device_in_words
from julu_liaison.common.history import Trace


class UserManager(BaseUserManager):
    """Accounts are opened by `accounts.services.open_account`; there is no superuser in this system."""

    def get_by_natural_key(self, username):
        return self.get(username=username)


class User(AbstractBaseUser):
    """A person's account (账号). One person, one account; never shared."""

    username = models.CharField("账号", max_length=40, unique=True)
    name = models.CharField("姓名", max_length=40)
    phone = models.CharField("手机", max_length=20, blank=True)
    # The county that opened the account: whose administrators see it even before it serves anywhere.
    county_code = models.CharField("县", max_length=20, blank=True, editable=False)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("下次登录改密码", default=True)
    password_changed_at = models.DateTimeField("上次改密码", null=True, blank=True)
    created_at = models.DateTimeField("开户时间", auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()
    history = Trace(excluded_fields=["password", "last_login"])

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        ordering = ["username"]

    def __str__(self):
        return self.name

    def get_username(self):
        return self.username


class ApiToken(models.Model):
    """A key for the API. Only its digest is stored; it ends by itself and can be revoked."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "接口令牌"

    def __str__(self):
        return f"{self.user} 至 {self.expires_at:%Y-%m-%d}"


class Session(AbstractBaseSession):
    """One browser in which somebody is signed in (登录处), written by `accounts.sessions.SessionStore` only."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="sessions")
    address = models.CharField("地址", max_length=45, blank=True)
    agent = models.CharField("浏览器", max_length=AGENT_LENGTH, blank=True)
    started_at = models.DateTimeField("登录时间")
    last_seen_at = models.DateTimeField("上次使用")

    class Meta:
        verbose_name = verbose_name_plural = "登录处"

    def __str__(self):
        return f"{self.device} {self.address}"

    @classmethod
    def get_session_store_class(cls):
        from julu_liaison.accounts.sessions import SessionStore

        return SessionStore

    @property
    def device(self) -> str:
        return device_in_words(self.agent)

    @property
    def mark(self) -> str:
        """What a page may show of the key: enough to name the session, useless for taking it over."""
        return hashlib.sha256(self.session_key.encode()).hexdigest()[:16]
