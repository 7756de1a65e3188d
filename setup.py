"""Package metadata; development tools are configured in pyproject.toml."""

import re
from pathlib import Path

from setuptools import find_packages, setup

root = Path(__file__).parent
version = (root / "meshgait/_version.py").read_text().split('"')[-2]

REPOSITORY = "https://github.com/meshgait/meshgait"  # a placeholder until it is published
# Links of the README to files beside it lead nowhere on PyPI.
readme = re.sub(
    r"\]\((?!https?:|#)([^)]+)\)",
    lambda link: f"]({REPOSITORY}/{'raw' if link[1].endswith('.png') else 'blob'}/main/{link[1]})",
    (root / "README.md").read_text(encoding="utf-8"),
)

extras = {
    "viz": ["open3d>=0.18"],
    "train": ["lightning-fabric>=2.4", "tensorboard>=2.15"],
    "data": ["opencv-python-headless>=4.8.0.76"],
    "fast": ["numba>=0.60"],
    "onnx": ["onnx>=1.16", "onnxruntime>=1.18", "onnxscript>=0.5"],
    "graph": ["torch-geometric>=2.7"],
    "mocap": ["c3d>=0.5.2"],
    "video": [
        "ai-edge-litert>=2.3",
        "imageio-ffmpeg>=0.6",  # brings an ffmpeg that writes H.264
        "opencv-python-headless>=4.8.0.76",
        "scikit-learn>=1.3",
    ],
    "app": ['streamlit>=1.56; python_version >= "3.11"'],
    "pytorch3d": ["easypytorch3d==0.7.9.post1"],
    "cluster": ["distributed>=2025.3"],
    "hub": ["huggingface-hub>=0.30"],
    "docs": [
        "furo>=2025.7",
        "myst-parser>=4.0",
        "sphinx>=8.0",
        "sphinx-copybutton>=0.5.2",
        "sphinx-gallery>=0.19",
    ],
}
# Not what needs an environment of its own, speaks to a server or writes the site.
apart = ("pytorch3d", "hub", "docs")
everything = [line for name in extras if name not in apart for line in extras[name]]
extras["dev"] = [
    *everything,
    "axe-playwright-python>=0.1.4",  # carries axe-core
    "beartype>=0.18.5",
    "build>=1.2",
    "hypothesis>=6.100",
    "ipykernel>=6.29",
    "joblib>=1.4",  # to write what the restricted unpickler reads
    "mypy>=1.10",
    "nbclient>=0.10",  # runs the site's notebooks
    "playwright>=1.45",
    "pytest>=8.0",
    "pytest-xdist>=3.6.1",
    "rtree>=1.0.1",  # for trimesh's inside test, which ours is compared with
    "ruff>=0.6",
    "safetensors>=0.4.3",  # whose files ours are compared with
    "twine>=6.0",
]

setup(
    name="meshgait",
    version=version,
    description="3D-mesh-native geometric deep learning for gait recognition",
    long_description=readme,
    long_description_content_type="text/markdown",
    author="meshgait developers",
    url=REPOSITORY,
    project_urls={
        "Changes": f"{REPOSITORY}/blob/main/CHANGELOG.md",
        "Issues": f"{REPOSITORY}/issues",
    },
    license="Apache-2.0",
    keywords=[
        "gait recognition",
        "SMPL",
        "3D human mesh",
        "geometric deep learning",
        "differentiable rendering",
        "biometrics",
        "motion capture",
    ],
    classifiers=[
        "Development Status :: 4 - Beta",
        "Intended Audience :: Science/Research",
        "Operating System :: MacOS",
        "Operating System :: POSIX :: Linux",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3.10",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
        "Topic :: Scientific/Engineering :: Image Recognition",
        "Typing :: Typed",
    ],
    packages=find_packages(include=["meshgait", "meshgait.*"]),
    package_data={
        "meshgait": [
            "py.typed",
            "visualization/stage.html",
            "weights/shipped/*/*",
            "zoo/catalogue.json",
        ],
        "meshgait.body": ["*.npz", "*.md"],
        "meshgait.gait": ["*.csv", "*.md"],
    },
    python_requires=">=3.10",
    install_requires=[
        "torch>=2.11",
        "numpy>=1.26",
        "jaxtyping>=0.2.30",
        "smplx>=0.1.28",
        "scipy>=1.13",
        "trimesh>=4.8.3",
        "pillow>=10.0",
        "matplotlib>=3.8",
        "jsonargparse>=4.52",
        "filelock>=3.15.4",
        "loky>=3.4",
        "tqdm>=4.65",
        "pygltflib>=1.16.2",
        "shtab>=1.9",
    ],
    extras_require=extras,
    entry_points={"console_scripts": ["meshgait = meshgait.cli:main"]},
)
