from meshgait.video.people import People
from meshgait.video.results import clear, draw_times, write_index


def test_an_empty_video_has_a_report(tmp_path):
    people = People((), 25.0, 3, ("nobody found in 3 frames",))
    content = write_index(tmp_path, "<empty>", people, (10, 20), [])
    assert content["people"] == []
    page = (tmp_path / "report.html").read_text()
    assert "&lt;empty&gt;" in page
    assert "nobody found in 3 frames" in page
    assert draw_times(people)[:4] == b"\x89PNG"


def test_what_killed_runs_left_is_removed_and_nothing_of_others(tmp_path):
    (tmp_path / "person-01").mkdir()
    for name in ("report.html", ".report.html.x.part", ".people.json.y.part", "person-01/clip.npz"):
        (tmp_path / name).touch()
    (tmp_path / "mine.txt").touch()
    clear(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
