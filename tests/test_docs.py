"""What the documentation says can be run."""

import re
import shlex
from pathlib import Path

import pytest

from meshgait.cli import COMMANDS, main

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if not {"generated", "_build"} & set(path.parts))
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
LEARNING = {"your_data_set"}
LINK = re.compile(r"\]\(([^)\s]+)\)")
# What strangers ask first, and words without which it is not answered.
QUESTIONS = {
    "how do I load ROMP output": ("ROMP", "meshgait convert", "meshgait.io"),
    "what are the axes": ("y up", "metres", "pixels from the top left corner"),
    "how do I add a data set": ("layout", "meshgait prepare", "LAYOUT"),
    "why is Rank-1 so low": ("Why is Rank-1 so low", "steps"),
    "how is the Gait3D protocol counted": ("Gait3D", "gallery", "probe"),
    "can I use this commercially": ("commercial use", "Apache-2.0", "CC0"),
    "how do I run on 4 GPUs": ("torchrun", "--nproc-per-node 4"),
    "what is in smpl (T, 85)": ("(T, 85)", "camera (3", "betas` (10)"),
    "how do I cite": ("CITATION.cff",),
    "how do I get the body": ("Body.embedded()", "MESHGAIT_BODY_DIR", "SMPL_NEUTRAL"),
}


def blocks(page, language):
    return [text for kind, text in BLOCK.findall(page.read_text("utf-8")) if kind == language]


def lines():
    """Every command line of ours on any page."""
    found = {
        line.split("#")[0].strip()
        for page in PAGES
        for block in blocks(page, "sh")
        for line in block.splitlines()
    }
    return sorted(line for line in found if line.startswith("meshgait "))


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, id=page.stem, marks=[pytest.mark.slow] if page.stem in LEARNING else [])
        for page in PAGES
        if blocks(page, "python")
    ],
)
def test_the_python_of_a_page_runs_from_top_to_bottom(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MESHGAIT_CACHE", str(tmp_path))
    exec(compile("\n".join(blocks(page, "python")), str(page), "exec"), {"__name__": "page"})


@pytest.mark.parametrize("line", lines())
def test_a_command_line_names_a_command_and_options_that_are_there(line, capsys):
    verb, *words = shlex.split(line)[1:]
    assert verb in COMMANDS
    flags = {word.split("=")[0] for word in words if word.startswith("-")}
    if not flags:
        return
    nested = words[:1] if verb == "zoo" else []
    with pytest.raises(SystemExit):
        main([verb, *nested, "--help"])
    known = set(re.findall(r"(?<![\w-])--?[\w.]+(?:[-_]\w+)*", capsys.readouterr().out))
    assert flags <= known


def test_every_page_is_reached_from_the_front():
    front = (DOCS / "index.md").read_text("utf-8")
    for page in PAGES:
        name = page.relative_to(DOCS).as_posix().removesuffix(".md")
        assert name == "index" or name in front


def _said(readme):
    """What both languages have in common: code without its comments, links, rows of tables."""
    text = (DOCS.parent / readme).read_text("utf-8")
    code = [
        line.split("#")[0].rstrip()
        for _, block in BLOCK.findall(text)
        for line in block.splitlines()
    ]
    links = {link.replace(".zh-CN", "") for link in LINK.findall(text)} - {"README.md"}
    return code, sorted(links), text.count("\n|"), text.count("\n#")


def test_both_readmes_show_the_same_code_links_and_tables():
    assert _said("README.zh-CN.md") == _said("README.md")


def _links(page):
    """The pages of ours that this one links to, and whether they are there."""
    targets = (link.partition("#")[0] for link in LINK.findall(page.read_text("utf-8")))
    return [
        (page.parent / target).resolve()
        for target in targets
        if target.endswith(".md") and "generated" not in target
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_link_to_a_page_finds_it(page):
    assert all(target.is_file() for target in _links(page))


@pytest.mark.parametrize(("question", "words"), QUESTIONS.items())
def test_what_strangers_ask_is_answered_within_two_clicks_of_the_front(question, words):
    reached = [DOCS / "index.md"]
    for _ in range(2):
        reached += [there for page in reached for there in _links(page) if there not in reached]
    pages = (" ".join(page.read_text("utf-8").split()) for page in reached[1:])
    assert any(all(word in page for word in words) for page in pages), question
