"""The one codec of values on the Python side, shared by the worker and the recorder.

The exact form tags what plain JSON loses, so that `decode(encode(value))` is the value again:

    (1, 2)            {"$tuple": [1, 2]}
    {1: "a"}          {"$dict": [[1, "a"]]}
    Point(1.0, 2.0)   {"$class": {"name": "Point", "fields": {"x": 1.0, "y": 2.0}}}

Fields of an object that are no data (locks, callables, modules, files) are left out.
"""

import base64
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import importlib.util
import json
import math
import sys
import types
import uuid

MAX_DEPTH = 100
MAX_ITEMS = 10_000
SCALARS = frozenset([int, bool, type(None)])
IMMUTABLE = frozenset([int, bool, type(None), float, str, bytes])


ITERATORS = (types.GeneratorType, map, filter, zip)


class Unencodable(Exception):
    """A value that has no form in the protocol."""


class Malformed(Exception):
    """A request whose values cannot be read."""


def _writer():
    """Return what writes JSON: the encoder in C where there is one, made once and not for every line."""
    plain = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
    try:
        text = json.encoder.encode_basestring
        write = json.encoder.c_make_encoder(None, plain.default, text, None, ":", ",", False, False, True)
        if "".join(write({"a": [1, 2.5, "é"]}, 0)) == '{"a":[1,2.5,"é"]}':
            return lambda data: "".join(write(data, 0))
    except (AttributeError, TypeError):
        pass
    return plain.encode


WRITE = _writer()
READ = json.JSONDecoder().decode


def dumps(data):
    """Return one line of JSON; integers may have any length."""
    try:
        return WRITE(data)
    except ValueError:
        return _without_digit_limit(WRITE, data)


def loads(line):
    """Read one line of JSON, as bytes; integers may have any length."""
    text = line.decode()
    try:
        return READ(text)
    except ValueError as problem:
        if isinstance(problem, json.JSONDecodeError):
            raise
        return _without_digit_limit(READ, text)


def _without_digit_limit(function, *args, **kwargs):
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        return function(*args, **kwargs)
    finally:
        sys.set_int_max_str_digits(limit)


def encode(value, depth=0):
    """Return the exact form of a value as JSON data."""
    kind = type(value)
    if kind in SCALARS:
        return value
    if kind is str:
        return value if value.isascii() else _text(value)
    if kind is float:
        return value if math.isfinite(value) else {"$float": _not_finite(value)}
    if depth > MAX_DEPTH:
        raise Unencodable("nested too deep")
    if kind is list:
        return [encode(item, depth + 1) for item in value]
    if kind is dict:
        return _dict(value, depth)
    if kind is tuple:
        return {"$tuple": [encode(item, depth + 2) for item in value]}
    return _encode_rare(value, kind, depth)


def _text(value):
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return {"$text": [ord(character) for character in value]}
    return value


def _not_finite(value):
    return "nan" if value != value else "inf" if value > 0 else "-inf"


def _dict(value, depth):
    if all(type(key) is str and not key.startswith("$") and type(encode(key)) is str for key in value):
        return {key: encode(item, depth + 1) for key, item in value.items()}
    return {"$dict": [[encode(key, depth + 3), encode(item, depth + 3)] for key, item in value.items()]}


def _encode_rare(value, kind, depth):
    if isinstance(value, enum.Enum):
        return {"$enum": f"{kind.__name__}.{value.name}"}
    if isinstance(value, ITERATORS):
        return _iterator(value, depth)
    fields = _fields(value, kind)
    if fields is not None:
        inside = {name: encode(item, depth + 3) for name, item in fields}
        return {"$class": {"name": kind.__name__, "fields": inside}}
    for base, write in WRITERS:
        if isinstance(value, base):
            return write(value, depth)
    if is_data(value):
        inside = {name: encode(item, depth + 3) for name, item in attributes(value)}
        return {"$class": {"name": kind.__name__, "fields": inside}}
    raise Unencodable(f"a {kind.__name__} has no form in the protocol")


