"""Password rules (等保二级: at least 8 characters of three classes)."""

from django.core.exceptions import ValidationError

CLASSES = (str.islower, str.isupper, str.isdigit, lambda char: not char.isalnum())


class ThreeClassesValidator:
    """Demand three of: small letters, capitals, digits, signs."""

    def validate(self, password, user=None):
        used = sum(any(is_class(char) for char in password) for is_class in CLASSES)
        if used < 3:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self):
        return "密码里小写字母、大写字母、数字、符号至少要有三种。"
