"""PDF files: scripts, actions that start something, and files inside are taken out."""

from collections.abc import Iterator
from io import BytesIO

import pikepdf
from pikepdf import settings as qpdf

from julu_liaison.common.errors import DomainError
from julu_liaison.common.scrubbing.refusals import LOCKED, NOT_READABLE, SEALED_AND_ACTIVE

# What PDF readers run, start, send or fetch; GoTo and URI (a link that one clicks) stay.
ACTIONS = {
    "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition", "/Movie", "/Sound",
    "/RichMediaExecute", "/GoTo3DView", "/ResetForm",
}  # fmt: skip
KEYS = ("/AA", "/JS", "/JavaScript", "/EmbeddedFiles", "/AF", "/XFA", "/RichMediaContent", "/RichMediaSettings", "/Collection")
ANNOTATIONS = {"/FileAttachment", "/RichMedia", "/Movie", "/Screen", "/Sound", "/3D"}
LEADS_ON = ("/A", "/Next", "/PA")
DEEPEST = 60  # of objects written inside one another; whatever is deeper is no paper of an office
BROKEN = (pikepdf.PdfError, pikepdf.ForeignObjectError, ValueError, TypeError, RuntimeError, MemoryError, RecursionError)

# 20 MB must not become gigabytes; of the whole process, whose own PDFs are far smaller.
qpdf.set_qpdf_limits(flate_max_memory=256 * 1024 * 1024, run_length_max_memory=256 * 1024 * 1024,
                     parser_max_container_size=2_000_000)  # fmt: skip


def scrubbed_pdf(content: bytes) -> bytes:
    """Return the PDF without what acts by itself; as it came where there is nothing of it.

    Raises DomainError for one that cannot be read or needs a password, and for one with a seal that would have to be rewritten.
    """
    try:
        with pikepdf.open(BytesIO(content)) as pdf:
            if not _scrub(pdf):
                return content
            if _is_sealed(pdf):
                raise DomainError(SEALED_AND_ACTIVE)
            output = BytesIO()
            pdf.save(output)  # only what is still led to is written
            return output.getvalue()
    except pikepdf.PasswordError as error:
        raise DomainError(LOCKED) from error
    except BROKEN as error:
        raise DomainError(NOT_READABLE) from error


def _is_sealed(pdf: pikepdf.Pdf) -> bool:
    return any(_is_dictionary(one) and "/ByteRange" in one for one in _everything(pdf))


def _scrub(pdf: pikepdf.Pdf) -> int:
    """Take it out of every object of the file; returns how much there was."""
    if not pdf.pages:
        raise ValueError("no pages")
    done = sum(_scrub_one(one) for one in _everything(pdf))
    # What is reached in some other way, as a name tree's leaf; not before the ways that were looked for are closed.
    return done + sum(_emptied(one) for one in _everything(pdf) if _acts(one))


def _everything(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    for root in pdf.objects:
        yield from _within(root, 0)


def _within(one: pikepdf.Object, depth: int) -> Iterator[pikepdf.Object]:
    """The object and what is written inside it; what has a number of its own has its own turn."""
    if depth > DEEPEST:
        raise ValueError("too deep")
    if not (_is_dictionary(one) or isinstance(one, pikepdf.Array)):
        return
    yield one
    for inner in _parts(one):
        if isinstance(inner, pikepdf.Object) and not inner.is_indirect:
            yield from _within(inner, depth + 1)


def _parts(one: pikepdf.Object) -> list:
    return [one[key] for key in one.keys()] if _is_dictionary(one) else list(one)  # noqa: SIM118 - iterating a stream fails


def _is_dictionary(one) -> bool:
    return isinstance(one, (pikepdf.Dictionary, pikepdf.Stream))


def _scrub_one(one: pikepdf.Object) -> int:
    return _scrub_array(one) if isinstance(one, pikepdf.Array) else _scrub_dictionary(one)


def _scrub_dictionary(one) -> int:
    doomed = {key for key in KEYS if key in one} | {key for key in LEADS_ON if key in one and _acts(one[key])}
    opens = one.get("/OpenAction")
    if _is_dictionary(opens) and str(opens.get("/S", "")) != "/GoTo":
        doomed.add("/OpenAction")
    for key in doomed:
        del one[key]
    return len(doomed)


def _emptied(action) -> int:
    for key in list(action.keys()):
        del action[key]
    return 1


def _scrub_array(array: pikepdf.Array) -> int:
    doomed = [at for at, one in enumerate(array) if _acts(one) or _is_active_annotation(one)]
    for at in reversed(doomed):
        del array[at]
    return len(doomed)


def _acts(one) -> bool:
    return _is_dictionary(one) and str(one.get("/S", "")) in ACTIONS


def _is_active_annotation(one) -> bool:
    return _is_dictionary(one) and str(one.get("/Subtype", "")) in ANNOTATIONS