def _fields(value, kind):
    """Return the fields of a dataclass or named tuple, or None."""
    names = _field_names(kind)
    if names is not None:
        found = [(name, getattr(value, name)) for name in names if hasattr(value, name)]
        return [(name, item) for name, item in found if type(item) in IMMUTABLE or is_data(item)]
    if isinstance(value, tuple) and hasattr(kind, "_fields"):
        return [(name, getattr(value, name)) for name in kind._fields]
    return None


@functools.lru_cache(256)
def _field_names(kind):
    """Return the names of a dataclass's fields, or None."""
    return tuple(field.name for field in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else None


def _iterator(value, depth):
    items = []
    try:
        for item in value:
            if len(items) == MAX_ITEMS:
                return {"$iter": items, "end": "limit"}
            items.append(encode(item, depth + 2))
    except Unencodable:
        raise
    except Exception as problem:
        return {"$iter": items, "end": error(problem)}
    return {"$iter": items, "end": None}


def _base64(data):
    return base64.b64encode(data).decode("ascii")


# In order: a datetime is a date, a bool an int.
WRITERS = [
    (bytes, lambda v, d: {"$bytes": _base64(v)}),
    (bytearray, lambda v, d: {"$bytearray": _base64(v)}),
    (set, lambda v, d: {"$set": [encode(item, d + 2) for item in v]}),
    (frozenset, lambda v, d: {"$frozenset": [encode(item, d + 2) for item in v]}),
    (dict, lambda v, d: _dict(v, d)),
    (list, lambda v, d: [encode(item, d + 1) for item in v]),
    (tuple, lambda v, d: {"$tuple": [encode(item, d + 2) for item in v]}),
    (str, lambda v, d: encode(str.__str__(v))),
    (int, lambda v, d: int(v)),
    (float, lambda v, d: encode(float(v))),
    (decimal.Decimal, lambda v, d: {"$decimal": str(v)}),
    (fractions.Fraction, lambda v, d: {"$fraction": [v.numerator, v.denominator]}),
    (complex, lambda v, d: {"$complex": [encode(v.real), encode(v.imag)]}),
    (datetime.datetime, lambda v, d: {"$datetime": v.isoformat()}),
    (datetime.date, lambda v, d: {"$date": v.isoformat()}),
    (datetime.time, lambda v, d: {"$time": v.isoformat()}),
    (datetime.timedelta, lambda v, d: {"$timedelta": [v.days, v.seconds, v.microseconds]}),
    (uuid.UUID, lambda v, d: {"$uuid": str(v)}),
]
WRITABLE = tuple(base for base, _ in WRITERS)


def is_data(value):
    """Return whether a value is data: not a callable, a lock, a module, a file."""
    if value is None or isinstance(value, WRITABLE) or isinstance(value, enum.Enum):
        return True
    kind = type(value)
    if isinstance(value, (type, types.ModuleType)) or callable(value):
        return False
    return dataclasses.is_dataclass(kind) or _is_users(kind)


def _is_users(kind):
    """Return whether a class was written by users: it comes neither from C nor from the standard library."""
    package = kind.__module__.partition(".")[0]
    return package not in sys.stdlib_module_names and bool(kind.__flags__ & (1 << 9))


def attributes(value):
    """Return the attributes of an object that are data, in the order of their assignment."""
    found = list(getattr(value, "__dict__", {}).items())
    for kind in type(value).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in [slots] if isinstance(slots, str) else slots:
            if name not in ("__dict__", "__weakref__") and hasattr(value, name):
                found.append((name, getattr(value, name)))
    return [(name, item) for name, item in found if is_data(item)]


def state(value):
    """Return the fields of an object, or the data among the globals of a module, by name."""
    if isinstance(value, types.ModuleType):
        found = [
            (name, item)
            for name, item in vars(value).items()
            if not name.startswith("__") and is_data(item)
        ]
    else:
        found = _fields(value, type(value)) or attributes(value)
    return {name: encode(item, 2) for name, item in found}


def error(problem):
    """Return an exception as the protocol has it."""
    try:
        message = str(problem)
    except Exception:
        message = "<unprintable>"
    return {"type": type(problem).__name__, "message": encode(message)}


def can_change(value):
    """Return whether a call could change the value or something in it."""
    kind = type(value)
    if kind in IMMUTABLE:
        return False
    if kind in (tuple, frozenset):
        return any(can_change(item) for item in value)
    return not isinstance(value, (enum.Enum, decimal.Decimal, fractions.Fraction, complex, uuid.UUID))


def is_shared(value):
    """Return whether it could be seen that two names mean the same value: it is mutable itself."""
    kind = type(value)
    if kind in (list, dict, set, bytearray):
        return True
    if dataclasses.is_dataclass(kind):
        return not kind.__dataclass_params__.frozen
    return hasattr(value, "__dict__") and not isinstance(value, (enum.Enum, BaseException, tuple))


def decode(data, names, kept):
    """Read a value in exact or plain form; `names` has the classes, `kept` the objects that `$ref` means."""
    if isinstance(data, list):
        return [decode(item, names, kept) for item in data]
    if not isinstance(data, dict):
        return data
    tag = next(iter(data), "")
    if not tag.startswith("$"):
        return {key: decode(item, names, kept) for key, item in data.items()}
    if tag not in READERS:
        raise Malformed(f"unknown tag {tag}")
    return READERS[tag](data[tag], names, kept)


def _object(data, names, kept):
    kind = names(data["name"])
    fields = {name: decode(item, names, kept) for name, item in data["fields"].items()}
    if not isinstance(kind, type):
        raise Malformed(f"no class {data['name']}")
    if issubclass(kind, tuple):
        return kind(**fields)
    value = object.__new__(kind)
    if dataclasses.is_dataclass(kind):
        fields = {**_defaults(kind, fields), **fields}
    for name, item in fields.items():
        object.__setattr__(value, name, item)
    return value


def _defaults(kind, given):
    found = {}
    for field in dataclasses.fields(kind):
        if field.name in given:
            continue
        if field.default is not dataclasses.MISSING:
            found[field.name] = field.default
        elif field.default_factory is not dataclasses.MISSING:
            found[field.name] = field.default_factory()
    return found


def _enum(data, names, kept):
    kind, _, member = data.rpartition(".")
    return names(kind)[member]


def _kept(data, names, kept):
    if data not in kept:
        raise Malformed(f"nothing is kept as {data}")
    return kept[data]


def _all(data, names, kept):
    return [decode(item, names, kept) for item in data]


READERS = {
    "$float": lambda v, n, k: float(v),
    "$text": lambda v, n, k: "".join(map(chr, v)),
    "$tuple": lambda v, n, k: tuple(_all(v, n, k)),
    "$set": lambda v, n, k: set(_all(v, n, k)),
    "$frozenset": lambda v, n, k: frozenset(_all(v, n, k)),
    "$dict": lambda v, n, k: {decode(key, n, k): decode(item, n, k) for key, item in v},
    "$bytes": lambda v, n, k: base64.b64decode(v),
    "$bytearray": lambda v, n, k: bytearray(base64.b64decode(v)),
    "$decimal": lambda v, n, k: decimal.Decimal(v),
    "$fraction": lambda v, n, k: fractions.Fraction(*v),
    "$complex": lambda v, n, k: complex(*_all(v, n, k)),
    "$datetime": lambda v, n, k: datetime.datetime.fromisoformat(v),
    "$date": lambda v, n, k: datetime.date.fromisoformat(v),
    "$time": lambda v, n, k: datetime.time.fromisoformat(v),
    "$timedelta": lambda v, n, k: datetime.timedelta(v[0], v[1], v[2]),
    "$uuid": lambda v, n, k: uuid.UUID(v),
    "$enum": _enum,
    "$class": _object,
    "$ref": _kept,
    "$iter": lambda v, n, k: iter(_all(v, n, k)),
}
