"""The same person in every way that an image can hold: equal pixels, or a sentence."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from meshgait.errors import DataError
from meshgait.files.images import read_labels, read_silhouette
from tests.data.layouts import miniature

PERSON = np.where(miniature.shape(0) > 127, 255, 0).astype(np.uint8)
MASK = PERSON // 255
LABELS = MASK * (1 + np.arange(100)[:, None] // 20).astype(np.uint8)
COLOURS = np.random.default_rng(0).integers(1, 256, (256, 3), dtype=np.uint8)


def of_palette(indices, colours):
    image = Image.fromarray(indices, "L").convert("L")
    image = Image.frombytes("P", image.size, image.tobytes())
    image.putpalette(np.asarray(colours, np.uint8).tobytes())
    return image


def with_alpha(mode, alpha):
    image = Image.new(mode, alpha.shape[::-1])
    image.putalpha(Image.fromarray(alpha))
    return image


def stack(*channels):
    return Image.fromarray(np.stack(np.broadcast_arrays(*channels), -1).astype(np.uint8))


GREY_PALETTE = np.repeat(np.arange(256)[:, None], 3, 1)
WAYS = {
    "grey": Image.fromarray(PERSON),
    "0 and 1": Image.fromarray(MASK),
    "0 and 128": Image.fromarray(MASK * np.uint8(128)),
    "bits": Image.fromarray(PERSON).convert("1"),
    "16 bits": Image.fromarray(PERSON.astype(np.uint16) * 257),
    "16 bits, 0 and 1": Image.fromarray(MASK.astype(np.uint16)),
    "16 bits, 0 and 255": Image.fromarray(PERSON.astype(np.uint16)),
    "grey as colour": stack(PERSON, PERSON, PERSON),
    "one colour": stack(MASK * 128, 0, 0),
    "palette, dark red": of_palette(MASK, [(0, 0, 0), (128, 0, 0)]),
    "palette, white at 0": of_palette(1 - MASK, [(255, 255, 255), (0, 0, 0)]),
    "palette, colour at 0": of_palette(MASK * np.uint8(3), COLOURS),
    "palette of greys": of_palette(PERSON, GREY_PALETTE),
    "palette, 0 and 1": of_palette(MASK, GREY_PALETTE),
    "mask in alpha": with_alpha("RGB", PERSON),
    "grey with alpha": with_alpha("L", PERSON),
    "0 and 1 in alpha": with_alpha("RGB", MASK),
    "alpha that is full": Image.fromarray(PERSON).convert("LA"),
    "alpha that is empty": stack(PERSON, PERSON, PERSON, 0),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_one_person_is_the_same_in_every_way(tmp_path, way):
    WAYS[way].save(tmp_path / "a.png")
    levels, note = read_silhouette(tmp_path / "a.png")
    np.testing.assert_array_equal(levels, PERSON)
    assert note is None or note.startswith(("holds", "has"))


@pytest.mark.parametrize("key", [0, 255])
def test_transparency_by_a_key_agrees_with_grey(tmp_path, key):
    values = PERSON if key == 0 else np.where(MASK, 0, 255).astype(np.uint8)
    Image.fromarray(values).save(tmp_path / "a.png", transparency=key)
    np.testing.assert_array_equal(read_silhouette(tmp_path / "a.png")[0], PERSON)


def test_transparency_of_a_palette(tmp_path):
    of_palette(MASK, [(0, 0, 0), (0, 0, 0)]).save(tmp_path / "a.png", transparency=0)
    np.testing.assert_array_equal(read_silhouette(tmp_path / "a.png")[0], PERSON)


def test_levels_between_black_and_white_are_kept(tmp_path):
    soft = np.array(Image.fromarray(PERSON).resize((35, 50)))
    ways = {"L": soft, "16": soft.astype(np.uint16) * 257, "RGB": np.stack([soft] * 3, -1)}
    for name, values in ways.items():
        Image.fromarray(values).save(tmp_path / f"{name}.png")
        np.testing.assert_array_equal(read_silhouette(tmp_path / f"{name}.png")[0], soft)


@pytest.mark.parametrize("ending", ["jpg", "jpeg", "JPG", "bmp"])
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK", "1"])
def test_other_formats_hold_the_same_person(tmp_path, ending, mode):
    if ending == "bmp" and mode == "CMYK":
        return  # which has no such images
    Image.fromarray(PERSON).convert(mode).save(tmp_path / f"a.{ending}")
    levels, _ = read_silhouette(tmp_path / f"a.{ending}")
    assert set(np.unique(levels)) == {0, 255}
    # An edge of JPEG may be off by a pixel, nothing more: of 2 in 100 pixels here.
    assert np.count_nonzero(levels != PERSON) <= (0 if ending == "bmp" else PERSON.size // 50)


def test_what_nobody_can_know_is_refused(tmp_path):
    photo = np.random.default_rng(1).integers(0, 256, (100, 70, 3), dtype=np.uint8)
    refused = {
        "colour": (Image.fromarray(photo), "is coloured"),
        "labels": (of_palette(LABELS, COLOURS), "5 labels or colours"),
        "dim": (Image.fromarray(LABELS * np.uint8(9)), "45 as its brightest"),
        "inverted": (Image.fromarray(255 - PERSON), "invert it"),
        "white": (Image.new("L", (9, 9), 255), "invert it"),
    }
    for name, (image, reason) in refused.items():
        image.save(tmp_path / f"{name}.png")
        with pytest.raises(DataError, match=reason):
            read_silhouette(tmp_path / f"{name}.png")
    Image.fromarray(MASK * np.uint8(39)).save(tmp_path / "dim.jpg")
    with pytest.raises(DataError, match="noise and mask look the same"):
        read_silhouette(tmp_path / "dim.jpg")


def grey_png(values, depth):
    """A PNG of 1 to 8 bits a pixel, of values as they are."""

    def chunk(name, data):
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    height, width = values.shape
    bits = np.unpackbits(values[..., None], axis=-1)[..., 8 - depth :].reshape(height, -1)
    rows = np.pad(np.packbits(bits, axis=1), ((0, 0), (1, 0)))
    head = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows.tobytes())), chunk(b"IEND", b""))
    )


@pytest.mark.parametrize("depth", [4, 8])
def test_labels_are_numbers_whatever_the_depth(tmp_path, depth):
    (tmp_path / "a.png").write_bytes(grey_png(LABELS, depth))
    np.testing.assert_array_equal(read_labels(tmp_path / "a.png", 12), LABELS)


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
def test_a_mask_is_white_whatever_the_depth(tmp_path, depth):
    (tmp_path / "a.png").write_bytes(grey_png(MASK, depth))
    np.testing.assert_array_equal(read_silhouette(tmp_path / "a.png")[0], PERSON)


def test_labels_are_the_indices_of_a_palette(tmp_path):
    ways = {
        "palette": of_palette(LABELS, COLOURS), "16": Image.fromarray(LABELS.astype(np.uint16)),
        "RGB": stack(LABELS, LABELS, LABELS), "LA": stack(LABELS, 255),
    }  # fmt: skip
    for name, image in ways.items():
        image.save(tmp_path / f"{name}.png")
        np.testing.assert_array_equal(read_labels(tmp_path / f"{name}.png", 12), LABELS)
    Image.fromarray(COLOURS[LABELS]).save(tmp_path / "colours.png")
    with pytest.raises(DataError, match="is coloured"):
        read_labels(tmp_path / "colours.png", 12)
    Image.fromarray(LABELS).save(tmp_path / "a.jpg")
    with pytest.raises(DataError, match="changes labels"):
        read_labels(tmp_path / "a.jpg", 12)
