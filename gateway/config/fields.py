"""The kinds of value that several ways in and out share: texts, endpoints, numbers, tables by priority."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from gateway import endpoints
from gateway.config.sections import MAX_PATH
from gateway.model import NumberKind

MAX_TEXT_KEY = 255  # more than any name or topic that the keys hold


def _server(value: str) -> str:
    if (fault := endpoints.server_fault(value)) is not None:
        raise ValueError(fault)
    return value


def _client(value: str) -> str:
    if (fault := endpoints.client_fault(value)) is not None:
        raise ValueError(fault)
    return value


def by_priority(defaults: dict[int, int], low: int, high: int) -> BeforeValidator:
    """A table from our priorities to a protocol's; a priority that is not written keeps its default."""

    def check(value: object) -> object:
        if not isinstance(value, dict):
            raise ValueError(f"must be a table such as {{ 1 = {high}, 2 = {high} }}")
        wrong = [key for key in value if str(key) not in {"1", "2", "3", "4", "5"}]
        wrong += [key for key, code in value.items() if type(code) is not int or not low <= code <= high]
        if wrong:
            entries = ", ".join(f"{key} = {value[key]!r}" for key in dict.fromkeys(wrong))
            raise ValueError(f"has {entries}; allowed: priorities 1 to 5 = {low} to {high}")
        return defaults | {int(key): code for key, code in value.items()}

    return BeforeValidator(check)


Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT_KEY)]
FilePath = Annotated[str, Field(min_length=1, max_length=MAX_PATH)]
ServerEndpoint = Annotated[str, AfterValidator(_server)]
ClientEndpoint = Annotated[str, AfterValidator(_client)]
Port = Annotated[int, Field(ge=1, le=endpoints.MAX_PORT)]
Kind = Annotated[NumberKind, Field(strict=False)]
