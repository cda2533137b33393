""".zkk files: verifying keys."""

from dataclasses import dataclass

from zkl import Axis, Malformed, Reader

from .keccak import keccak256

MAGIC = b"ZKLK"
VERSION = 1

Window = tuple[Axis, Axis]


@dataclass
class Gadget:
    name: str
    fields: dict


@dataclass
class Step:
    name: str
    fields: dict


@dataclass
class Layer:
    """A layer with weights, which are array number `array`; its bias is the next array."""

    array: int
    name: str
    fields: dict


@dataclass
class Path:
    steps: list[Step]
    layer: Layer | None
    source: int


@dataclass
class Operand:
    sides: list[int]
    paths: list[Path]


@dataclass
class KeyTable:
    gadget: Gadget
    sides: list[int]
    operand: Operand | None


@dataclass
class Key:
    model: bytes
    classes: list[str]
    columns: int
    tables: list[KeyTable]
    arrays: list[list[int]]
    weights: bytes


# The fields of every gadget, step and layer, in the order of the file. Their numbers are their
# positions in these lists.
GADGETS = {
    "Pixels": {},
    "Activation": {
        "window": "option window",
        "gap": "byte",
        "shift": "byte",
        "relu": "boolean",
        "offset": "signed",
        "magnitude": "byte",
    },
    "Clip": {"lo": "signed", "hi": "signed", "below": "byte", "above": "byte"},
    "Lookup": {"first": "signed", "entries": "unsigned"},
    "Copy": {},
    "Label": {"size": "byte"},
    "Range": {},
    "Bytes": {},
    "Entries": {"array": "unsigned"},
    "PRelu": {"positive_factor": "signed", "negative_factor": "signed", "magnitude": "byte"},
    "Saturation": {
        "window": "option window",
        "gap": "byte",
        "shift": "byte",
        "lo": "signed",
        "size": "byte",
        "excess": "byte",
    },
}

STEPS = {
    "Scale": {"factor": "signed"},
    "Channels": {"start": "unsigned", "count": "unsigned", "total": "unsigned"},
    "Average": {"window": "window", "multiplier": "signed", "from": "two"},
}

LAYERS = {"Dense": {}, "Conv2d": {"window": "window", "groups": "unsigned"}}


class KeyReader(Reader):
    """Keys have no weights, whose form is all that the version of a model file decides."""

    def __init__(self, data: bytes):
        super().__init__(data, version=1)

    def byte(self) -> int:
        return self.take(1)[0]

    def option(self, read):
        return read() if self.boolean() else None

    def numbers(self, count: int) -> list[int]:
        return [self.unsigned() for _ in range(count)]

    def choice(self, kinds: dict) -> tuple[str, dict]:
        """The gadget, step or layer of the number that is read, and its fields."""
        readers = {
            "byte": self.byte,
            "boolean": self.boolean,
            "signed": self.signed,
            "unsigned": self.unsigned,
            "window": self.window,
            "option window": lambda: self.option(self.window),
            "two": lambda: self.numbers(2),
        }
        name = self.variant(list(kinds))
        return name, {field: readers[kind]() for field, kind in kinds[name].items()}

    def table(self) -> KeyTable:
        self.unsigned()  # The model's node, which is for the prover.
        gadget = Gadget(*self.choice(GADGETS))
        return KeyTable(gadget, self.numbers(3), self.option(self.operand))

    def operand(self) -> Operand:
        return Operand(self.numbers(3), self.items(self.path))

    def path(self) -> Path:
        steps = self.items(lambda: Step(*self.choice(STEPS)))
        return Path(steps, self.option(self.layer), self.unsigned())

    def layer(self) -> Layer:
        return Layer(self.unsigned(), *self.choice(LAYERS))


def body_of(file: bytes, magic: bytes, version: int) -> bytes:
    if file[:4] != magic or file[4:6] != version.to_bytes(2, "little"):
        raise Malformed(f"the file begins with {file[:6]!r}")
    return file[6:]


def read_key(file: bytes) -> Key:
    body = body_of(file, MAGIC, VERSION)
    reader = KeyReader(body)
    reader.text()  # The name.
    classes = reader.items(reader.text)
    reader.preprocessing()  # Which no proof shows.
    key = Key(
        model=keccak256(b"zklens/key" + VERSION.to_bytes(2, "big") + body),
        classes=classes,
        columns=reader.unsigned(),
        tables=reader.items(reader.table),
        arrays=reader.items(lambda: reader.items(reader.unsigned)),
        weights=reader.take(reader.unsigned()),
    )
    if reader.at != len(body):
        raise Malformed("bytes follow the key")
    return key
