"""A table asked for every entry of an array: numpy would make indices of eight bytes first."""

from typing import no_type_check

import numpy as np

from meshgait._jit import kernel


@kernel
@no_type_check
def look_up(entries, table, found):
    """Write table[entries[i, j]] to found[i, j]; `entries` are bytes, the table has 256 rows."""
    for i in range(len(entries)):
        line, goal = entries[i], found[i]
        for j in range(len(line)):
            goal[j] = table[np.intp(line[j])]
