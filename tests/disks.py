"""A disk of a test's own that is full or read-only: a small file system where the machine lets us mount one, else the nearest thing."""

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SIZE = "4m"
LONGEST_FILE = 64  # bytes, where no file system can be mounted: every file of some content is refused then
NOBODY = 65534


class Disk:
    """`folder` lies on it. `full()` and `read_only()` for as long as a block lasts."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir()
        self._is_mounted = _mount("-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder))

    def remove(self) -> None:
        if self._is_mounted:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=True)  # noqa: S603, S607 - a folder of ours

    def files(self) -> dict[str, int]:
        """What lies on it by name, with its size."""
        return {
            path.relative_to(self.folder).as_posix(): path.stat().st_size
            for path in self.folder.rglob("*") if path.is_file() and path.name != "filler"
        }  # fmt: skip

    @contextmanager
    def full(self) -> Iterator[None]:
        if not self._is_mounted:
            with _longest_file(LONGEST_FILE):
                yield
            return
        filler = self.folder / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while file.write(b"\0" * 4096):
                    pass
            except OSError:
                pass
        assert shutil.disk_usage(self.folder).free == 0
        try:
            yield
        finally:
            filler.unlink()

    @contextmanager
    def read_only(self) -> Iterator[None]:
        if not self._is_mounted:
            with _written_by_nobody(self.folder):
                yield
            return
        assert _mount("-o", "remount,ro", str(self.folder))
        try:
            yield
        finally:
            assert _mount("-o", "remount,rw", str(self.folder))


def _mount(*arguments: str) -> bool:
    program = shutil.which("mount")
    if program is None:
        return False
    return subprocess.run([program, *arguments], capture_output=True, check=False).returncode == 0  # noqa: S603 - ours


@contextmanager
def _longest_file(size: int) -> Iterator[None]:
    """Of a process that writes more the system says EFBIG; the same is said of a quota that is used up."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def _written_by_nobody(folder: Path) -> Iterator[None]:
    """Folders that refuse; root, whom nothing is refused, is somebody else for as long."""
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    modes = {path: path.stat().st_mode for path in folders}
    for path in folders:
        path.chmod(0o555)
    was = os.geteuid()
    if was == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(was)
        for path, mode in modes.items():
            path.chmod(mode)
