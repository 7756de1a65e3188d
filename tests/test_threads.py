"""Tasks of our own threads: all are done, or none is begun after one has failed."""

import time

import pytest
import torch

from meshgait._threads import each_alone, in_parallel


@pytest.fixture(params=[1, 2, 3])
def threads(request):
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


@pytest.mark.parametrize("run", [in_parallel, each_alone])
def test_results_are_in_the_order_of_the_tasks(run, threads):
    assert run(lambda k: k * k, range(20)) == [k * k for k in range(20)]
    assert run(abs, []) == []


@pytest.mark.parametrize("run", [in_parallel, each_alone])
def test_what_fails_ends_all_and_is_raised(run, threads):
    begun = []

    def task(k):
        begun.append(k)
        if k == 0:
            raise ValueError("the first")
        time.sleep(0.01)

    with pytest.raises(ValueError, match="the first"):
        run(task, range(100))
    after = len(begun)
    time.sleep(0.05)
    assert len(begun) == after < 100


def test_tasks_that_run_alone_have_one_thread_each_and_their_caller_all_of_its_own(threads):
    assert each_alone(lambda _: torch.get_num_threads(), range(6)) == [1] * 6
    assert torch.get_num_threads() == threads
    assert each_alone(lambda _: torch.get_num_threads(), [0]) == [threads]
    with pytest.raises(ZeroDivisionError):
        each_alone(lambda k: 1 // k, range(3))
    assert torch.get_num_threads() == threads
