import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from meshgait.errors import ConfigError
from meshgait.gait import ANGLES, MEASURES, measure_gait, read_gait, write_gait
from meshgait.sequence import save_motion


@pytest.fixture(scope="module")
def gaits(body, plain):
    missing = np.arange(500) == 240
    return [
        measure_gait(plain.motion, body, name="before/ann <b>.npz", subject="ann", missing=missing),
        measure_gait(plain.motion, body, name="after/ann $x$.npz", subject="bob"),
    ]


def rows_of(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_table_has_a_row_for_each_stride_and_the_reason_of_those_left_out(gaits, tmp_path):
    written = write_gait([tmp_path / "t.csv"], gaits, by="folder")
    assert [p.name for p in written] == ["t.csv", "t_summary.csv", "t_curves.csv", "t_groups.csv"]
    rows = rows_of(written[0])
    assert len(rows) == sum(len(gait.strides) for gait in gaits)
    for row, stride in zip(rows, [s for gait in gaits for s in gait.strides], strict=True):
        assert row["left_out"] == stride.left_out
        for name in MEASURES:
            value = stride.values.get(name)
            assert (
                row[name] == ""
                if value is None
                else float(row[name]) == pytest.approx(value, rel=1e-5)
            )
    assert any("missing" in row["left_out"] for row in rows)
    assert len(rows_of(written[1])) == len(gaits) * (len(MEASURES) + len(ANGLES))
    assert len(rows_of(written[2])) == len(gaits) * 2 * len(ANGLES) * 101
    assert {"before mean", "after minus before"} <= set(rows_of(written[3])[0])


def test_json_holds_the_same_and_no_number_that_json_does_not_know(gaits, tmp_path):
    (path,) = write_gait([tmp_path / "n.json"], gaits)
    content = json.loads(path.read_text(), parse_constant=pytest.fail)
    assert len(content["strides"]) == sum(len(gait.strides) for gait in gaits)
    assert "CC BY 4.0" in content["adults"]
    assert len(content["curves"][0]["mean_deg"]) == 101


def test_the_page_is_one_file_that_needs_no_network_and_escapes_names(gaits, tmp_path):
    (path,) = write_gait([tmp_path / "p.html"], gaits[:1], command="meshgait gait <x>")
    text = path.read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == [path]
    assert "ann &lt;b&gt;.npz" in text
    assert "<b>" not in text
    assert "meshgait gait &lt;x&gt;" in text
    assert 'src="http' not in text
    assert text.count("<img") == 3  # pace, footprints and angles
    assert "1 frame missing" in text
    assert "CC BY 4.0" in text


@pytest.mark.slow
def test_a_page_of_groups_shows_them_against_each_other(gaits, tmp_path):
    (path,) = write_gait([tmp_path / "p.html"], gaits, by="folder")
    text = path.read_text(encoding="utf-8")
    assert "after − before" in text
    assert text.count("<img") == 6  # groups and pace; footprints and angles of each


def test_another_ending_is_refused_before_anything_is_written(gaits, tmp_path):
    with pytest.raises(ConfigError, match=r"p\.pdf must end in \.csv, \.json or \.html"):
        write_gait([tmp_path / "t.csv", tmp_path / "p.pdf"], gaits)
    assert not list(tmp_path.iterdir())


def test_a_motion_is_read_and_measured(body, plain, tmp_path):
    save_motion(tmp_path / "ann.npz", plain.motion)
    found, known = read_gait(tmp_path / "ann.npz", body), measure_gait(plain.motion, body)
    assert found.subject == "ann"
    for one, other in zip(found.strides, known.strides, strict=True):
        assert one.values == pytest.approx(other.values, rel=1e-4, abs=1e-4)


def test_frames_that_a_file_does_not_have_cost_the_strides_that_they_hit(body, plain, tmp_path):
    kept = np.delete(np.arange(500), [240, 241])
    motion = replace(plain.motion, pose=plain.motion.pose[kept], transl=plain.motion.transl[kept])
    np.savez(tmp_path / "gap.npz", pose=motion.pose, betas=motion.betas, transl=motion.transl,
             fps=motion.fps, frame=kept)  # fmt: skip
    found, known = read_gait(tmp_path / "gap.npz", body), measure_gait(plain.motion, body)
    assert len(found.strides) == len(known.strides)
    for one, other in zip(found.strides, known.strides, strict=True):
        hit = one.start <= 241 / 50 and one.end >= 240 / 50
        assert ("2 frames missing" in one.left_out) == hit
        if not hit and not other.left_out:
            assert one.values == pytest.approx(other.values, rel=0.002, abs=0.002)
