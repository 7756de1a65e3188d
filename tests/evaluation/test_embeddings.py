import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from torch.nn.functional import cosine_similarity
from torch.testing import assert_close

from meshgait.data import Protocol
from meshgait.errors import ConfigError, DataError, ShapeError
from meshgait.evaluation import Embeddings, embed, evaluate
from meshgait.metrics import part_distance
from meshgait.models import GEI, SLN, SMPLGait
from meshgait.nn import embed_sequences
from meshgait.sequence import Record
from tests.random_walks import RandomWalks
from tests.small_training import DATA, tiny
from tests.tolerance import rounding_of_network

names = st.text(st.characters(exclude_characters="\0"), max_size=8)


def records(subjects):
    return [Record(subject, "nm", str(place)) for place, subject in enumerate(subjects)]


@settings(max_examples=50)
@given(
    st.lists(st.tuples(names, names, names), max_size=4), st.sampled_from(["float32", "float64"])
)
def test_embeddings_survive_whatever_the_names(tmp_path_factory, rows, dtype):
    path = tmp_path_factory.getbasetemp() / "embeddings.npz"
    values = torch.randn(len(rows), 2, 3, dtype=getattr(torch, dtype))
    Embeddings(values, [Record(*row) for row in rows]).save(path)
    found = Embeddings.load(path)
    assert_close(found.values, values, rtol=0, atol=0)
    assert found.records == [Record(*row) for row in rows]


def test_embeddings_with_a_gradient_are_saved_too(tmp_path):
    Embeddings(torch.ones(1, 1, 1, requires_grad=True), records("a")).save(tmp_path / "e.npz")
    assert Embeddings.load(tmp_path / "e.npz").values.tolist() == [[[1.0]]]


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("shape", [(2, 3), (3, 1, 4)])
def test_embeddings_and_records_belong_together(shape):
    with pytest.raises(ShapeError, match=r"\(N, P, C\) for 2 records, got \(\d, \d"):
        Embeddings(torch.zeros(shape), records("ab"))


whole = {
    "embedding": np.zeros((2, 1, 3), np.float32), "subject": np.array(["a", "b"]),
    "condition": np.array(["nm", "nm"]), "view": np.array(["0", "1"]),
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"embedding": None}, r"is a clip \(condition, subject, view\), not embeddings"),
        ({"subject": None, "view": None}, "subject and view are not there"),
        ({"embedding": np.zeros((2, 3), np.float32)}, r"embeddings are .* got float32 \(2, 3\)"),
        ({"embedding": np.zeros((2, 1, 3), np.int64)}, "got int64"),
        ({"embedding": np.zeros((2, 1, 3), np.complex64)}, "got complex64"),
        ({"embedding": np.full((2, 1, 3), "x")}, "got <U1"),
        ({"embedding": np.array(3.0)}, r"got float64 \(\)"),
        ({"subject": np.array(["a", "b", "c"])}, r"subject must be a text for each of 2 .*\(3,\)"),
        ({"subject": np.array("ab")}, r"subject must .*\(\)"),
        ({"condition": np.array([["a"], ["b"]])}, r"condition must .*\(2, 1\)"),
        ({"view": np.array([1, 2])}, "view must .* got int64"),
        ({"view": np.array([b"1", b"2"])}, r"view must .* got \|S1"),
        ({"view": np.array([{}, None])}, r"view must .* got object \(2,\)"),
    ],
)
def test_a_file_that_holds_something_else_is_refused(tmp_path, change, reason):
    path = tmp_path / "x.npz"
    np.savez(path, **{name: a for name, a in {**whole, **change}.items() if a is not None})
    with pytest.raises(DataError, match=rf"x\.npz.*{reason}"):
        Embeddings.load(path)


def test_names_may_be_objects_as_long_as_they_are_text(tmp_path):
    np.savez(tmp_path / "x.npz", **whole | {"subject": np.array(["a", "b"], dtype=object)})
    assert [record.subject for record in Embeddings.load(tmp_path / "x.npz").records] == ["a", "b"]


