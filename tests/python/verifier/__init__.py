"""A second verifier of proofs, in Python.

It was written from book/protocol.md, book/proof-format.md and the pages in book/operators alone
and shares nothing with the Rust code, so that a mistake in either, or in those pages, shows as a
difference between the two. It is made to be read, and for tests only: it is slow, assumes that the
key is well formed (it does not repeat the checks that a key must pass), and does not read the
openings of public images.
"""

from .key import read_key
from .statement import read_proof
from .transcript import Refused
from .verify import setup_digest, verify

__all__ = ["Refused", "read_key", "read_proof", "setup_digest", "verify"]
