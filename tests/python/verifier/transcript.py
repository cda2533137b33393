"""The transcript, in which everything that is read from the tape decides the later challenges."""

from .arithmetic import ORDER, decode_point
from .keccak import keccak256
from .statement import POINT_BYTES, word

WORD_BYTES = 32


class Refused(Exception):
    """The proof does not show its statement."""


class Transcript:
    """`entries` lists the messages and challenges in the form of the golden files."""

    def __init__(self, protocol: str, digest: bytes, tape: bytes):
        self.state = bytes(32)
        self.tape = tape
        self.at = 0
        self.entries = []
        self.absorb(protocol, digest)

    def absorb(self, label: str, words: bytes):
        count = word(len(words) // WORD_BYTES)
        self.state = keccak256(self.state + keccak256(label.encode()) + count + words)

    def draw(self, label: str) -> int:
        self.absorb(label, b"")
        challenge = int.from_bytes(self.state, "big") >> 3
        self.entries.append({"challenge": label, "value": hexadecimal(word(challenge))})
        return challenge

    def read(self, label: str, size: int, count: int) -> list[bytes]:
        """A message of `count` parts of `size` bytes."""
        message = self.tape[self.at : self.at + size * count]
        if len(message) != size * count:
            raise Refused("the tape ends early")
        self.at += len(message)
        self.absorb(label, message)
        words = [hexadecimal(part) for part in parts_of(message, WORD_BYTES)]
        self.entries.append({"message": label, "words": words})
        return parts_of(message, size)

    def scalars(self, label: str, count: int) -> list[int]:
        scalars = [int.from_bytes(part, "big") for part in self.read(label, WORD_BYTES, count)]
        if any(scalar >= ORDER for scalar in scalars):
            raise Refused(f"{label}: a scalar is not below the order of the group")
        return scalars

    def points(self, label: str, count: int) -> list:
        return decode_points(self.read(label, POINT_BYTES, count), label)

    def end(self):
        if self.at != len(self.tape):
            raise Refused("bytes follow the last message")


def hexadecimal(data: bytes) -> str:
    return "0x" + data.hex()


def parts_of(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def decode_points(parts: list[bytes], what: str, zero_allowed: bool = False) -> list:
    points = [decode_point(part, zero_allowed) for part in parts]
    if None in points:
        raise Refused(f"{what}: not a point")
    return points
