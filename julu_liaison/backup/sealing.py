"""Writing and reading the files of a backup, encrypted for one recipient (age) or plain.

The public key is all that the county's machine knows; who restores brings the secret one. What is encrypted never lies on
the disk in the clear: it goes through a pipe.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyrage

from julu_liaison.common.errors import DomainError

SUFFIX = ".age"


def recipient_of(key: str) -> pyrage.x25519.Recipient | None:
    """Read a public key `age1…`; None for an empty one. Raises DomainError."""
    if not key:
        return None
    try:
        return pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError as error:
        raise DomainError("BACKUP_RECIPIENT 不是一个 age 公钥(age1 开头),请用 age-keygen 生成。") from error


def identity_in(file: Path) -> pyrage.x25519.Identity:
    """Read the secret key from a file as age-keygen writes it. Raises DomainError."""
    try:
        lines = file.read_text().split()
        return pyrage.x25519.Identity.from_str(next(line for line in lines if line.startswith("AGE-SECRET-KEY-")))
    except (OSError, ValueError, StopIteration, pyrage.IdentityError) as error:
        raise DomainError(f"{file} 里没有 age 私钥(AGE-SECRET-KEY- 开头),请核对文件。") from error


@contextmanager
def writing(path: Path, recipient: pyrage.x25519.Recipient | None) -> Iterator[BinaryIO]:
    """Yield a file to write to, with a descriptor that other processes can write to as well."""
    if recipient is None:
        with path.open("wb") as file:
            yield file
        return
    with path.open("wb") as sealed, _piped(lambda end: pyrage.encrypt_io(end, sealed, [recipient]), "wb") as end:
        yield end


@contextmanager
def reading(path: Path, identity: pyrage.x25519.Identity | None) -> Iterator[BinaryIO]:
    """Yield a file to read from. Raises DomainError where it cannot be decrypted."""
    if path.suffix != SUFFIX:
        with path.open("rb") as file:
            yield file
        return
    if identity is None:
        raise DomainError("这份备份是加密的,请用 --identity 指明私钥文件。")
    try:
        with path.open("rb") as sealed, _piped(lambda end: pyrage.decrypt_io(sealed, end, [identity]), "rb") as end:
            yield end
    except pyrage.DecryptError as error:
        raise DomainError("这份备份不是用这把私钥能打开的,请换一个私钥文件。") from error


@contextmanager
def _piped(work, mode: str) -> Iterator[BinaryIO]:
    """Run `work` on the other end of a pipe, in a thread; its error is raised here when the block has ended."""
    read_end, write_end = os.pipe()
    near, far = (write_end, read_end) if mode == "wb" else (read_end, write_end)

    def run() -> None:
        with os.fdopen(far, "rb" if mode == "wb" else "wb") as end:
            work(end)

    with ThreadPoolExecutor(max_workers=1) as threads:
        done = threads.submit(run)
        try:
            with os.fdopen(near, mode) as end:
                yield end
        except BaseException as error:
            # A wrong key looks like a broken file from this end; what the thread has met says more.
            if isinstance(done.exception(), pyrage.DecryptError):
                raise done.exception() from error
            raise
        done.result()
