"""The API door's translation of errors into `application/problem+json` with Chinese sentences."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from julu_liaison.common.errors import DomainError

TITLES = {
    400: "填写的内容需要改一下",
    401: "请先登录",
    403: "您的账号不能做这一步",
    404: "没有找到",
    405: "这个地址不支持这种操作",
    415: "请用 JSON 格式提交",
    429: "请求太频繁,请稍后再试",
}


def problem(status: int, detail: str, *, title: str = "", errors: dict | None = None, headers=None, **more) -> Response:
    """Return one problem document; `errors` maps a field to its sentence."""
    body = {"type": "about:blank", "title": title or TITLES.get(status, "没有办成"), "status": status, "detail": detail}
    if errors:
        body["errors"] = errors
    body.update(more)
    return Response(body, status=status, headers=headers, content_type="application/problem+json")


def problem_response(error, context) -> Response | None:
    """DRF's EXCEPTION_HANDLER. Unknown errors return None and become a logged 500."""
    if isinstance(error, DomainError):
        return problem(error.status, error.message, title=error.title, errors=error.fields, **error.details)
    if isinstance(error, Http404):
        return problem(404, "没有找到这一项,可能编号不对,也可能不在您的范围内。")
    if isinstance(error, PermissionDenied):
        return problem(403, "您的账号不能做这一步,需要的话请联系县人大办公室。")
    if isinstance(error, exceptions.ValidationError):
        return problem(400, "有几处需要改一下,请看 errors。", errors=error.detail)
    if isinstance(error, exceptions.APIException):
        return problem(error.status_code, _sentence(error), headers=_headers(error))
    return None


def _sentence(error) -> str:
    return TITLES.get(error.status_code, str(error.detail)) + "。"


def _headers(error) -> dict:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait))
    return headers
