import bz2
import gzip
import lzma
import zlib

import pytest

from meshgait.errors import DataError
from meshgait.files import limits
from meshgait.files.compressed import decompress

WAYS = {"zlib": zlib.compress, "gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress}


@pytest.mark.parametrize("way", WAYS)
def test_what_was_compressed_comes_back(way):
    content = bytes(range(256)) * 10
    assert decompress(WAYS[way](content)) == content


@pytest.mark.parametrize("way", WAYS)
def test_a_cut_or_changed_file_is_damaged(way):
    packed = WAYS[way](bytes(range(256)) * 10)
    with pytest.raises(DataError, match=r"walk.pkl is compressed"):
        decompress(packed[:-6], name="walk.pkl")
    with pytest.raises(DataError, match="compressed"):
        decompress(packed[:20] + bytes(30) + packed[50:])


@pytest.mark.parametrize("way", WAYS)
def test_a_bomb_is_not_unpacked(way, monkeypatch):
    monkeypatch.setattr(limits, "LEAST", 1000)
    monkeypatch.setattr(limits, "RATIO", 0)
    with pytest.raises(DataError, match=r"holds more than 1\d* bytes; if you trust it"):
        decompress(WAYS[way](bytes(500_000)))
