import base64
import json
import re
from html.parser import HTMLParser
from importlib.resources import files

import numpy as np
import pygltflib
import pytest

from meshgait.body import Body
from meshgait.errors import DataError, DependencyError
from meshgait.io import Actor
from meshgait.visualization.stage import Shown, Step, write_stage
from meshgait.visualization.threejs import three_js
from meshgait.walker import Identity, walk


@pytest.fixture(scope="module")
def body():
    return Body.embedded()


@pytest.fixture(scope="module")
def shown(body):
    motion = walk(body, Identity.average(), frames=5).motion
    curves = {"Knee flexion": np.arange(10.0).reshape(2, 5)}
    steps = [Step("left", 0.08, 0.1, 0.2, 0.3)]
    names = ("</script><b>ann", "bob")
    return [
        Shown(Actor.of(name, motion), np.zeros(5), 0.01, steps, np.arange(5.0), curves, film)
        for film, name in enumerate(names)
    ]


@pytest.fixture(scope="module")
def page(shown, body, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "walk.html"
    write_stage(path, shown, body, title="ann & <bob>")
    assert list(path.parent.iterdir()) == [path]
    return path.read_text(encoding="utf-8")


def test_the_page_holds_all_it_needs(page):
    own = page.replace(three_js().replace("</script", "<\\/script"), "")
    assert "/*" not in re.sub(r"<style>.*?</style>", "", own, flags=re.S)
    assert not re.search(r"(src|href)\s*=\s*[\"']?(https?:)?//", own)
    assert page.count("</script>") == 2
    assert "<title>ann &amp; &lt;bob&gt;</title>" in page


def test_walks_are_told_with_their_scene(page, shown):
    walks = json.loads(re.search(r"const walks = (\[.*\]);", page)[1])
    assert [one["name"] for one in walks] == [one.actor.name for one in shown]
    assert [one["shift"] for one in walks] == [0, 1]
    assert walks[0]["steps"] == [{"side": "left", "time": 0.08, "x": 0.1, "z": 0.2, "yaw": 0.3}]
    assert walks[0]["curves"]["Knee flexion"] == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]
    file = pygltflib.GLTF2.load_from_bytes(base64.b64decode(walks[1]["glb"]))
    assert len(file.skins) == 1
    assert len(file.skins[0].joints) == 24


class _Controls(HTMLParser):
    """The attributes of what a page shows, by id, and what is written inside labels."""

    def __init__(self, text):
        super().__init__()
        self.found, self.metas, self.labelled, self.label = {}, [], set(), False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.label = tag == "label" or (self.label and tag in ("input", "select", "option"))
        if tag == "meta":
            self.metas.append(attributes.get("name"))
        if "id" in attributes:
            self.found[attributes["id"]] = (tag, attributes)
        if self.label:
            self.labelled.add(attributes.get("id"))


def test_everything_on_the_page_says_what_it_is():
    page = files("meshgait.visualization").joinpath("stage.html").read_text(encoding="utf-8")
    controls = _Controls(page)
    assert "viewport" in controls.metas
    assert controls.found["scene"][1]["role"] == "img"
    for name, (tag, attributes) in controls.found.items():
        if tag in ("input", "select", "canvas", "svg"):
            assert "aria-label" in attributes or name in controls.labelled, name
    # Keys belong to the browser with Ctrl, and to a control that has a use for them.
    assert "event.ctrlKey || event.metaKey || event.altKey" in page
    assert 'event.target.closest("input, select, button")' in page
    assert "prefers-reduced-motion: reduce" in page
    assert "prefers-color-scheme: dark" in page


def test_nobody_is_not_shown(body, tmp_path):
    with pytest.raises(DataError, match="needs somebody"):
        write_stage(tmp_path / "walk.html", [], body)


def test_three_js_is_one_script_that_reads_gltf():
    script = three_js()
    assert "Three.js Authors" in script
    assert script.endswith("THREE.GLTFLoader=GLTFLoader;})();")
    assert "$B64GLTF" not in script


def test_a_trimesh_without_it_is_named(monkeypatch, tmp_path):
    (tmp_path / "resources/templates").mkdir(parents=True)
    monkeypatch.setattr("meshgait.visualization.threejs.files", lambda name: tmp_path)
    with pytest.raises(DependencyError, match=r"this trimesh brings no three\.js"):
        three_js()
