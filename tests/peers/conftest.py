"""Programs of npm that judge us.

They are pinned by hash in the `package-lock.json` of their folder, and installed into a temporary one.
"""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

INSTALLED_WITHIN = 60.0


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Makes a copy of a folder beside this file in which node finds the packages that it names."""

    def make(name: str) -> Path:
        node, tool = shutil.which("node"), shutil.which("npm")
        if node is None or tool is None:
            pytest.skip("node and npm are not installed")
        folder = tmp_path_factory.mktemp(name)
        for file in (Path(__file__).parent / name).iterdir():
            shutil.copy(file, folder)
        done = subprocess.run(
            [tool, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=folder,
            capture_output=True,
            timeout=INSTALLED_WITHIN,
            check=False,
        )
        if done.returncode:
            pytest.skip(f"npm cannot install the packages of {name} here")
        return folder

    return make
