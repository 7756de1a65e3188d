"""Protocols on disk: our JSON, tables of sequences (CSV or JSON), and official partition files."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from meshgait.data.protocols.protocol import Group, Protocol
from meshgait.errors import ConfigError, DataError
from meshgait.files.regular import parse_json, read_text
from meshgait.files.storage import written_whole

FORMAT = 1
_COLUMNS = ("id", "sequence", "role", "view", "condition")
_NEEDED = ("id", "role")
_TEXTS = ("name", "metric", "average", "overall", "view_ends_at")
_PLAIN = (*_TEXTS, "exclude_same_view", "unmatched_is_miss")
_MEMBERS = ("names", "conditions", "parts")


def write_protocols(path: str | Path, protocols: Sequence[Protocol]) -> None:
    """Write protocols as JSON that `read_protocols` reads."""
    content = {
        "format": FORMAT,
        "protocols": [protocol_to_plain(protocol) for protocol in protocols],
    }
    with written_whole(path) as part:
        part.write_text(json.dumps(content, indent=1), encoding="utf-8")


def read_protocols(path: str | Path) -> tuple[Protocol, ...]:
    """The protocols of a file, the usual one first.

    The file is what `write_protocols` wrote; a table with the columns `id`, `sequence`, `role`
    (probe or gallery), `view` and `condition`, as CSV or as a JSON list of objects; or an official
    partition with a PROBE_SET. In a table `sequence` is the name of a record, without which it is
    `id-condition-view`; probes are grouped by condition. Raises `DataError` for another content.
    """
    path = Path(path)
    try:
        text = read_text(path)
        start = text.lstrip()[:1]
        if not start or start.isalpha() or start == '"':  # the names of columns
            return (_from_table(path, list(csv.DictReader(text.splitlines()))),)
        return _from_json(path, parse_json(text, name=str(path)))
    except csv.Error as error:
        raise DataError(f"{path} cannot be read as a protocol: {error}") from error


def _from_json(path: Path, content: Any) -> tuple[Protocol, ...]:
    if isinstance(content, list):
        return (_from_table(path, content),)
    if isinstance(content, dict) and "PROBE_SET" in content:
        probes = _texts(path, "PROBE_SET", content["PROBE_SET"])
        return (Protocol(path.stem, probes=probes),)
    if not isinstance(content, dict) or not isinstance(content.get("protocols"), list):
        raise DataError(
            f"{path} is no protocol: needed is a list of sequences, a PROBE_SET or protocols as "
            "meshgait writes them"
        )
    if content.get("format") != FORMAT:
        raise DataError(f"{path} has protocol format {content.get('format')!r}, not {FORMAT}")
    if not content["protocols"]:
        raise DataError(f"{path} holds no protocol at all")
    return tuple(_from_plain(path, entry) for entry in content["protocols"])


def protocol_to_plain(protocol: Protocol) -> dict[str, Any]:
    """A protocol as `write_protocols` writes it: equal ones give equal lists."""
    plain: dict[str, Any] = {name: getattr(protocol, name) for name in _PLAIN}
    if isinstance(protocol.probes, frozenset):
        plain["probes"] = sorted(protocol.probes)
    else:
        plain["probes"] = [_group_to_plain(group) for group in protocol.probes]
    plain["gallery"] = protocol.gallery and _group_to_plain(protocol.gallery)
    plain["views"] = dict(sorted(protocol.views.items()))
    plain["without_views"] = sorted(protocol.without_views)
    return plain


def _group_to_plain(group: Group) -> dict[str, Any]:
    lists = {key: sorted(getattr(group, key)) for key in _MEMBERS}
    plain = {"name": group.name, **{key: value for key, value in lists.items() if value}}
    return plain | ({"gallery": _group_to_plain(group.gallery)} if group.gallery else {})


def _from_plain(path: Path, entry: Any) -> Protocol:
    known = (*_PLAIN, "probes", "gallery", "views", "without_views")
    if not isinstance(entry, dict) or not {"name", "probes"} <= entry.keys():
        raise DataError(f"{path}: a protocol has a name and probes, got {_short(entry)}")
    _refuse_unknown(path, entry, known)
    for name in _PLAIN:
        kind = str if name in _TEXTS else bool
        if name in entry and not isinstance(entry[name], kind):
            raise DataError(f"{path}: {name} is a {kind.__name__}, got {_short(entry[name])}")
    values = {name: entry[name] for name in _PLAIN if name in entry}
    probes, views = entry["probes"], entry.get("views", {})
    if not isinstance(views, dict) or not all(isinstance(view, str) for view in views.values()):
        raise DataError(f"{path}: views is a text for each sequence, got {_short(views)}")
    is_groups = isinstance(probes, list) and any(isinstance(group, dict) for group in probes)
    chosen = (
        tuple(_group(path, group) for group in probes)
        if is_groups
        else _texts(path, "probes", probes)
    )
    gallery = None if entry.get("gallery") is None else _group(path, entry["gallery"])
    without = _texts(path, "without_views", entry.get("without_views", []))
    try:
        return Protocol(
            **values, probes=chosen, gallery=gallery, views=views, without_views=without
        )
    except ConfigError as error:
        raise DataError(f"{path}: {error}") from error


def _group(path: Path, entry: Any) -> Group:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise DataError(f"{path}: a group of sequences has a name, got {_short(entry)}")
    _refuse_unknown(path, entry, ("name", *_MEMBERS, "gallery"))
    lists = {key: _texts(path, key, entry.get(key, [])) for key in _MEMBERS}
    own = entry.get("gallery")
    if isinstance(own, dict) and own.get("gallery") is not None:
        raise DataError(f"{path}: the gallery of {_short(entry['name'])} has itself a gallery")
    return Group(entry["name"], **lists, gallery=None if own is None else _group(path, own))


def _texts(path: Path, key: str, values: Any) -> frozenset[str]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise DataError(f"{path}: {key} is a list of texts, got {_short(values)}")
    return frozenset(values)


def _from_table(path: Path, rows: list[Any]) -> Protocol:
    sides: dict[str, dict[str, set[str]]] = {"probe": {}, "gallery": {}}
    views: dict[str, str] = {}
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        cells = _cells(path, number, row)
        parts = (cells["id"], cells["condition"], cells["view"])
        name = cells["sequence"] or "-".join(parts)
        if name in seen:
            raise DataError(f"{path}, row {number}: {name} is listed twice")
        if cells["role"] not in sides:
            raise DataError(
                f"{path}, row {number}: a role is probe or gallery, got {cells['role']!r}"
            )
        if not name.startswith(f"{cells['id']}-"):
            raise DataError(
                f"{path}, row {number}: sequence {name} is not of {cells['id']}; it is named "
                "id-condition-view"
            )
        seen.add(name)
        sides[cells["role"]].setdefault(cells["condition"], set()).add(name)
        if cells["view"]:
            views[name] = cells["view"]
    groups = tuple(
        Group(condition or "all", names=frozenset(names))
        for condition, names in sorted(sides["probe"].items())
    )
    gallery = frozenset(name for names in sides["gallery"].values() for name in names)
    if not groups or not gallery:
        raise DataError(f"{path} has no {'gallery' if groups else 'probe'} sequence")
    return Protocol(path.stem, probes=groups, gallery=Group("gallery", names=gallery), views=views)


def _cells(path: Path, number: int, row: Any) -> dict[str, str]:
    if not isinstance(row, dict):
        raise DataError(f"{path}, row {number}: a sequence is an object, got {_short(row)}")
    _refuse_unknown(path, row, _COLUMNS)
    cells = {key: row.get(key) or "" for key in _COLUMNS}
    for key, cell in cells.items():
        if not isinstance(cell, str) or (key in _NEEDED and not cell):
            raise DataError(f"{path}, row {number}: {key} is a text, got {_short(row.get(key))}")
    return {key: cell.strip() for key, cell in cells.items()}


def _refuse_unknown(path: Path, entry: Mapping[Any, Any], known: Sequence[str]) -> None:
    for key in entry:
        if key not in known:
            near = get_close_matches(str(key), known, n=1, cutoff=0)[0]
            raise DataError(f"{path}: there is no {_short(key)}; did you mean {near!r}?")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]} ..."
