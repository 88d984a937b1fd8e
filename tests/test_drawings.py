"""The drawings of the machines are those of the code."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tools.drawings import FOLDER, drawings
from tools.machines import Machine, machines

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    ("path", "content"), drawings().items(), ids=lambda value: getattr(value, "name", "")
)
def test_a_committed_drawing_is_what_the_code_draws(path: Path, content: str) -> None:
    """No table was changed without its drawing: `make drawings` makes it anew."""
    assert path.read_text(encoding="utf-8") == content


def test_no_drawing_is_left_over() -> None:
    """A drawing without its table tells of what is no more."""
    assert set(FOLDER.iterdir()) == set(drawings())


@pytest.mark.parametrize("machine", machines(), ids=lambda machine: machine.name)
def test_a_drawing_names_every_state_and_input(machine: Machine) -> None:
    """Every state has its card, and every input stands in each of them once."""
    inputs = [
        sorted([*(one for way in state.ways for one in way.inputs), *state.ignored, *state.forbidden])
        for state in machine.states
    ]
    assert all(names == inputs[0] for names in inputs)
    assert len(set(inputs[0])) == len(inputs[0])
    root = ET.fromstring(drawings()[FOLDER / f"{machine.name}.svg"])
    words = {element.text for element in root.iter(f"{SVG}text")}
    assert {state.name for state in machine.states} <= words
