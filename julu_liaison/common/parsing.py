"""The API's only parser: JSON that is complete, not too big, not too deep, and can be stored as text."""

import json

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

BROKEN = "提交的不是完整的 JSON,请检查括号、引号和编码。"


class TooLarge(APIException):
    status_code = 413
    default_code = "too_large"


class StrictJSONParser(JSONParser):
    def parse(self, stream, media_type=None, parser_context=None):
        self._check_size(parser_context["request"])
        try:
            data = super().parse(stream, media_type, parser_context)
            # Half a surrogate pair is legal JSON, but no database and no answer can hold it.
            json.dumps(data, ensure_ascii=False).encode()
        except (ParseError, UnicodeEncodeError, RecursionError) as error:
            raise ParseError(BROKEN, code="broken_json") from error
        return data

    @staticmethod
    def _check_size(request) -> None:
        """DRF reads the stream past Django's own limit, so the limit is applied here."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            megabytes = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024 // 1024
            raise TooLarge(f"一次最多提交{megabytes}MB,请分几次提交。")
