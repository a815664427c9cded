"""The API's only parser: JSON that is complete, not too big, not too deep, and can be stored as text."""

import json

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from julu_liaison.common.problems import TooLarge
from julu_liaison.common.referring import body_length

BROKEN = "提交的不是完整的 JSON,请检查括号、引号和编码。"


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
        """DRF may read the stream past Django's own limit, so the limit is applied here too."""
        if body_length(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise TooLarge
