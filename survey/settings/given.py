"""What a value of a configuration file must be, and what to write instead of a bad one. Pure."""

from collections.abc import Mapping
from typing import Any

from survey.instrument.ages import age_band


def remedy_of(rule: Mapping[str, Any], value: Any) -> str:  # noqa: PLR0911 - one line a kind of value
    """Say what to write instead of a bad value, or nothing."""
    kind = rule["kind"]
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    match kind:
        case "whole" | "number":
            good = (
                number
                and rule["low"] <= value <= rule["high"]
                and (kind == "number" or isinstance(value, int))
            )
            sort = "whole number" if kind == "whole" else "number"
            return "" if good else f"write a {sort} from {rule['low']} to {rule['high']}"
        case "flag":
            return "" if isinstance(value, bool) else "write true or false"
        case "choice":
            return "" if value in rule["choices"] else f"write one of {', '.join(map(str, rule['choices']))}"
        case "path":
            return (
                "" if isinstance(value, str) and value.startswith("/") else "write an absolute path in quotes"
            )
        case "paths":
            good = isinstance(value, list) and all(
                isinstance(text, str) and text[:1] == "/" for text in value
            )
            return "" if good else "write a list of absolute paths in quotes"
        case "text":
            return "" if isinstance(value, str) else "write a text in quotes"
        case "pins":
            good = isinstance(value, list) and len(value) in (0, 4) and len(set(value)) == len(value)
            good = good and all(isinstance(pin, int) and 0 <= pin <= 27 for pin in value)
            return (
                ""
                if good
                else "write four different GPIO numbers (BCM) from 0 to 27, left to right, or [] for none"
            )
        case "chord":
            good = (
                isinstance(value, list) and len(set(value)) == 2 == len(value) and set(value) <= {1, 2, 3, 4}
            )
            return "" if good else "write two different buttons of 1 to 4, as [1, 4]"
        case "age_bands":
            good = isinstance(value, list) and 2 <= len(value) <= 20
            good = good and all(isinstance(band, str) and age_band(band) for band in value)
            return "" if good else 'write bands of years, as ["<18", "18-25", ">25"]'
        case _:
            good = isinstance(value, list) and all(isinstance(text, str) and text for text in value)
            return "" if good else "write a list of texts in quotes"