def test_a_damaged_file_is_refused(tmp_path):
    path = tmp_path / "x.npz"
    np.savez(path, **whole)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(DataError, match=r"x\.npz cannot be read"):
        Embeddings.load(path)
    with pytest.raises(FileNotFoundError):
        Embeddings.load(tmp_path / "nowhere.npz")


@pytest.mark.parametrize("model_class", [SMPLGait, SLN])
def test_embeddings_do_not_depend_on_the_batches(model_class):
    model = tiny(model_class)[0].eval()
    clips = [DATA[index].only(model.inputs) for index in range(len(DATA))]
    alone = [
        model(**{name: torch.from_numpy(a).unsqueeze(0) for name, a in clip.frames.items()})
        for clip in clips
    ]
    for budget in (1, 7, 10_000):
        found = embed(model, DATA, budget=budget)
        expected = torch.cat(alone).detach()
        assert_close(found.values, expected, **rounding_of_network(model, expected))
        assert found.records == DATA.records


def test_worker_processes_embed_the_same():
    model = GEI(GEI.Config(size=DATA.size))
    found, expected = (embed(model, DATA, workers=workers).values for workers in (1, 0))
    assert torch.equal(found, expected)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 30))
def test_no_batch_exceeds_the_budget_but_for_single_clips(budget):
    seen = []
    model = GEI(GEI.Config(size=DATA.size))
    model.register_forward_pre_hook(
        lambda _, args, inputs: seen.append(inputs["mask"].shape), with_kwargs=True
    )
    embed(model, DATA, budget=budget)
    assert sum(batch for batch, _ in seen) == len(DATA)
    assert all(batch == 1 or batch * time <= budget for batch, time in seen)


def test_frames_beyond_the_limit_are_left_out_and_without_one_it_is_said(monkeypatch):
    model = GEI(GEI.Config(size=DATA.size))
    clip = DATA[0].frames["silhouette"][:2]
    lengths = [len(walk.frames["silhouette"]) for walk in DATA]
    long = sum(length > 2 for length in lengths)
    said = rf"{long} of {len(DATA)} sequences only the first 2 .* longest has {max(lengths)} "
    found = embed(model, DATA, limit=2).values[0].flatten()
    for place in ("meshgait.nn.embed", "meshgait.evaluation.embeddings"):
        monkeypatch.setattr(f"{place}.MOST_FRAMES", 2)
    with pytest.warns(UserWarning, match=said):
        assert_close(embed(model, DATA).values[0].flatten(), found)
    assert_close(found, torch.from_numpy(clip).float().div(255).mean(0).flatten())
    with pytest.raises(ConfigError, match="at least one frame"):
        embed(model, DATA, limit=0)


def test_embedding_leaves_the_model_as_it_was():
    for training in (True, False):
        model = tiny()[0].train(training)
        before = {name: value.clone() for name, value in model.state_dict().items()}
        assert not embed(model, DATA).values.requires_grad
        assert model.training is training
        assert_close(model.state_dict(), before, rtol=0, atol=0)


def test_there_is_something_to_embed():
    with pytest.raises(DataError, match="no sequence to embed"):
        embed(GEI(), RandomWalks(people=0))


def distances_one_by_one(values, metric):
    if metric == "cosine":
        pairs = [[1 - cosine_similarity(a, b, dim=-1).mean() for b in values] for a in values]
    else:
        pairs = [[(a - b).norm(dim=-1).mean() for b in values] for a in values]
    return np.array(pairs)


def scores_one_by_one(distance, subjects, is_probe):
    """Every probe on its own: sort the gallery, strangers first where it is a tie."""
    found = {"rank1": [], "rank5": [], "rank10": [], "mAP": [], "mINP": []}
    gallery = [g for g in range(len(subjects)) if not is_probe[g]]
    for probe in np.flatnonzero(is_probe):
        row, same = distance[probe], [subject == subjects[probe] for subject in subjects]
        order = sorted(gallery, key=lambda g: (row[g], same[g]))
        ranks = [rank for rank, g in enumerate(order, 1) if same[g]]
        if ranks:
            for k in (1, 5, 10):
                found[f"rank{k}"].append(ranks[0] <= k)
            found["mAP"].append(np.mean([i / rank for i, rank in enumerate(ranks, 1)]))
            found["mINP"].append(len(ranks) / ranks[-1])
    return {name: 100 * np.mean(value) for name, value in found.items() if value}


