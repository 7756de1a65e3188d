"""A plain viewer of glTF on three.js, as a stranger would write one: it knows nothing of us."""

import base64
from contextlib import contextmanager

import numpy as np

from meshgait.visualization.threejs import three_js
from tests.browser import opened

_PAGE = """<!doctype html><title>viewer</title><body style="margin:0">
<canvas id="scene" style="display:block"></canvas>"""
_VIEWER = """
window.load = (text) => new Promise((done, fail) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  new THREE.GLTFLoader().parse(bytes.buffer, "", (file) => {
    window.file = file;
    window.renderer = new THREE.WebGLRenderer({
      canvas: document.getElementById("scene"), preserveDrawingBuffer: true });
    renderer.setSize(innerWidth, innerHeight);
    renderer.setClearColor(0xffffff);
    const light = new THREE.HemisphereLight(0xffffff, 0x444444, 1);
    window.scene = new THREE.Scene(); scene.add(file.scene, light);
    window.mixer = new THREE.AnimationMixer(file.scene);
    for (const clip of file.animations) mixer.clipAction(clip).setLoop(THREE.LoopOnce).play();
    for (const action of mixer._actions) action.clampWhenFinished = true;
    window.skins = [];
    file.scene.traverse((node) => { if (node.isSkinnedMesh) skins.push(node); });
    for (const skin of skins) skin.frustumCulled = false;
    done({ seconds: file.animations.map((clip) => clip.duration),
           people: skins.map((node) => node.parent.name) });
  }, fail);
});
window.show = (seconds) => {
  mixer.setTime(seconds);
  scene.updateMatrixWorld(true);
  const camera = file.cameras[0];
  camera.aspect = innerWidth / innerHeight; camera.updateProjectionMatrix();
  renderer.render(scene, camera);
  const place = new THREE.Vector3();
  return skins.map((skin) => {
    skin.skeleton.update();
    const found = [];
    for (let i = 0; i < skin.geometry.attributes.position.count; i++) {
      place.fromBufferAttribute(skin.geometry.attributes.position, i);
      skin.boneTransform(i, place).applyMatrix4(skin.matrixWorld);
      found.push(place.x, place.y, place.z);
    }
    return found;
  });
};
"""


class Viewer:
    """A file that a browser shows."""

    def __init__(self, page, path):
        self.page = page
        found = page.evaluate("load", base64.b64encode(path.read_bytes()).decode())
        self.seconds, self.people = found["seconds"], found["people"]

    def show(self, seconds):
        """Draw the moment; skins (people, V, 3) in metres without morphs, NaN of who is absent."""
        return np.array(self.page.evaluate("show", seconds)).reshape(len(self.people), -1, 3)


@contextmanager
def viewing(browser, path, size=(1280, 720)):
    with opened(browser, "about:blank", size) as (page, abroad):
        page.set_content(_PAGE)
        page.add_script_tag(content=three_js())
        page.add_script_tag(content=_VIEWER)
        yield Viewer(page, path)
        assert not abroad
