""".zkp files: a statement with its proof."""

from dataclasses import dataclass

from zkl import Malformed

from .keccak import keccak256
from .key import KeyReader, body_of

MAGIC = b"ZKLP"
VERSION = 1
POINT_BYTES = 64


@dataclass
class Statement:
    """For every image: its pixels, inside the input commitments, have its label."""

    model: bytes
    labels: list[int]
    context: bytes
    inputs: bytes

    def digest(self, setup: bytes) -> bytes:
        parts = [b"zklens/statement", setup, self.model, self.context]
        parts += [word(len(self.labels)), *map(word, self.labels)]
        parts += [word(len(self.inputs) // POINT_BYTES), self.inputs]
        return keccak256(b"".join(parts))


def word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def read_proof(file: bytes) -> tuple[Statement, bytes]:
    """The statement, and the tape of its proof. The openings of inputs, which files about public
    images have, are passed over."""
    body = body_of(file, MAGIC, VERSION)
    reader = KeyReader(body)
    statement = Statement(
        model=reader.take(32),
        labels=reader.items(reader.unsigned),
        context=reader.take(32),
        inputs=reader.take(reader.unsigned()),
    )
    tape = reader.take(reader.unsigned())
    reader.option(lambda: reader.items(lambda: reader.take(32)))
    if reader.at != len(body):
        raise Malformed("bytes follow the proof")
    return statement, tape
