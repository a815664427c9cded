"""The API door's translation of errors into `application/problem+json` with Chinese sentences."""

import logging

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as ModelValidationError
from django.core.signals import got_request_exception
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings

from julu_liaison.common.errors import DomainError
from julu_liaison.common.outages import RETRY_AFTER, Outage, outage_of

log = logging.getLogger("django.request")

TITLES = {
    400: "填写的内容需要改一下",
    401: "请先登录",
    403: "您的账号不能做这一步",
    404: "没有找到",
    405: "这个地址不支持这种操作",
    406: "只能用 JSON 回答",
    413: "内容太大",
    415: "请用 JSON 格式提交",
    422: "填写的内容需要改一下",
    429: "请求太频繁,请稍后再试",
    500: "暂时办不了",
}
SENTENCES = {
    "not_authenticated": "请先取得令牌,再在请求头里写 Authorization: Token …。",
    "permission_denied": "您的账号不能做这一步,需要的话请联系县人大办公室。",
    "not_found": "没有找到这一项,可能编号不对,也可能不在您的范围内。",
    "method_not_allowed": "这个地址不支持这种操作,能用的方法写在 Allow 里。",
    "not_acceptable": "这个地址只能用 JSON 回答,请检查 Accept。",
    "unsupported_media_type": "请用 JSON 提交,Content-Type 写 application/json。",
}
WHOLE = "body"  # the key of a sentence that is about no single field


class TooLarge(exceptions.APIException):
    status_code = 413
    default_detail = f"一次最多提交{settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024 // 1024}MB,请分几次提交。"
    default_code = "too_large"


def problem(status: int, detail: str, *, title: str = "", errors: dict | None = None, headers=None, **more) -> Response:
    """Return one problem document; `errors` maps a field (`opinions.0.text`) to its sentence."""
    body = {"type": "about:blank", "title": title or TITLES.get(status, "没有办成"), "status": status, "detail": detail}
    if errors:
        body["errors"] = errors
    body.update(more)
    headers = dict(headers or {})
    if status == 401:
        headers.setdefault("WWW-Authenticate", "Token")
    return Response(body, status=status, headers=headers, content_type="application/problem+json")


def problem_response(error, context) -> Response | None:
    """DRF's EXCEPTION_HANDLER: every error that leaves an API view becomes one problem document."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, RequestDataTooBig):
        error = TooLarge()
    elif isinstance(error, ModelValidationError):
        error = exceptions.ValidationError(getattr(error, "message_dict", error.messages))
    if isinstance(error, DomainError):
        return problem(error.status, error.message, title=error.title, errors=error.fields, **error.details)
    if isinstance(error, exceptions.ValidationError):
        return _invalid(error.detail)
    if isinstance(error, exceptions.APIException):
        return problem(error.status_code, _sentence(error), headers=_headers(error))
    if outage := outage_of(error):
        return _stopped(outage, error)
    return _unexpected(error, context)


def _stopped(outage: Outage, error: Exception) -> Response:
    log.error("outage: %s (%s)", outage.title, type(error).__name__)
    return problem(outage.status, outage.sentence, title=outage.title, headers={"Retry-After": str(RETRY_AFTER)})


def _invalid(detail) -> Response:
    errors = flat_errors(detail)
    return problem(400, ";".join(dict.fromkeys(errors.values())), errors=errors)


def flat_errors(detail, path: str = "") -> dict[str, str]:
    """Turn nested errors into {"opinions.0.text": "sentence"}; several sentences about one field are joined."""
    if isinstance(detail, dict):
        pairs = list(detail.items())
    elif isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        pairs = list(enumerate(detail))
    else:
        sentences = detail if isinstance(detail, list) else [detail]
        return {path or WHOLE: " ".join(str(sentence) for sentence in sentences)} if sentences else {}
    found: dict[str, str] = {}
    for name, item in pairs:
        whole = name in (api_settings.NON_FIELD_ERRORS_KEY, NON_FIELD_ERRORS)
        found |= flat_errors(item, path if whole else f"{path}.{name}" if path else str(name))
    return found


def _sentence(error) -> str:
    """Our own sentence for DRF's standard errors; errors raised with a sentence of ours keep it."""
    if isinstance(error, exceptions.Throttled):
        return f"请求太频繁,请{int(error.wait) + 1}秒后再试。" if error.wait else "请求太频繁,请稍后再试。"
    return SENTENCES.get(getattr(error.detail, "code", ""), str(error.detail))


def _headers(error) -> dict:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait) + 1)
    return headers


def _unexpected(error, context) -> Response | None:
    """A mistake of ours: logged and signalled as Django does, told without its inside (DEBUG shows the trace)."""
    if settings.DEBUG:
        return None
    request = context["request"]
    log.error("Internal Server Error: %s", request.path, exc_info=error, extra={"status_code": 500})
    got_request_exception.send(sender=None, request=request._request)
    return problem(500, "暂时办不了,请过几分钟再试;还不行请联系县人大办公室。")
