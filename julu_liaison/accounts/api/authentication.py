"""`Authorization: Token …`: ends after API_TOKEN_LIFETIME, can be revoked.

Apart from the views, since DRF's settings import this module before DRF's views are there.
"""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, Throttled

from julu_liaison.accounts.flood import ByAddress, is_flood
from julu_liaison.accounts.models import ApiToken
from julu_liaison.accounts.querysets import factor_of
from julu_liaison.accounts.second_step import must_set_up
from julu_liaison.accounts.services import token_digest
from julu_liaison.common.errors import NotAllowed

CHANGE_FIRST = "第一次使用要先改密码,请在网页上登录改好密码,再用接口。"
SET_UP_FIRST = "您的岗位要求有第二步验证,请在网页上登录设好,再用接口。"


class WrongTokens(ByAddress):
    """None is guessed: they have 256 bits. It tells a program with an old token to stop, and the right ones still work."""

    scope, rate = "wrong-token", "30/min"


def demand_complete(user) -> None:
    """Raise NotAllowed for an account that has a step of signing in before it, which only pages can take."""
    if user.must_change_password:
        raise NotAllowed(CHANGE_FIRST)
    if must_set_up(user) and not factor_of(user):
        raise NotAllowed(SET_UP_FIRST)


class ExpiringTokenAuthentication(BaseAuthentication):
    def authenticate(self, request):
        scheme, _, key = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "token" or not key:
            return None
        token = ApiToken.objects.select_related("user").filter(digest=token_digest(key.strip())).first()
        if token is None or token.expires_at <= timezone.now() or not token.user.is_active:
            wrong = WrongTokens()
            if is_flood(request, wrong):
                raise Throttled(wait=wrong.wait())
            raise AuthenticationFailed("令牌不对或者过期了,请重新登录取得新令牌。", code="token_invalid")
        demand_complete(token.user)
        return token.user, token

    def authenticate_header(self, request):
        return "Token"
