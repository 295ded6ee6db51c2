"""Prints the interface of a module, read from its annotations: `python3 interface.py MODULE_PATH [mutates]`.

For the tests of verification only, which need an interface without a translation.
"""

import dataclasses
import importlib
import inspect
import json
import os
import sys
import types
import typing

sys.dont_write_bytecode = True
folder, file = os.path.split(os.path.abspath(sys.argv[1]))
sys.path.insert(0, folder)
module = importlib.import_module(file[:-3])
READERS = ("tag", "product_ids", "base_price", "movements", "query_stock", "stock_by_warehouse")
EXTRA = getattr(module, "INTERFACE", {})


def shape(hint):
    simple = {type(None): "none", None: "none", bool: "bool", int: "int", float: "float", str: "str", bytes: "bytes"}
    if isinstance(hint, typing.Hashable) and hint in simple:
        return simple[hint]
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (list, set):
        return {origin.__name__: shape(args[0])}
    if origin is frozenset:
        return {"frozen_set": shape(args[0])}
    if origin is dict:
        return {"dict": [shape(args[0]), shape(args[1])]}
    if origin is tuple:
        return {"tuple": [shape(item) for item in args]}
    if origin in (typing.Union, types.UnionType):
        return {"optional": shape([item for item in args if item is not type(None)][0])}
    if isinstance(hint, type) and hint.__module__ == module.__name__:
        return {"class": hint.__name__}
    return "json"


def callable_of(name, function, skip, access):
    hints = typing.get_type_hints(function)
    params = list(inspect.signature(function).parameters.values())[skip:]
    source = inspect.getsource(module)
    return {
        "name": name,
        "params": [
            {
                "name": param.name,
                "shape": shape(hints.get(param.name)),
                "optional": param.default is not param.empty,
                "keyword_only": param.kind is param.KEYWORD_ONLY,
            }
            for param in params
        ],
        "result": shape(hints.get("return")) if name != "__init__" else "none",
        "access": EXTRA.get(name, access),
        "raises": True,
        "mutates": [],
        "reads_clock": "time.time()" in source,
        "summary": None,
        "at": f"{file}:1:0",
    }


def fields_of(cls):
    if dataclasses.is_dataclass(cls):
        return [[name, shape(hint)] for name, hint in typing.get_type_hints(cls).items()]
    return []


def class_of(cls):
    methods = [
        callable_of(name, function, 1, "read" if name in READERS else "write")
        for name, function in vars(cls).items()
        if not name.startswith("_") and inspect.isfunction(function)
    ]
    methods += [
        callable_of(name, item.__func__, 0, "pure")
        for name, item in vars(cls).items()
        if not name.startswith("_") and isinstance(item, staticmethod)
    ]
    return {
        "name": cls.__name__,
        "fields": fields_of(cls),
        "constructor": callable_of("__init__", cls.__init__, 1, "write"),
        "methods": methods,
        "is_value": dataclasses.is_dataclass(cls),
    }


names = {name: item for name, item in vars(module).items() if getattr(item, "__module__", None) == module.__name__}
functions = [
    callable_of(name, item, 0, "pure")
    for name, item in names.items()
    if inspect.isfunction(item) and not name.startswith("_")
]
classes = [
    class_of(item) for item in names.values() if isinstance(item, type) and not issubclass(item, BaseException)
]
objects = [
    {"name": name, "class": type(item).__name__}
    for name, item in vars(module).items()
    if type(item).__module__ == module.__name__ and not dataclasses.is_dataclass(type(item))
]
print(
    json.dumps(
        {
            "module": module.__name__,
            "functions": functions,
            "classes": classes,
            "objects": objects,
            "routes": [],
            "has_state": bool(objects) or "write" in EXTRA.values(),
        }
    )
)
