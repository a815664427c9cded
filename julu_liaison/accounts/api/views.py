"""Signing in and out of the API."""

from django.conf import settings
from django.contrib.auth import authenticate
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from julu_liaison.accounts.api.authentication import ExpiringTokenAuthentication, demand_complete
from julu_liaison.accounts.counting import CountingThrottle
from julu_liaison.accounts.lockout import count_failure, forget_failures, one_guess
from julu_liaison.accounts.querysets import factor_of
from julu_liaison.accounts.rules import network_of
from julu_liaison.accounts.services import WrongCode, issue_token, revoke_token, verify_second_factor
from julu_liaison.common.errors import DomainError
from julu_liaison.common.inputs import Strict, read
from julu_liaison.common.problems import problem


class Unknown(DomainError):
    """Name and password, or the code beside them, do not fit (401)."""

    status = 401
    title = "账号、密码或验证码不对"


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = ExpiringTokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema):
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token 加一个空格再加令牌"}


class SignIn(Strict):
    username = serializers.CharField(max_length=40)
    password = serializers.CharField(max_length=128, trim_whitespace=False)
    code = serializers.CharField(
        max_length=40,
        required=False,
        allow_blank=True,
        help_text="设了第二步验证的账号要填:手机上的6位验证码,或一个恢复码",
    )


class IssuedToken(serializers.Serializer):
    token = serializers.CharField()
    expires_at = serializers.DateTimeField()


class SignInThrottle(CountingThrottle, ScopedRateThrottle):
    def allow_request(self, request, view) -> bool:
        """The rate is its scope's, which DRF reads from the view while it asks."""
        self.scope = view.throttle_scope
        self.rate = self.get_rate()
        self.num_requests, self.duration = self.parse_rate(self.rate)
        return super().allow_request(request, view)

    def get_ident(self, request):
        return network_of(request)


class TokenView(APIView):
    """`POST` gives a token for name and password, `DELETE` ends the one that is used."""

    throttle_classes = [SignInThrottle] if settings.THROTTLE else []
    throttle_scope = "login"

    def get_authenticators(self):
        """Signing in looks at no token: a client that still sends an old one must be able to get a new one."""
        return [] if self._signs_in() else super().get_authenticators()

    def get_permissions(self):
        return [AllowAny()] if self._signs_in() else [IsAuthenticated()]

    def _signs_in(self) -> bool:
        return getattr(self.request, "method", "") == "POST"

    @extend_schema(
        request=SignIn, responses=IssuedToken, auth=[], operation_id="token_issue", summary="登录取得令牌",
        description="密码或验证码错是401;设了第二步验证而没有填code是400;连续错5次,同一账号在同一地址15分钟内是429。"
        "令牌只在这里给一次,不按 Idempotency-Key 保存。",
    )  # fmt: skip
    def post(self, request):
        given = read(SignIn, request.data)
        with one_guess(request._request, given["username"]) as may:
            return self._signed_in(request, given) if may else _locked()

    def _signed_in(self, request, given) -> Response:
        code = given.pop("code", "")
        user = authenticate(request=request._request, **given)
        if _is_locked(request._request):
            return _locked()
        if user is None:
            raise Unknown("账号或密码不对。密码区分大小写,连续输错5次要等15分钟。")
        demand_complete(user)
        if factor_of(user) and (refused := _refusal_of_code(request._request, user, code)):
            return refused
        forget_failures(request._request, user)
        key, token = issue_token(user=user)
        shown = IssuedToken({"token": key, "expires_at": token.expires_at}).data
        return Response(shown, headers={"Cache-Control": "no-store"})

    @extend_schema(request=None, responses={204: None}, operation_id="token_revoke", summary="作废正在用的令牌")
    def delete(self, request):
        revoke_token(token=request.auth, actor=request.user)
        return Response(status=204)


def _refusal_of_code(request, user, code: str) -> Response | None:
    """Check the second factor; a wrong code counts like a wrong password. None: the code is right."""
    if not code.strip():
        sentence = "这个账号设了第二步验证,请在 code 里填手机上的6位验证码。"
        raise DomainError(sentence, fields={"code": sentence})
    try:
        verify_second_factor(account=user, code=code)
    except WrongCode as error:
        count_failure(request, user)
        if _is_locked(request):
            return _locked()
        raise Unknown(error.message, fields=error.fields) from error
    return None


def _is_locked(request) -> bool:
    """Whether django-axes refused this login; its mark is taken off, or its middleware would answer with a page."""
    locked = getattr(request, "axes_locked_out", False)
    request.axes_locked_out = False
    return locked


def _locked() -> Response:
    wait = int(settings.AXES_COOLOFF_TIME.total_seconds())
    sentence = f"密码或验证码连续输错{settings.AXES_FAILURE_LIMIT}次,这个账号要等{wait // 60}分钟才能再登录。"
    return problem(429, sentence, title="输错次数太多", headers={"Retry-After": str(wait)})
