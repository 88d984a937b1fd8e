"""`make drawings`: draws every transition table into docs/machines."""

from pathlib import Path

from tools.machines import machines
from tools.svg import draw

FOLDER = Path(__file__).parent.parent / "docs" / "machines"


def drawings() -> dict[Path, str]:
    """What each drawing has to hold, by its file."""
    return {FOLDER / f"{machine.name}.svg": draw(machine) for machine in machines()}


def main() -> None:
    """Write every drawing."""
    FOLDER.mkdir(exist_ok=True)
    for path, content in drawings().items():
        path.write_text(content, encoding="utf-8")
        print(path)


if __name__ == "__main__":
    main()
