"""The shape of the tree: who imports whom, how long things are, what is public."""

import ast
import functools
import inspect
import itertools
import json
import subprocess
import sys
from pathlib import Path

import pytest

import meshgait

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "meshgait"
FILES = sorted(PACKAGE.rglob("*.py"))
PACKAGES = [file for file in FILES if file.name == "__init__.py"]

# From the ground up: a part imports those below its floor, and on its floor those to its left.
FLOORS = (
    "_lazy errors _version _optional _jit _threads plugins numerics rotation files mesh camera",
    "body operators render",
    "sequence walker modalities",
    "io nn losses metrics visualization",
    "data models fitting gait",
    "weights video",
    "evaluation gallery",
    "training explain",
    "recipes zoo",
    "experiment benchmark",
    "demo app",
    "cli __main__",
)
HEIGHT = {part: (i, j) for i, row in enumerate(FLOORS) for j, part in enumerate(row.split())}
# Who knows nothing of whom, although a floor would allow it.
WALLS = {"metrics": {"sequence"}, "models": {"data"}, "fitting": {"data", "models"}}

# Parts that may import a package of others' geometry, each in one file.
OWNERS = {
    "smplx": ["body"],
    "trimesh": ["mesh", "operators", "walker"],
    "open3d": ["mesh", "visualization"],
    "pytorch3d": ["mesh", "render"],
    "torch_geometric": ["data", "mesh"],
}

# Compiled loops, which a call of another function would slow down or not compile.
LONG_KERNELS = {
    "render/coverage_kernels.py:_cut",
    "render/coverage_kernels.py:_add_long",
    "render/coverage_triton.py:_walk",
    "render/softras_numba.py:fade",
}

TESTS_OF_MANY = {
    "architecture", "bounds", "contract", "defaults", "docs", "energy_networks", "examples",
    "faults", "functions", "geometry_networks", "hundred_steps", "learning", "notebooks",
    "outside_things", "package", "pages", "public_face", "published", "readers", "readme",
    "references", "second_wave", "watching",
}  # fmt: skip
NOTHING_TO_TEST = {"__init__", "__main__", "_version", "errors"}


def part_of(file):
    """`mesh` for meshgait/mesh.py, `render` for all in meshgait/render/."""
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


@functools.cache
def tree_of(file):
    return ast.parse(file.read_text(encoding="utf-8"))


