import re

import pytest
from PIL import Image

from meshgait.data import write_protocols
from meshgait.data.recorded import Recorded
from meshgait.data.synthetic.dataset import SyntheticGait
from meshgait.data.synthetic.render_clip import WildConfig
from meshgait.errors import ConfigError
from meshgait.explain import write_explanation
from meshgait.models import GaitBase, SMPLGait
from meshgait.sequence import save_clip


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    config = WildConfig(clips=2, frames=(12, 13))
    return SyntheticGait("test", identities=2, config=config, cache=tmp_path_factory.mktemp("d"))


def test_a_page_has_the_pictures_of_every_probe(data, tmp_path):
    model = SMPLGait(SMPLGait.Config(width=1 / 16))
    page = write_explanation(model, data, tmp_path, probes=2)
    names = {f"probe{n}_{kind}" for n in (1, 2) for kind in ("body", "contour", "matches")}
    found = {path.stem for path in tmp_path.glob("*.png")}
    assert names | {f"probe{n}_{kind}" for n in (1, 2) for kind in ("parts", "pixels")} == found
    for path in tmp_path.glob("*.png"):
        with Image.open(path) as picture:
            picture.load()
            assert picture.convert("L").getextrema()[0] < picture.convert("L").getextrema()[1]
    text = page.read_text(encoding="utf-8")
    assert len(re.findall("data:image/png", text)) == len(found)


def test_clips_without_estimates_are_explained_by_their_pixels(data, tmp_path):
    folder = tmp_path / "clips"
    for number, sequence in enumerate(data):
        save_clip(folder / f"{number}.npz", sequence.only(["silhouette"]))
    write_protocols(folder / "protocols.json", [data.protocol])
    model = GaitBase(GaitBase.Config(width=1 / 16))
    write_explanation(model, Recorded(folder, "test"), tmp_path / "page", probes=1)
    found = {path.stem for path in (tmp_path / "page").glob("*.png")}
    assert found == {f"probe1_{kind}" for kind in ("matches", "parts", "pixels")}


def test_there_is_something_to_explain(data, tmp_path):
    with pytest.raises(ConfigError, match="probes must be 1 or more, got 0"):
        write_explanation(SMPLGait(SMPLGait.Config(width=1 / 16)), data, tmp_path, probes=0)
