"""Token login of the API: `Authorization: Token …`, ends after API_TOKEN_LIFETIME, can be revoked."""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from julu_liaison.accounts.models import ApiToken
from julu_liaison.accounts.services import token_digest


class ExpiringTokenAuthentication(BaseAuthentication):
    def authenticate(self, request):
        scheme, _, key = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "token" or not key:
            return None
        token = ApiToken.objects.select_related("user").filter(digest=token_digest(key.strip())).first()
        if token is None or token.expires_at <= timezone.now() or not token.user.is_active:
            raise AuthenticationFailed("令牌不对或者过期了,请重新登录取得新令牌。")
        return token.user, token

    def authenticate_header(self, request):
        return "Token"
