"""Files are written as a whole or not at all."""

import errno
import os
from pathlib import Path

import pytest

from refimpl.proofs.commands import output


def test_a_failure_leaves_the_file_that_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "out.json"
    output.write(file, "old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        output.write(file, "new")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_what_utf_8_lacks_is_no_reason_for_an_empty_file(tmp_path: Path) -> None:
    output.write(tmp_path / "out", "a\ud800b")
    assert (tmp_path / "out").read_text() == "a\\ud800b"


def test_links_and_permissions_stay(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    output.write(file, "old")
    file.chmod(0o640)
    link.symlink_to(file)
    output.write(link, "new")
    assert link.is_symlink()
    assert file.read_text() == "new"
    assert file.stat().st_mode & 0o777 == 0o640


def test_new_files_get_the_permissions_of_new_files(tmp_path: Path) -> None:
    output.write(tmp_path / "ours", "")
    (tmp_path / "theirs").write_text("")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "theirs").stat().st_mode


def test_devices_and_pipes_are_written_directly(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    output.write(pipe, "text")
    assert os.read(reader, 10) == b"text"
    os.close(reader)
