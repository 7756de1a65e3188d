from meshgait.video.people import People
from meshgait.video.results import draw_times, write_index


def test_an_empty_video_has_a_report(tmp_path):
    people = People((), 25.0, 3, ("nobody found in 3 frames",))
    content = write_index(tmp_path, "<empty>", people, (10, 20), [])
    assert content["people"] == []
    page = (tmp_path / "report.html").read_text()
    assert "&lt;empty&gt;" in page
    assert "nobody found in 3 frames" in page
    assert draw_times(people)[:4] == b"\x89PNG"