def ranked(values, subjects, is_probe, protocol_metric="euclidean", **options):
    everyone = records(subjects)
    probes = frozenset(everyone[i].name for i in np.flatnonzero(is_probe))
    protocol = Protocol("test", probes, metric=protocol_metric)
    return evaluate(Embeddings(values, everyone), protocol, **options)


@st.composite
def galleries(draw):
    """Few people on a line of few places: ties, probes without a match, galleries of one abound."""
    subjects = draw(st.lists(st.sampled_from("abc"), min_size=2, max_size=9))
    places = draw(
        hnp.arrays(np.float32, (len(subjects), 1, 1), elements=st.sampled_from([0, 1, 4]))
    )
    is_probe = hnp.arrays(np.bool_, len(subjects)).filter(
        lambda mask: mask.any() and not mask.all()
    )
    return torch.from_numpy(places), subjects, draw(is_probe)


@settings(max_examples=200)
@given(galleries())
def test_scores_are_those_of_sorting_the_gallery_of_every_probe(gallery):
    values, subjects, is_probe = gallery
    # Rounding must not break the ties: these are the distances that `evaluate` sees.
    distance = np.zeros((len(values), len(values)))
    pairs = np.ix_(is_probe, ~is_probe)
    distance[pairs] = part_distance(values[is_probe], values[~is_probe])
    expected = scores_one_by_one(distance, subjects, is_probe)
    if not expected:
        with pytest.raises(DataError, match="no probe has a match"):
            ranked(*gallery)
        return
    found = ranked(*gallery)
    assert {name: found[name] for name in expected} == pytest.approx(expected)
    assert found["probes"] + found["unmatched"] == is_probe.sum()


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_the_metric_is_that_of_the_protocol_unless_one_is_given(metric):
    values = torch.randn(60, 3, 4)
    values[:20] *= 5  # lengths tell the two metrics apart
    subjects, is_probe = list("abcde" * 12), np.arange(60) % 3 == 0
    other = {"cosine": "euclidean", "euclidean": "cosine"}[metric]
    expected, wrong = (
        scores_one_by_one(distances_one_by_one(values, name), subjects, is_probe)
        for name in (metric, other)
    )
    for found in (
        ranked(values, subjects, is_probe, metric),
        ranked(values, subjects, is_probe, other, metric=metric),
    ):
        assert {name: found[name] for name in expected} == pytest.approx(expected)
    assert expected != wrong


def test_nan_is_not_ranked():
    embeddings = Embeddings(torch.tensor([[[1.0]], [[torch.nan]]]), records("aa"))
    with pytest.raises(DataError, match="look for NaN in the embeddings"):
        evaluate(embeddings, Protocol("test", frozenset(["a-nm-0"])))


class Strange(torch.nn.Module):
    """A network that gives something else than it says."""

    inputs, embedding_shape = ("silhouette",), (2, 3)

    def __init__(self, found):
        super().__init__()
        self.found = found

    def forward(self, silhouette, mask=None):
        return self.found(torch.zeros(len(silhouette), 2, 3))


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (lambda e: (e, e), "must return the embedding .B, P, C. alone, got tuple"),
        (lambda e: {"embedding": e}, "got dict"),
        (lambda e: e.mT, "should return .1, 2, 3. floats by its embedding_shape"),
        (lambda e: e.int(), "and returns .1, 2, 3. int32"),
        (lambda e: torch.cat([e, e]), "and returns .2, 2, 3."),
    ],
)
def test_what_a_network_gives_is_what_it_says(found, reason):
    walks, model = RandomWalks(people=1, clips=1), Strange(found)
    for work in (embed, embed_sequences):
        with pytest.raises((ConfigError, ShapeError), match=reason):
            work(model, walks if work is embed else walks[0])
