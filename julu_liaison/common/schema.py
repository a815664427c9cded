"""What every operation of the OpenAPI document says alike: the headers of changes, their answers, the shape of errors."""

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER,
    description="1到100个字符。同一账号用同一个键重复提交,只办一次,得到同样的回答;换了内容是422。没办成的不占用键。",
)  # fmt: skip
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="读取时得到的 ETag;内容已被别人改过就回答412。可以写 *。"
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="上次读到的 ETag;内容没有变就回答304,不带内容。"
)
UNCHANGED = {304: OpenApiResponse(description="和 If-None-Match 里的一样,没有变")}

PROBLEM = {
    "type": "object",
    "description": "RFC 9457;title、detail 和 errors 里是中文句子",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "按字段,例如 opinions.0.text",
        },
        "state": {"type": "string", "description": "409、412:办件现在的状态"},
        "moves": {"type": "array", "items": {"type": "string"}, "description": "409:现在能做的步骤"},
        "changes": {
            "oneOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}],
            "description": "412:您读过之后变了什么。代表是各项现在的内容;办件是别人办的各步(move、label、actor、at)",
        },
        "current": {"type": "string", "description": "412:代表现在的 ETag"},
    },
    "required": ["type", "title", "status", "detail"],
    "example": {
        "type": "about:blank", "title": "填写的内容需要改一下", "status": 400, "detail": "请填分站的编号",
        "errors": {"branch": "请填分站的编号"},
    },
}  # fmt: skip
METHODS = ("get", "post", "put", "patch", "delete")
EVERYWHERE = {
    "400": "写错了什么,errors 按字段说明",
    "401": "没有令牌,或者令牌过期了",
    "403": "这个账号不能做",
    "404": "没有,或者不在您的范围内",
    "406": "只用 JSON 回答",
    "429": "太频繁了,等 Retry-After 秒再试",
    "500": "我们出了错,过几分钟再试",
}
ON_CHANGES = {
    "409": "现在不能做这一步",
    "413": "内容太大",
    "415": "请用 JSON 提交",
}
BY_HEADER = {"If-Match": {"412": "读过之后被别人改了"}, "Idempotency-Key": {"422": "这个键已经用在另一个请求上"}}
CONTENT = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def allow_empty(result, generator, request, public):
    """Postprocessing hook: `?from=&to=2026-03-31` is common; what is left empty counts as left out."""
    for path in result["paths"].values():
        for method in METHODS:
            for parameter in path.get(method, {}).get("parameters", []):
                if parameter["in"] == "query":
                    parameter["schema"] = _or_empty(parameter["schema"])
    return result


def _or_empty(schema: dict) -> dict:
    is_free = schema.get("type") == "string" and not {"format", "enum", "pattern", "minLength"} & set(schema)
    return schema if is_free else {"anyOf": [schema, {"type": "string", "maxLength": 0}]}


def tell_problems(result, generator, request, public):
    """Postprocessing hook: every operation names the problems that it may answer with."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    for path in result["paths"].values():
        for method in METHODS:
            if method in path:
                path[method]["responses"] |= _problems(path[method])
    return result


def _problems(operation: dict) -> dict:
    told = EVERYWHERE | (ON_CHANGES if "requestBody" in operation else {})
    for parameter in operation.get("parameters", []):
        told |= BY_HEADER.get(parameter["name"], {})
    return {status: {"content": CONTENT, "description": words} for status, words in sorted(told.items())}
