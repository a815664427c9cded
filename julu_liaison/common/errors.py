"""One family of errors for everything a user can do wrong; each door translates it once.

`message` is a Chinese sentence that says what to do; `fields` maps a form field to such a sentence.
"""


class DomainError(Exception):
    """Base of the family: bad input (400)."""

    status = 400
    title = "填写的内容需要改一下"

    def __init__(self, message: str, *, fields: dict[str, str] | None = None, **details):
        super().__init__(message)
        self.message = message
        self.fields = fields or {}
        self.details = details


class NotAllowed(DomainError):
    """In scope, but not this person's to do (403)."""

    status = 403
    title = "您的账号不能做这一步"


class NotFound(DomainError):
    """Out of scope or not there; the two are never told apart (404)."""

    status = 404
    title = "没有找到"


class Conflict(DomainError):
    """The thing has moved on meanwhile, or the step is not open in this state (409)."""

    status = 409
    title = "现在不能这样做"


class StaleVersion(DomainError):
    """Somebody else changed it after it was read (412)."""

    status = 412
    title = "内容刚被别人改过"
