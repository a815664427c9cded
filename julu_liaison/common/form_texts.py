"""What forms read of a typed text by the rules of `texts`, whose sentence then stands beside the field."""

from django.forms import ValidationError

from julu_liaison.common.errors import DomainError
from julu_liaison.common.texts import checked_phone


def typed_phone(text: str) -> str:
    """Return what `checked_phone` makes of it. Raises ValidationError."""
    try:
        return checked_phone(text)
    except DomainError as error:
        raise ValidationError(error.message) from error
