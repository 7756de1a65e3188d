"""Whatever is wrong with a file: reading it gives a result, or a sentence of ours that names it."""

import io
import shutil

import pytest

from meshgait.errors import MeshgaitError
from tests.contracts.damage import by_bytes, by_values, loaded
from tests.contracts.files import FRAMES, READERS

pytestmark = [
    pytest.mark.usefixtures("unchecked"),
    pytest.mark.filterwarnings("ignore"),  # numbers that do not fit: they must end in an error
]
UNNAMED = {*FRAMES, "settings"}  # frames are named by their folder, settings by their keys
SHORT = 25  # damages of values of each reader that are tried every time
NAMES = ["a\nb", "-x", "ü", "\udcff", "x" * 200, " ", "%s{}", "x.npz", "X.PKL", "x.csv", "x.json"]


@pytest.fixture(scope="module", params=READERS)
def sound(request, tmp_path_factory):
    """Name and reader, a sound file, and its bytes; the files beside it lie there, too."""
    make, reader = READERS[request.param]
    path = make(tmp_path_factory.mktemp("sound"))
    file = sorted(path.iterdir())[0] if path.is_dir() else path
    return request.param, reader, path, file, file.read_bytes()


def attempt(sound, content, what):
    """Read the file with other bytes in it, and put the right ones back."""
    name, reader, path, file, whole = sound
    file.write_bytes(content)
    try:
        reader(path)
    except MeshgaitError as error:
        text = str(error)
        assert text.strip(), what
        assert "\n" not in text.replace(str(path), ""), (what, text)
        assert len(text) < 3000, (what, len(text))
        assert name in UNNAMED or path.parent.name in text or path.name in text, (what, text)
    except Exception as error:
        raise AssertionError(f"{name}, {what}: raw {type(error).__name__}: {error}") from error
    finally:
        file.write_bytes(whole)


def damaged_values(file, most=None):
    found = loaded(file)
    damages = list(by_values(found[0])) if found else []
    for name, place, make in damages[:: max(len(damages) // most, 1) if most else 1]:
        buffer = io.BytesIO()
        found[1](buffer, make())
        yield f"{name} in {place}", buffer.getvalue()


def test_a_sound_file_is_read(sound):
    _, reader, path, _, _ = sound
    reader(path)


def test_damaged_bytes_end_in_our_error(sound):
    for what, content in by_bytes(sound[4]):
        attempt(sound, content, what)


def test_damaged_values_end_in_our_error(sound):
    for what, content in damaged_values(sound[3], SHORT):
        attempt(sound, content, what)


@pytest.mark.fuzz
def test_damaged_values_end_in_our_error_at_length(sound):
    for what, content in damaged_values(sound[3]):
        attempt(sound, content, what)


def test_the_name_of_a_file_does_no_harm(sound, tmp_path):
    name, reader, path, _, _ = sound
    for number, other in enumerate(NAMES):
        folder = tmp_path / str(number)
        shutil.copytree(path.parent, folder)
        try:
            (folder / path.name).rename(folder / other)
            reader(folder / other)
        except MeshgaitError as error:
            str(error).encode("utf-8", "surrogateescape")
        except Exception as error:
            raise AssertionError(f"{name} called {other!r}: raw {error!r}") from error
