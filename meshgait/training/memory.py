"""What the C library does with memory that is given back to it."""

import ctypes
import platform

_MMAP_MAX, _TRIM_THRESHOLD = -4, -1  # M_MMAP_MAX and M_TRIM_THRESHOLD of <malloc.h>


def keep_freed_memory() -> bool:
    """Let this process keep the memory of freed tensors, to use it again; True if it now does.

    By default glibc returns large blocks to the system at once, and every step of a training on
    CPU waits for the system to clear them anew. Only the process as a whole can be asked, so this
    is for programs to call, not for libraries. Elsewhere than on glibc nothing happens.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return bool(mallopt(_MMAP_MAX, 0)) and bool(mallopt(_TRIM_THRESHOLD, -1))
