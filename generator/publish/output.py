"""Output: write what changed, delete what an earlier build wrote, and swap the folders in one step.

The new tree is built beside the old one, unchanged files as hard links, and takes its place only when it
is whole and on the disk. A list of the files, `.labpress.json`, marks the folder as ours: a folder without
it, or with files that are not in it, is never touched.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from generator.errors import Place, SiteError, several
from generator.publish.exchange import (
    CannotWrite,
    Locked,
    clean_up,
    lock,
    put_in_place,
    remove_tree,
    staging_folder,
    sync_all,
)
from generator.publish.paths import MANIFEST, Output, check_paths

__all__ = ["CannotWrite", "Locked", "Output", "Written", "lock", "write"]

NOBODYS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})  # what file managers leave anywhere
SOURCES = ("posts", "_drafts", "_data", "site", "experiments", "generator")  # an output in there would eat them
FILE_MODE, FOLDER_MODE = 0o644, 0o755  # whatever the umask: the same site has the same modes
CHUNK = 1 << 20  # bytes read at a time
MOST_NAMED = 5  # files named in a refusal


@dataclass(frozen=True)
class Written:
    """What a build did to the output, as paths."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    same: tuple[str, ...]
    deleted: tuple[str, ...]

    def __str__(self) -> str:
        counts = {"new": self.new, "changed": self.changed, "deleted": self.deleted, "as before": self.same}
        return ", ".join(f"{len(paths):,} {word}" for word, paths in counts.items() if paths) or "nothing to write"


def write(outputs: Sequence[Output], out: Path, root: Path | None = None, *, locked: bool = False) -> Written:
    """Make the folder `out` hold exactly `outputs`; a reader sees the old tree or the new one, never a mix.

    `root` is the site's source, which `out` may not swallow. With `locked` the caller holds `lock(out)`.

    Raises:
        ExceptionGroup: of SiteError, paths that cannot be written or stand twice.
        CannotWrite: the disk or a stranger's files are in the way; the old tree is untouched.
        Locked: another build is writing there.
    """
    if errors := check_paths(outputs):
        raise several(errors)
    out = Path(os.path.abspath(out))  # noqa: PTH100 - `resolve` would follow a link that we refuse
    _check_place(out, root)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with nullcontext() if locked else lock(out):
            clean_up(out)
            return _write(sorted(outputs, key=lambda output: output.path), out)
    except OSError as error:
        raise _cannot_write(error, out) from error


def _write(outputs: Sequence[Output], out: Path) -> Written:
    """Compare with the tree that is there, and replace it when anything differs."""
    known, listed = _current(out)
    digests = {output.path: _digest(output) for output in outputs}
    new = tuple(path for path in digests if path not in known)
    same = tuple(path for path, digest in digests.items() if path in known and _is_same(out / path, digest))
    kept = set(same)
    changed = tuple(path for path in digests if path in known and path not in kept)
    deleted = tuple(sorted(known - digests.keys()))
    manifest = json.dumps({"files": digests}, ensure_ascii=False, indent=0).encode()
    if new or changed or deleted or manifest != listed:
        _replace([*outputs, Output(MANIFEST, manifest, MANIFEST)], kept, out)
    return Written(new, changed, same, deleted)


def _replace(outputs: Sequence[Output], kept: set[str], out: Path) -> None:
    """Build a new tree beside `out`, make it durable, swap the two and delete the old one."""
    staging = staging_folder(out)
    try:
        folders = _make_folders(staging, outputs)
        fresh = [output for output in outputs if not (output.path in kept and _link(out, staging, output.path))]
        for output in fresh:
            _write_file(staging / output.path, output)
        sync_all([staging / output.path for output in fresh])
        sync_all(folders)
        put_in_place(staging, out)
        remove_tree(staging)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)  # what stays is cleaned up by the next build
        raise


def _make_folders(staging: Path, outputs: Sequence[Output]) -> list[Path]:
    """Make every folder of the new tree; return them, the deepest first."""
    folders = {staging}
    for output in outputs:
        folder = (staging / output.path).parent
        while folder not in folders:
            folders.add(folder)
            folder = folder.parent
    ordered = sorted(folders)
    for folder in ordered:
        folder.mkdir()
        folder.chmod(FOLDER_MODE)
    return ordered[::-1]


def _link(out: Path, staging: Path, path: str) -> bool:
    """Give the new tree the very file of the old one; return False where links are not possible."""
    try:
        (staging / path).hardlink_to(out / path)
    except OSError:
        return False
    return True