@functools.cache
def imported_modules(file):
    """Dotted names of all modules that a file imports, at its top, in functions or by `require`."""
    found = []
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Import):
            found += [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are absolute"
            inside = node.module == "meshgait"
            found += [f"meshgait.{name.name}" for name in node.names] if inside else [node.module]
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "require":
            found += [name.value for name in node.args[:1] if isinstance(name, ast.Constant)]
    return found


def top_imports(file, names):
    """Modules of ours that loading a file loads first; a package counts as what it re-exports."""
    for node in tree_of(file).body:
        if isinstance(node, ast.ImportFrom):
            for name in node.names:
                whole = f"{node.module}.{name.name}"
                yield whole if whole in names else node.module
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def test_imports_go_down_the_floors():
    wrong = []
    for file in FILES:
        part = part_of(file)
        if part == "__init__":
            continue  # the door, which all see and nobody below uses
        assert part in HEIGHT, f"say in {Path(__file__).name} on which floor {part} stands"
        for module in imported_modules(file):
            top, *rest = module.split(".")
            other = rest[0] if rest else "__init__"
            if top != "meshgait" or other == part:
                continue
            if HEIGHT.get(other, (99,)) >= HEIGHT[part] or other in WALLS.get(part, ()):
                wrong.append(f"{file.relative_to(ROOT)} imports {module}")
    assert not wrong


def test_what_a_room_loads_when_it_is_touched_is_not_called_as_a_module_in_it():
    """Loading the module would put it in the place of the thing."""
    for file in PACKAGES:
        lazy = [node for node in tree_of(file).body if isinstance(node, ast.If)]
        imports = [line for block in lazy for line in block.body if hasattr(line, "module")]
        names = {
            name.name for line in imports for name in line.names
            if f"meshgait.{name.name}" not in imported_modules(file)
        }  # fmt: skip
        modules = {inside.stem for inside in file.parent.iterdir()}
        assert not names & modules, file


def test_every_part_on_a_floor_is_there():
    assert set(HEIGHT) == {part_of(file) for file in FILES} - {"__init__"}


def test_inside_a_part_imports_make_no_circle():
    names = {".".join(file.relative_to(ROOT).with_suffix("").parts): file for file in FILES}
    names = {name.removesuffix(".__init__"): file for name, file in names.items()}
    uses = {}
    for name, file in names.items():
        found = set(top_imports(file, names))
        uses[name] = found - {name}
    while leaves := {name for name, used in uses.items() if not used & uses.keys()}:
        uses = {name: used for name, used in uses.items() if name not in leaves}
    assert not uses


def test_no_name_of_the_package_hides_a_part_of_it():
    parts = {part_of(file) for file in FILES}
    for name in set(meshgait.__all__) & parts - {"_version"}:
        assert inspect.ismodule(getattr(meshgait, name)), name


def test_at_most_ten_modules_lie_loose():
    assert len(list(PACKAGE.glob("*.py"))) <= 10


@pytest.mark.parametrize("package", OWNERS)
def test_geometry_of_others_is_imported_in_one_place(package):
    users = [file for file in FILES if package in {m.split(".")[0] for m in imported_modules(file)}]
    parts = [part_of(file) for file in users]
    assert set(parts) <= set(OWNERS[package])
    assert len(parts) == len(set(parts)), [str(file.relative_to(ROOT)) for file in users]


def test_names_of_files_say_what_is_in_them():
    files = itertools.chain(
        *(ROOT.glob(f"{top}/**/*") for top in ("meshgait", "tests", "examples"))
    )
    stems = {path.stem.strip("_") for path in files}
    assert not stems & {"utils", "util", "common", "base", "helpers", "helper", "misc"}


def test_files_are_short():
    lines = {str(f.relative_to(ROOT)): len(f.read_text("utf-8").splitlines()) for f in FILES}
    assert not {name: count for name, count in lines.items() if count > 300}


def test_functions_are_short():
    long = set()
    for file in FILES:
        for node in ast.walk(tree_of(file)):
            is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            if is_function and node.end_lineno - node.lineno >= 40:
                long.add(f"{file.relative_to(PACKAGE)}:{node.name}")
    assert long <= LONG_KERNELS


def constants_classes_functions(name):
    """The order that ruff gives to `__all__`."""
    return not name.isupper(), not name[0].isupper(), name


@pytest.mark.parametrize("file", PACKAGES, ids=lambda file: file.parent.name)
def test_public_means_listed(file):
    tree = tree_of(file)
    listed, brought = None, set()
    for node in ast.walk(tree):  # what is imported when it is used is public, too
        if isinstance(node, ast.ImportFrom) and node.module == "meshgait._lazy":
            continue  # how names are brought
        if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "meshgait":
            brought |= {name.asname or name.name for name in node.names}
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            listed = ast.literal_eval(node.value)
    if file.parent.name == "cli" and listed is None:
        return  # a program, not a library
    if listed is None and not brought:
        return  # a room without a counter
    assert listed == sorted(set(listed), key=constants_classes_functions)
    assert {name for name in brought if not name.startswith("_") or name == "__version__"} == set(
        listed
    )


def test_tests_mirror_the_tree():
    for test in (ROOT / "tests").rglob("test_*.py"):
        name, folder = test.stem.removeprefix("test_"), test.parent.relative_to(ROOT / "tests")
        found = [(PACKAGE / folder / f"{mark}{name}.py").exists() for mark in ("", "_")]
        assert any(found) or name in {folder.name, *TESTS_OF_MANY}, test


def test_every_part_has_its_tests():
    tests = ROOT / "tests"
    parts = {part_of(file) for file in FILES} - NOTHING_TO_TEST
    bare = {
        part
        for part in parts
        if not (tests / f"test_{part.strip('_')}.py").exists() and not (tests / part).is_dir()
    }
    # Threads are tested with the kernels that use them.
    assert bare <= {"_threads"}


PROBE = """
import json, sys, warnings
import jaxtyping, numpy, torch
warnings.simplefilter("error")
before = set(sys.modules)
import meshgait
print(json.dumps(sorted({name.split(".")[0] for name in set(sys.modules) - before})))
"""


def test_importing_meshgait_is_light_and_silent():
    found = subprocess.run(
        [sys.executable, "-c", PROBE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stderr == ""
    assert len(found.stdout.splitlines()) == 1
    modules = json.loads(found.stdout)
    assert {name for name in modules if name not in sys.stdlib_module_names} == {"meshgait"}
