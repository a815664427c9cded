"""`Authorization: Token …`: ends after API_TOKEN_LIFETIME, can be revoked.

Apart from the views, since DRF's settings import this module before DRF's views are there.
"""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from julu_liaison.accounts.models import ApiToken
from julu_liaison.accounts.services import token_digest
from julu_liaison.common.errors import NotAllowed

CHANGE_FIRST = "第一次使用要先改密码,请在网页上登录改好密码,再用接口。"


class ExpiringTokenAuthentication(BaseAuthentication):
    def authenticate(self, request):
        scheme, _, key = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "token" or not key:
            return None
        token = ApiToken.objects.select_related("user").filter(digest=token_digest(key.strip())).first()
        if token is None or token.expires_at <= timezone.now() or not token.user.is_active:
            raise AuthenticationFailed("令牌不对或者过期了,请重新登录取得新令牌。", code="token_invalid")
        if token.user.must_change_password:
            raise NotAllowed(CHANGE_FIRST)
        return token.user, token

    def authenticate_header(self, request):
        return "Token"
