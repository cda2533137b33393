"""A second verifier of proofs, in Python.

It was written from book/protocol.md and book/proof-format.md alone and shares nothing with the
Rust code, so that a mistake in either, or in those pages, is a difference between the two. It is
made to be read, and for tests only: it is slow, takes the key to be well formed (the checks that a
key must pass are not repeated here), and leaves the openings of public images unread.
"""

from .key import read_key
from .statement import read_proof
from .transcript import Refused
from .verify import setup_digest, verify

__all__ = ["Refused", "read_key", "read_proof", "setup_digest", "verify"]
