import io

from PIL import Image

from meshgait.visualization.reliability import plot_reliability

BINS = [(0.12, 0.0, 10), (0.55, 0.5, 4), (0.97, 1.0, 20)]


def test_every_bin_is_drawn_and_told():
    figure = plot_reliability(BINS, name="sure", caption="How sure.")
    with Image.open(io.BytesIO(figure.png)) as picture:
        picture.load()
        assert picture.width > 300
    for said, right, count in BINS:
        assert f"said {said:.2f}, right {right:.2f} of {count}" in figure.alt


def test_wrong_trials_are_told_from_right_ones_without_colours():
    def grey(bins):
        png = plot_reliability(bins, name="sure", caption="How sure.").png
        return Image.open(io.BytesIO(png)).convert("L").tobytes()

    assert grey([(0.5, 1.0, 10)]) != grey([(0.5, 0.0, 10)])