def _write_file(file: Path, output: Output) -> None:
    with file.open("xb") as opened:
        for chunk in _chunks(output):
            opened.write(chunk)
    file.chmod(FILE_MODE)


def _chunks(output: Output) -> Iterator[bytes]:
    """Yield the content of a file to be written.

    Raises:
        SiteError: a file that is to be copied cannot be read.
    """
    if isinstance(output.content, bytes):
        yield output.content
        return
    try:
        with output.content.open("rb") as opened:
            while chunk := opened.read(CHUNK):
                yield chunk
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SiteError(f"the file for `{output.path}` cannot be read: {reason}", Place(output.because)) from None


def _digest(output: Output) -> str:
    digest = hashlib.sha256()
    for chunk in _chunks(output):
        digest.update(chunk)
    return digest.hexdigest()


def _is_same(file: Path, digest: str) -> bool:
    """Tell whether a file of the old tree can be kept: content and mode are those of a fresh one."""
    if not stat.S_ISREG(file.lstat().st_mode):
        return False
    with file.open("rb") as opened:
        mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
        return (mode == FILE_MODE or os.name == "nt") and hashlib.file_digest(opened, "sha256").hexdigest() == digest


def _current(out: Path) -> tuple[set[str], bytes]:
    """Return the files of the old tree and its manifest.

    Raises:
        CannotWrite: the folder is not ours, or holds a stranger's files.
    """
    found = _files(out)
    if MANIFEST not in found:
        if strangers := sorted(found):
            what = f"`{out}` is not empty and no build of labpress made it: {_named(strangers)}"
            raise CannotWrite(what, "choose another folder with `--output`, or empty this one")
        return set(), b""
    listed = (out / MANIFEST).read_bytes()
    try:
        ours = set(json.loads(listed)["files"])
    except (ValueError, KeyError, TypeError):
        hint = "delete the folder, if nothing in it is worth keeping"
        raise CannotWrite(f"`{out / MANIFEST}` is not the list of files a build wrote", hint) from None
    if strangers := sorted(found - ours - {MANIFEST}):
        what = f"`{out}` holds files that no build wrote: {_named(strangers)}"
        raise CannotWrite(what, "move them to `site/static/`, from where each build copies them")
    return found & ours, listed


def _files(out: Path) -> set[str]:
    """List what stands in the output and is no folder; file managers' litter does not count."""
    found = set()
    for folder, folders, files in os.walk(out):
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        for name in [*files, *links]:
            if name not in NOBODYS:
                found.add((Path(folder) / name).relative_to(out).as_posix())
    return found


def _check_place(out: Path, root: Path | None) -> None:
    """Refuse an output folder that is no folder, or that holds or is held by the sources."""
    elsewhere = "choose another folder with `--output`"
    if out.is_symlink():
        raise CannotWrite(f"the output `{out}` is a link to `{out.readlink()}`", "name the folder it leads to")
    if out.exists() and not out.is_dir():
        raise CannotWrite(f"the output `{out}` is a file", elsewhere)
    if root is None:
        return
    real, source = out.resolve(), root.resolve()
    if source.is_relative_to(real):
        raise CannotWrite(f"the output `{out}` holds the site's source `{root}`", elsewhere)
    for name in SOURCES:
        if real.is_relative_to(source / name):
            raise CannotWrite(f"the output `{out}` lies in `{name}/`, among the sources", elsewhere)


def _cannot_write(error: OSError, out: Path) -> CannotWrite:
    """Say what the system refused, and what may help."""
    reason = (error.strerror or str(error)).lower()
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        free = shutil.disk_usage(_nearest_folder(out)).free
        return CannotWrite(f"cannot write `{out}`: {reason}, {free // 1000:,} kB are free", "make room and build again")
    hints = {
        errno.EACCES: "choose another folder with `--output`, or allow writing there",
        errno.EPERM: "choose another folder with `--output`, or allow writing there",
        errno.EROFS: "choose another folder with `--output`",
        errno.EBUSY: "something is mounted there: choose a folder inside it with `--output`",
        errno.EXDEV: "something is mounted there: choose a folder inside it with `--output`",
    }
    return CannotWrite(f"cannot write `{out}`: {reason}", hints.get(error.errno or 0, "the old site is as it was"))


def _nearest_folder(path: Path) -> Path:
    return next(folder for folder in path.parents if folder.is_dir())


def _named(paths: Sequence[str]) -> str:
    shown = ", ".join(f"`{path}`" for path in paths[:MOST_NAMED])
    return shown + (f" and {len(paths) - MOST_NAMED} more" if len(paths) > MOST_NAMED else "")
