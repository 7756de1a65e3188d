"""Recipes of the networks of plain convolutions on silhouettes."""

from dataclasses import replace

from meshgait.data import ContinuousFrames, SubjectsAndClips
from meshgait.models import cstl, gaitgl, gaitpart, gaitset, gln, sln, smplgait
from meshgait.recipes.schedules import (
    ADAM,
    BASELINE,
    GAIT3D,
    GL,
    GL_FRAMES,
    GL_LARGE,
    P32K4,
    P32K8,
    P32K16,
    PART_FRAMES,
    SGD,
    TRIPLET,
    K,
    Published,
)
from meshgait.training.criterion import Loss
from meshgait.training.optimizers import Adam

RECIPES: dict[str, Published] = {
    "sln/gait3d": Published("SLN", GAIT3D),
    "sln/casia-b": Published("SLN", BASELINE),
    "sln/ou-mvlp": Published(
        "SLN",
        replace(BASELINE, batch=P32K16, milestones=(50 * K, 100 * K), steps=150 * K),
        sln.OUMVLP,
    ),
    "sln/grew": Published(
        "SLN", replace(BASELINE, batch=P32K8, milestones=(150 * K,), steps=250 * K), sln.GREW
    ),
    "smplgait/gait3d": Published("SMPLGait", GAIT3D),
    "smplgait/gait3d-128": Published("SMPLGait", GAIT3D, smplgait.LARGE),
    "mtsgait/gait3d": Published("MTSGait", replace(GAIT3D, frames=ContinuousFrames(30))),
    "mtsgait/grew": Published(
        "MTSGait",
        replace(GAIT3D, frames=ContinuousFrames(30), milestones=(150 * K, 450 * K), steps=900 * K),
        note="The schedule is that of the authors' GaitSet on GREW; their own was not published.",
    ),
    "gaitset/gait3d": Published("GaitSet", TRIPLET),
    "gaitset/casia-b": Published("GaitSet", SGD),
    "gaitset/ou-mvlp": Published("GaitSet", replace(ADAM, batch=P32K16), gaitset.OUMVLP),
    "gaitset/grew": Published("GaitSet", ADAM, gaitset.OUMVLP),
    "gaitpart/gait3d": Published("GaitPart", replace(TRIPLET, frames=PART_FRAMES)),
    "gaitpart/casia-b": Published(
        "GaitPart",
        replace(
            ADAM,
            frames=PART_FRAMES,
            batch=SubjectsAndClips(8, 16),
            milestones=(100 * K,),
            steps=120 * K,
        ),
    ),
    "gaitpart/ou-mvlp": Published(
        "GaitPart", replace(ADAM, frames=PART_FRAMES, batch=P32K16), gaitpart.OUMVLP
    ),
    "gaitpart/grew": Published("GaitPart", replace(ADAM, frames=PART_FRAMES), gaitpart.OUMVLP),
    "gln/gait3d": Published(
        "GLN",
        replace(TRIPLET, frames=GL_FRAMES),
        note="The first phase, whose embedding the published tests compare.",
    ),
    "gln/casia-b": Published(
        "GLN",
        replace(SGD, frames=GL_FRAMES),
        gln.CASIA_B,
        note="The first phase, whose embedding the published tests compare.",
    ),
    "gaitgl/gait3d": Published("GaitGL", GL),
    "gaitgl/casia-b": Published(
        "GaitGL",
        replace(
            GL,
            optimizer=Adam(lr=1e-4),
            batch=SubjectsAndClips(8, 8),
            milestones=(70 * K,),
            steps=80 * K,
            metric="euclidean",
        ),
    ),
    "gaitgl/ou-mvlp": Published("GaitGL", GL_LARGE, gaitgl.OUMVLP),
    "gaitgl/grew": Published(
        "GaitGL", replace(GL_LARGE, batch=P32K4, steps=250 * K), gaitgl.OUMVLP
    ),
    "cstl/casia-b": Published(
        "CSTL",
        replace(
            ADAM,
            frames=ContinuousFrames(30),
            batch=SubjectsAndClips(8, 8),
            loss=Loss({"triplet": 1, "salience": 1}),
            milestones=(),
            steps=150 * K,
        ),
        cstl.CASIA_B,
    ),
    "gaitnet/casia-b": Published(
        "GaitNet",
        replace(
            GAIT3D,
            loss=Loss({"disentangle": 1}),
            frames=ContinuousFrames(20),
            batch=SubjectsAndClips(16, 2),
            optimizer=Adam(lr=1e-4, weight_decay=1e-3),
            milestones=tuple(range(500, 20 * K, 500)),
            decay=0.9,
            steps=20 * K,
        ),
        note="The number of steps is ours; pairs are any two clips of a person.",
    ),
}
