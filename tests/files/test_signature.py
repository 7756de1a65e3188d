import io

import numpy as np
import pytest
import torch
from PIL import Image

from meshgait.files.safetensors_file import write_safetensors
from meshgait.files.signature import LONGEST, signature


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WebP"])
def test_pictures_are_told_by_their_first_bytes(kind):
    content = io.BytesIO()
    Image.new("RGB", (4, 4)).save(content, kind)
    assert signature(content.getvalue()[:LONGEST]) == f"a {kind} picture"


def test_safetensors_begin_with_the_length_of_their_header(tmp_path):
    write_safetensors(tmp_path / "x", {"a": torch.zeros(3)})
    assert signature((tmp_path / "x").read_bytes()[:LONGEST]) == "weights as safetensors"


def test_what_may_be_data_is_left_to_its_readers():
    content = io.BytesIO()
    np.savez(content, pose=np.zeros(3))
    for start in (content.getvalue(), b"\x80\x04", b"HIERARCHY", b'{"people": []}', b"\x1f\x8b"):
        assert signature(start[:LONGEST]) is None
    assert signature(b"") == "an empty file"
