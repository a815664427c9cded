"""Questions about accounts that several doors and services ask."""

from django_otp.plugins.otp_totp.models import TOTPDevice


def factor_of(account) -> TOTPDevice | None:
    """The account's second factor, if one has been set up and confirmed."""
    return TOTPDevice.objects.filter(user=account, confirmed=True).first()
