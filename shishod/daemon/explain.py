"""What a validation found, in the operator's words: the line, the key, what is wrong, and what was probably meant."""

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from shishod.strict_yaml import Fault, Key, Mark, dotted

SENTENCES: Mapping[str, str] = {
    "missing": "is needed and not there",
    "extra_forbidden": "there is no such key",
    "tuple_type": "must be a list, each entry on a line of its own that begins with -",
    "model_type": "must hold settings by name",
    "dict_type": "must hold settings by name",
}
WHOLE, NUMBER, SIZE = "should be a whole number", "should be a number", 'should be a size, as in "20KB" or "64MiB"'
SHOULD: Mapping[str, str] = {  # told with what stands there instead
    **dict.fromkeys(("int_parsing", "int_parsing_size", "int_from_float", "int_type"), WHOLE),
    **dict.fromkeys(("float_parsing", "float_type", "finite_number"), NUMBER),
    **dict.fromkeys(("byte_size", "byte_size_unit"), SIZE),
    **dict.fromkeys(("bool_parsing", "bool_type"), "should be true or false"),
    "string_type": "should be text, with quotes around it",
}


def explain(error: ValidationError, model: type[BaseModel], marks: Mapping[Key, Mark], whole: Mark) -> list[Fault]:
    """One fault for each key, however many ways there were of being right."""
    texts: dict[Key, list[str]] = {}
    hints: dict[Key, str] = {}
    for found in error.errors(include_url=False):
        known = _deepest_known(tuple(found["loc"]), marks)
        key = tuple(found["loc"]) if not marks or found["type"] == "missing" else known
        texts.setdefault(key, []).append(_sentence(found))
        if found["type"] == "extra_forbidden":
            hints[key] = _meant(str(found["loc"][-1]), _keys_of(model, key[:-1]), model)
    return [
        Fault(_mark(key, marks, whole), dotted(key), " or ".join(dict.fromkeys(said)), hints.get(key, ""))
        for key, said in texts.items()
    ]


def _deepest_known(loc: Key, marks: Mapping[Key, Mark]) -> Key:
    """The part of a location that stands in a file; the rest names alternatives of a union."""
    return next((loc[:end] for end in range(len(loc), 0, -1) if loc[:end] in marks), loc[:1])


def _mark(key: Key, marks: Mapping[Key, Mark], whole: Mark) -> Mark:
    return next((marks[key[:end]] for end in range(len(key), 0, -1) if key[:end] in marks), whole)


def _sentence(found: Mapping[str, Any]) -> str:
    text = SENTENCES.get(found["type"])
    if text is not None:
        return text
    said = str(found["msg"]).removeprefix("Value error, ").replace("Input should", "should")
    said = SHOULD.get(found["type"], said)
    given = found["input"]
    if found["type"] == "value_error" or not isinstance(given, str | int | float | bool):
        return said
    return f"{said}, not {str(given).lower() if isinstance(given, bool) else given}"


def _keys_of(model: type[BaseModel], at: Key) -> tuple[str, ...]:
    """The keys that a section knows; a library's own lie one level deeper, below its name."""
    for part in at:
        field = model.model_fields.get(str(part))
        if field is None:
            continue
        inner = [one for one in (field.annotation, *get_args(field.annotation)) if _is_model(one)]
        if not inner:
            return ()
        model = inner[0]
    return tuple(model.model_fields)


def _is_model(one: Any) -> bool:
    return isinstance(one, type) and issubclass(one, BaseModel)


def _meant(name: str, keys: Iterable[str], model: type[BaseModel]) -> str:
    import difflib  # for who has made a mistake

    keys = tuple(keys)
    if near := difflib.get_close_matches(name, keys, n=1, cutoff=0.6):
        return f"did you mean {near[0]}?"
    elsewhere = [section for section in model.model_fields if name in _keys_of(model, (section,)) and name not in keys]
    if elsewhere:
        return f"it belongs under {elsewhere[0]}:"
    return f"the keys here are {', '.join(keys)}"
