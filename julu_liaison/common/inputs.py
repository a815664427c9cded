"""What API input has in common: unknown keys are refused with a sentence, not lost."""

from collections.abc import Mapping

from rest_framework import serializers

from julu_liaison.common.errors import NotFound
from julu_liaison.common.problems import SENTENCES


class Strict(serializers.Serializer):
    """Input that refuses keys it does not know, so that a misspelt or unsupported one never passes silently."""

    unknown = "没有这一项,请核对名称"

    def to_internal_value(self, data):
        problems = {}
        if isinstance(data, Mapping):
            problems = {name: [self.unknown] for name in data if name not in self.fields}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**error.detail, **problems}) from error
        if problems:
            raise serializers.ValidationError(problems)
        return values


class Villager(Strict):
    """Who raised a matter (群众); everything may be left out."""

    name = serializers.CharField(max_length=40, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=20, required=False, allow_blank=True)
    village = serializers.CharField(max_length=40, required=False, allow_blank=True)


def choice_field(choices, **options) -> serializers.ChoiceField:
    """A choice whose error names what can be chosen."""
    values = "、".join(str(value) for value, _label in choices)
    return serializers.ChoiceField(choices, error_messages={"invalid_choice": f"请填其中之一:{values}"}, **options)


def read(serializer: type[serializers.Serializer], data, **options) -> dict:
    """Return the checked values of `data`. Raises DRF's ValidationError, which becomes a 400 with `errors`."""
    reader = serializer(data=data, **options)
    reader.is_valid(raise_exception=True)
    return reader.validated_data


def read_query(serializer: type[serializers.Serializer], request) -> dict:
    """Return the checked values of an address's `?…`; what is left empty counts as left out, as in the filters of lists."""
    return read(serializer, {name: text for name, text in request.query_params.items() if text})


def found(rows, **lookup):
    """Return the row of `rows` (already scoped) that matches, or raise NotFound: out of scope and absent alike."""
    unstorable = any("\0" in str(value) for value in lookup.values())  # PostgreSQL refuses even to look for it
    row = None if unstorable else rows.filter(**lookup).first()
    if row is None:
        raise NotFound(SENTENCES["not_found"])
    return row
