"""The user's cache folder: made where it is missing, not used where others may write to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from prototxt.util.user_cache import cache_file


def test_a_cache_others_may_write_to_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_file("grammar") == str(tmp_path / "prototxt" / "grammar")
    (tmp_path / "prototxt").chmod(0o777)
    assert cache_file("grammar") is None
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    (tmp_path / "file").touch()
    assert cache_file("grammar") is None


def test_a_user_without_a_home_has_no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)  # what it returns then
    monkeypatch.chdir(tmp_path)
    assert cache_file("grammar") is None
    assert not list(tmp_path.iterdir())
