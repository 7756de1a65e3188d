"""The page itself: Streamlit runs this file anew after every click."""

from __future__ import annotations

import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from meshgait._optional import require
from meshgait._version import __version__
from meshgait.app import work
from meshgait.errors import ConfigError, MeshgaitError, sentence
from meshgait.gallery.file import GalleryFile
from meshgait.gallery.gallery import forget, people_in

st = require("streamlit", extra="app")

_VIDEOS = ["mp4", "mov", "avi", "mkv", "webm"]
_RESEARCH = (
    "For research: gait is a biometric. Film and keep only people who agreed to it. Nothing leaves "
    "this machine."
)


def main() -> None:
    """One of three things to do."""
    st.set_page_config(page_title="meshgait", layout="wide")
    st.title("meshgait")
    views = {"A walk": _walk, "A video": _video, "A gallery": _gallery}
    chosen = st.radio("What to look at", list(views), horizontal=True)
    views[chosen]()
    st.caption(f"meshgait {__version__}, on this machine alone.")


@contextmanager
def _said() -> Iterator[None]:
    """Whatever a user can cause is one sentence on the page."""
    try:
        yield
    except (MeshgaitError, MemoryError) as error:
        st.error(_without_folder(str(error)) or "this needs more memory than there is")
    except OSError as error:
        st.error(_without_folder(sentence(error)))


def _without_folder(text: str) -> str:
    """Files that were chosen by their own names, not by where this page keeps them."""
    return re.sub(rf"{re.escape(str(_folder()))}/(?:in/[^/]+/)?", "", text)


def _folder() -> Path:
    """Where this visit keeps its files; it is removed at its end."""
    if "folder" not in st.session_state:
        st.session_state.folder = tempfile.TemporaryDirectory(prefix="meshgait-app-")
    return Path(st.session_state.folder.name)


def _uploaded(label: str, kinds: list[str] | None = None) -> Path | None:
    """A file that was chosen, on the disk under its own name."""
    file = st.file_uploader(label, type=kinds)
    if file is None:
        return None
    path = _folder() / "in" / file.file_id / (Path(file.name).name or "file")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.getbuffer())
    return path


@contextmanager
def _progress() -> Iterator[work.Tell]:
    """A bar, and a button: a click on anything ends the work when it tells how far it is.

    What was ended so may still be on its way there: the next waits for it.
    """
    place = st.empty()
    with place.container():
        bar = st.progress(0.0, "starting")
        st.button("Stop", key=f"stop-{id(bar)}")
    try:
        with st.session_state.setdefault("working", threading.Lock()):
            yield bar.progress
    finally:
        place.empty()


def _walk() -> None:
    st.write("A motion, a clip, a fit, or a file of a tracker or of motion capture.")
    path = _uploaded("File of a walk")
    if path is None and st.checkbox("I have none: show a walker"):
        path = _folder() / "walker.npz"
        work.write_walker(path)
    how = st.radio("How", ["In 3D", "All representations", "Gait numbers"], horizontal=True)
    if path is None:
        return
    with _said():
        if how == "In 3D":
            with st.spinner("building the scene"):
                page = work.scene_page(path, _folder() / "scene.html")
            st.iframe(page, height=760, alt=f"The walk of {path.name} in three dimensions")
            st.download_button("Keep this page", page, "walk.html", "text/html")
        elif how == "Gait numbers":
            page, table = work.gait_page(path, _folder())
            st.iframe(page, height=1400, alt=f"The gait numbers of {path.name}")
            st.download_button("Keep this page", page, "gait.html", "text/html")
            st.download_button("Table of strides", table, "strides.csv", "text/csv")
        else:
            _sheet(path)


def _sheet(path: Path) -> None:
    if st.button("Draw them", type="primary"):
        with _progress() as tell:
            st.session_state.sheet = (path, *work.representations(path, tell))
    drawn, picture, missing = st.session_state.get("sheet", (None, b"", {}))
    if drawn != path:
        return
    st.image(picture, caption="Every representation of the walk.",
             alt=f"Panels of {path.name}: one for each representation")  # fmt: skip
    for name, reason in missing.items():
        st.info(f"{name} is left out: {reason}")
    st.download_button("Keep this picture", picture, "sheet.png", "image/png")


def _video() -> None:
    st.write(_RESEARCH)
    path = _uploaded("Video", _VIDEOS)
    if path is not None and st.button("See who walks", type="primary"):
        with _said(), _progress() as tell:
            out = path.parent / "seen"
            st.session_state.report, clips = work.people_of_video(path, out, tell)
            st.session_state.clips = st.session_state.get("clips", {}) | clips
    if "report" in st.session_state:
        st.iframe(st.session_state.report, height=1000, alt="Who walks in the video")
        for name, clip in st.session_state.clips.items():
            st.download_button(f"Clip of {name}", clip.read_bytes(), f"{name}.npz", key=name)


def _gallery() -> None:
    st.write(_RESEARCH)
    path = Path(st.text_input("File of the gallery", "gallery.db")).expanduser()
    with _said():
        _list(path)
    clip = _clip()
    enrol, identify = st.columns(2)
    with enrol, st.form("enrol"):
        name, consent = st.text_input("Name or code"), st.text_input("What was agreed to, and when")
        if st.form_submit_button("Enrol"):
            with _said():
                _enrol(path, _needed(clip), name, consent)
    with identify, st.form("identify"):
        fpir = st.number_input("Strangers let in, percent", 0.1, 50.0, 1.0)
        if st.form_submit_button("Who is it?"):
            with _said():
                gallery, values = work.open_gallery(path, _needed(clip))
                st.success(gallery.identify(values[0], fpir=fpir / 100).describe())


def _list(path: Path) -> None:
    people = people_in(GalleryFile.open(path)) if path.exists() else []
    if not people:
        st.write("Nobody is enrolled.")
        return
    st.table([{"name": p.name, "clips": p.clips, "consent": p.consent, "since": p.since}
              for p in people])  # fmt: skip
    gone = st.selectbox("Forget", [p.name for p in people], index=None, placeholder="choose a name")
    if gone and st.button(f"Remove all clips of {gone}"):
        forget(GalleryFile.open(path), gone)
        st.rerun()


def _clip() -> Path | None:
    seen = st.session_state.get("clips", {})
    upload = _uploaded("Clip (.npz of meshgait video)", ["npz"])
    name = st.selectbox("or somebody of the video", list(seen), index=None) if seen else None
    return upload or seen.get(name)


def _needed(clip: Path | None) -> Path:
    if clip is None:
        raise ConfigError("choose a clip first: a file, or somebody of a video that was looked at")
    return clip


def _enrol(path: Path, clip: Path, name: str, consent: str) -> None:
    if not consent.strip():
        raise ConfigError("say what the person agreed to, and when; it is kept with the clips")
    gallery, values = work.open_gallery(path, clip, create=True)
    odd = gallery.enrol(name, values, sources=[clip.name], consent=consent)
    for text in odd:
        st.warning(text)
    st.success(f"A clip of {name} was added; choose or click anything to see the list anew.")


if __name__ == "__main__":
    main()
