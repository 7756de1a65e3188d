"""What is not said is promised, too: a default that changes, changes everybody's numbers.

`python -m tests.test_defaults` writes `golden/defaults.json` anew, after a change that is meant.
"""

import ast
import json
from pathlib import Path

ROOT = Path(__file__).parents[1]
GOLDEN = Path(__file__).parent / "golden/defaults.json"


def test_defaults_and_named_configurations_are_those_that_were_published():
    """What is new or gone changes no numbers of those who did not ask for it."""
    found, expected = defaults(), json.loads(GOLDEN.read_text("utf-8"))
    for name in found.keys() & expected.keys():
        now, before = found[name], expected[name]
        if isinstance(now, dict) and isinstance(before, dict):
            both = now.keys() & before.keys()
            now, before = ({field: each[field] for field in both} for each in (now, before))
        assert now == before, name


def defaults():
    """Each public function's and record's, and the configurations with a name, as they are written.

    Files of names alone, or of things that are no part of the interface, begin with `_`.
    """
    found = {}
    for path in sorted((ROOT / "meshgait").rglob("*.py")):
        if not path.name.startswith("_"):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found |= said_in(module, ast.parse(path.read_text("utf-8")).body)
    return {name: found[name] for name in sorted(found) if found[name]}


def said_in(where, body):
    found = {}
    for node in body:
        if isinstance(node, ast.FunctionDef):
            found[f"{where}.{node.name}"] = of_arguments(node.args)
        elif isinstance(node, ast.ClassDef):
            fields = [n for n in node.body if isinstance(n, ast.AnnAssign) and n.value is not None]
            found[f"{where}.{node.name}"] = {n.target.id: ast.unparse(n.value) for n in fields}
            found |= said_in(f"{where}.{node.name}", node.body)
        elif isinstance(node, ast.Assign) and is_configuration(node.value):
            found[f"{where}.{ast.unparse(node.targets[0])}"] = ast.unparse(node.value)
    return {name: what for name, what in found.items() if is_public(name)}


def of_arguments(arguments):
    placed = [*arguments.posonlyargs, *arguments.args]
    late = placed[len(placed) - len(arguments.defaults) :]
    pairs = [*zip(late, arguments.defaults, strict=True)]
    pairs += zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    said = {argument.arg: ast.unparse(value) for argument, value in pairs if value is not None}
    return {name: text for name, text in said.items() if text != "None"}


def is_configuration(value):
    return isinstance(value, ast.Call) and ast.unparse(value.func).endswith("Config")


def is_public(name):
    last = name.rpartition(".")[2]
    return last == "__init__" or not last.startswith("_")


if __name__ == "__main__":
    rows = [f"{json.dumps(name)}: {json.dumps(what)}" for name, what in defaults().items()]
    GOLDEN.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")
