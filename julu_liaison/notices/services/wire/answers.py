"""What services say inside an answer that looks like a yes: many refuse with a 200."""

import re

import requests

# What says it most plainly first; the first field that says anything plain is believed.
FIELDS = ("success", "errcode", "code", "status", "result")
CODES = ("errcode", "code", "status", "result")
GOOD_NUMBERS = {0, 200, 201, 202}
GOOD_WORDS = {"ok", "success", "true", "succeed", "successful"}
BAD_WORDS = {"false", "fail", "failed", "failure", "error"}
NUMBER = re.compile(r"-?\d{1,9}")
SHOWN_CODE = re.compile(r"(?!.*\d{7})[A-Za-z0-9._-]{1,40}", re.ASCII)  # never one that may be somebody's phone


def said_in(response: requests.Response) -> dict:
    """Return the JSON object that was answered, its names in small letters; an empty one for anything else."""
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return {}
    return {name.lower(): value for name, value in body.items()} if isinstance(body, dict) else {}


def refusal_in(response: requests.Response) -> str | None:
    """Return the service's own code where its answer plainly says no (empty if it names none), None where it doesn't.

    Never its text, which may repeat what was sent and to whom.
    """
    said = said_in(response)
    verdicts = (_is_yes(name, said[name]) for name in FIELDS if name in said)
    if next((verdict for verdict in verdicts if verdict is not None), True):
        return None
    codes = (_code(said[name]) for name in CODES if name in said and _is_yes(name, said[name]) is False)
    return next((code for code in codes if code), "")


def _is_yes(name: str, value) -> bool | None:
    """What one field says; None: nothing plain."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        word = value.strip().lower()
        if not NUMBER.fullmatch(word):
            return _is_good_word(name, word)
        value = int(word)
    if not isinstance(value, (int, float)):
        return None
    return value != 0 if name == "success" else value in GOOD_NUMBERS


def _is_good_word(name: str, word: str) -> bool | None:
    """A code in letters that is no yes is an error's; a state or a result may be anything, such as a receipt's number."""
    if word in GOOD_WORDS:
        return True
    return False if word in BAD_WORDS or (word and name in ("errcode", "code")) else None


def _code(value) -> str:
    code = "" if isinstance(value, bool) else str(value).strip()
    return code if SHOWN_CODE.fullmatch(code) else ""
