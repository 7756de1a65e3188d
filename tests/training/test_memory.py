import platform

from meshgait.training import memory


def test_it_works_on_glibc_and_does_nothing_elsewhere(monkeypatch):
    assert memory.keep_freed_memory() == (platform.libc_ver()[0] == "glibc")
    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    assert not memory.keep_freed_memory()
