"""What every operation of the OpenAPI document says alike: the headers of changes and the shape of errors."""

from drf_spectacular.utils import OpenApiParameter

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER,
    description="1到100个字符。同一账号用同一个键重复提交,只办一次,得到同样的回答;换了内容是422。没办成的不占用键。",
)  # fmt: skip
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="读取时得到的 ETag;内容已被别人改过就回答412。可以写 *。"
)

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
    },
    "required": ["type", "title", "status", "detail"],
}
METHODS = ("get", "post", "put", "patch", "delete")


def tell_problems(result, generator, request, public):
    """Postprocessing hook: every operation may answer with a problem document."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in result["paths"].values():
        for method in METHODS:
            if method in path:
                path[method]["responses"]["default"] = {"content": content, "description": "没有办成的原因"}
    return result
