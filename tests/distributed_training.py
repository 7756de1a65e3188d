"""What two processes do: python -m torch.distributed.run ... THIS OUT [dying|resuming].

Train, interrupted in the second process alone; go on; show that only the first process writes.
Or the second one dies in its third step, or both go on with what was saved.
"""

import faulthandler
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from meshgait.models import SLN
from meshgait.training.fit import fit
from meshgait.training.optimizers import Sgd
from tests.small_training import DATA, RECIPE, in_step, tiny

# Adam would turn rounding of the gradient into steps of full length.
RECIPE = replace(RECIPE, steps=8, optimizer=Sgd(), milestones=(4,))


def exact(model, criterion):
    """In float64: a triplet that rounding puts on the other side of the margin changes a lot."""
    return model.double(), criterion.double()


def main(out):
    faulthandler.dump_traceback_later(100, exit=True)  # one process must not wait for ever
    is_first = os.environ["RANK"] == "0"
    if not is_first:
        loop = sys.modules["meshgait.training.fit"]
        del loop.save_checkpoint, loop.write_table  # nothing to write with
    model, criterion = exact(*tiny(SLN))
    if not is_first:
        in_step(3, criterion, lambda: signal.raise_signal(signal.SIGTERM))
    try:
        fit(model, DATA, RECIPE, loss=criterion, out=out)
    except KeyboardInterrupt:
        (out / f"interrupted-{os.environ['RANK']}").touch()
    model, criterion = exact(*tiny(SLN))
    history = fit(model, DATA, RECIPE, loss=criterion, out=out, resume=True)
    (out / f"rows-{os.environ['RANK']}").write_text(repr(history))


def die(out):
    faulthandler.dump_traceback_later(100, exit=True)
    model, criterion = exact(*tiny(SLN))
    if os.environ["RANK"] == "1":
        in_step(3, criterion, lambda: os.kill(os.getpid(), signal.SIGKILL))
    fit(model, DATA, RECIPE, loss=criterion, out=out)


def resume(out):
    faulthandler.dump_traceback_later(100, exit=True)
    model, criterion = exact(*tiny(SLN))
    fit(model, DATA, RECIPE, loss=criterion, out=out, resume=True)


if __name__ == "__main__":
    modes = {"dying": die, "resuming": resume}
    modes.get("".join(sys.argv[2:]), main)(Path(sys.argv[1]))
