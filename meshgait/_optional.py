"""The one door for packages that a plain `pip install meshgait` does not bring."""

import importlib
from importlib.util import find_spec
from types import ModuleType

from meshgait.errors import DependencyError, reason

# What a package may raise for a setting of its own that it reads when it is loaded.
_AT_IMPORT = (ValueError, RuntimeError, AttributeError)
_HINTS = {
    "open3d": (
        "Open3D's wheel also needs system libraries; on Debian and Ubuntu: "
        "apt-get install libusb-1.0-0 libgomp1 libvulkan1 mesa-vulkan-drivers"
    ),
    "pytorch3d": (
        "Its wheel needs the CUDA build of one version of torch, with or without a GPU; in an "
        "environment of its own: pip install torch==2.12.1 'meshgait[pytorch3d]'"
    ),
}


def require(package: str, extra: str | None = None) -> ModuleType:
    """Import `package` now, or say which extra of meshgait brings it.

    Raises `DependencyError` when it is not installed, and when it is installed but broken.
    """
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package.split(".", maxsplit=1)[0]:
            raise _broken(package, error) from error
        raise _missing(package, extra) from error
    except (ImportError, OSError, *_AT_IMPORT) as error:
        raise _broken(package, error) from error


def installed(package: str) -> bool:
    """Whether `require` gives it; nothing is said of why not."""
    try:
        require(package)
    except DependencyError:
        return False
    return True


def find(package: str, extra: str | None = None) -> None:
    """As `require`, without loading it: `DependencyError` where it is not installed."""
    try:
        found = find_spec(package)
    except ValueError:  # somebody put None or a bare object into its place
        found = None
    if found is None:
        raise _missing(package, extra)


def _missing(package: str, extra: str | None) -> DependencyError:
    install = f"meshgait[{extra}]" if extra else package
    return DependencyError(
        f"this needs the package {package!r}, which is not installed; "
        f"install it with: pip install '{install}'",
        code="package",
    )


def _broken(package: str, error: Exception) -> DependencyError:
    name = package.split(".", maxsplit=1)[0]
    if isinstance(error, OSError) and error.errno:  # the system's, not a library that is missing
        hint = "free some space, raise the limits (ulimit), or name a folder for temporary files "
        hint += "(TMPDIR)"
    else:
        hint = _HINTS.get(name, f"try: pip install --force-reinstall {package}")
    return DependencyError(
        f"the package {package!r} is installed but fails to load: {reason(error)}. {hint}",
        code="package",
    )
