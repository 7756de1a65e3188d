import torch
from torch.testing import assert_close

from meshgait.modalities.cgi import cgi, contour
from meshgait.models import CGI

STRIDE = 12


def scissors(frames):
    """Legs as a bar whose width swings between 4 and 20 pixels, twice in a gait cycle."""
    image = torch.zeros(1, frames, 64, 44)
    for frame in range(frames):
        phase = 2 * torch.pi * frame / STRIDE
        half = round(6 + 4 * float(torch.tensor(phase).sin()))
        image[:, frame, :, 22 - half : 22 + half] = 1
    return image


def test_the_embedding_is_the_chrono_gait_image_of_length_one():
    walk = scissors(40)
    image = cgi(walk, torch.ones(1, 40).bool()).flatten()
    assert_close(CGI()(walk).flatten(), image / image.norm())


def test_another_number_of_whole_steps_hardly_changes_it():
    long, short = CGI()(scissors(8 * STRIDE)), CGI()(scissors(4 * STRIDE))
    assert float((long * short).sum()) > 0.99


def test_who_does_not_seem_to_step_has_contours_of_the_mean_color():
    still = torch.zeros(1, 9, 64, 44)
    still[:, :, 10:60, 15:30] = 1
    colored = contour(still[0]).mean(0) * torch.tensor([0.25, 0.5, 0.25])[:, None, None]
    assert_close(CGI()(still).flatten(), colored.flatten() / colored.norm())
