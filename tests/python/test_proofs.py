"""The Python verifier accepts the golden proofs, gets every digest and challenge in them, and
refuses what was changed.

Run with `python -m unittest discover tests/python`.
"""

import json
import unittest
from dataclasses import replace
from pathlib import Path

from py_ecc import optimized_bn128 as curve
from verifier import Refused, keccak, read_key, read_proof, setup_digest, verify
from zkl import Malformed

PROOFS = Path(__file__).resolve().parents[2] / "vectors" / "proofs" / "v1"


def golden(name: str):
    """The key, the statement and the tape."""
    key = read_key((PROOFS / f"{name}.zkk").read_bytes())
    return key, *read_proof((PROOFS / f"{name}.zkp").read_bytes())


def number(words: str) -> bytes:
    return bytes.fromhex(words.removeprefix("0x"))


class Hash(unittest.TestCase):
    def test_keccak_256_of_known_strings(self):
        self.assertEqual(
            keccak.keccak256(b"").hex(),
            "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
        )
        self.assertEqual(
            keccak.keccak256(b"abc").hex(),
            "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45",
        )


class GoldenProofs(unittest.TestCase):
    """vectors/proofs/v1, which the Rust tests read too."""

    def test_every_proof_is_accepted_with_its_transcript(self):
        files = sorted(PROOFS.glob("*.json"))
        self.assertEqual(len(files), 5)
        for file in files:
            with self.subTest(file.stem):
                expected = json.loads(file.read_text())
                key, statement, tape = golden(file.stem)
                self.assertEqual(setup_digest(), number(expected["setup"]))
                self.assertEqual(key.model, number(expected["model"]))
                self.assertEqual(statement.model, key.model)
                self.assertEqual(statement.labels, expected["labels"])
                self.assertEqual(statement.context, number(expected["context"]))
                digest = statement.digest(setup_digest())
                self.assertEqual(digest, number(expected["statement"]))
                transcript = verify(key, statement, tape)
                self.assertEqual(transcript.entries, expected["transcript"])

    def test_every_gadget_is_in_them(self):
        gadgets = set()
        for file in PROOFS.glob("*.zkk"):
            gadgets |= {table.gadget.name for table in read_key(file.read_bytes()).tables}
        self.assertEqual(len(gadgets), 10, gadgets)


class ChangedProofs(unittest.TestCase):
    """Changes of `smallest`, which is accepted as it is."""

    def setUp(self):
        self.key, self.statement, self.tape = golden("smallest")

    def refuse(self, reason: str, statement=None, tape=None, key=None):
        tape = self.tape if tape is None else tape
        with self.assertRaisesRegex(Refused, reason):
            verify(key or self.key, statement or self.statement, tape)

    def messages(self):
        """Label, first byte and last byte of every message of the tape."""
        at = 0
        for entry in verify(self.key, self.statement, self.tape).entries:
            if "message" in entry:
                end = at + 32 * len(entry["words"])
                yield entry["message"], at, end
                at = end
        self.assertEqual(at, len(self.tape))

    def with_word(self, end: int, word: int) -> bytes:
        """The tape with `word` in place of the word that ends at byte `end`."""
        return self.tape[: end - 32] + word.to_bytes(32, "big") + self.tape[end:]

    def test_a_changed_scalar_or_point_in_any_message(self):
        scalars = {"sumcheck/round", "proof/columns", "commitment/value"}
        seen = set()
        for label, _, end in self.messages():
            with self.subTest(label):
                seen.add(label)
                word = int.from_bytes(self.tape[end - 32 : end], "big")
                # The negative of a point is a point, so that only the opening can tell.
                changed = word + 1 if label in scalars else curve.field_modulus - word
                self.refuse("the opening", tape=self.with_word(end, changed))
        self.assertEqual(len(seen), 8)

    def test_words_that_are_not_a_scalar_or_not_a_point(self):
        ends = {label: (first, last) for label, first, last in self.messages()}
        _, last = ends["proof/columns"]
        word = int.from_bytes(self.tape[last - 32 : last], "big")
        self.refuse("not below the order", tape=self.with_word(last, word + curve.curve_order))
        first, last = ends["commitment/quotient"]
        word = int.from_bytes(self.tape[last - 32 : last], "big")
        self.refuse("not a point", tape=self.with_word(last, word + 1))
        self.refuse("not a point", tape=self.with_word(last, word + curve.field_modulus))
        infinity = self.tape[:first] + bytes(64) + self.tape[last:]
        self.refuse("not a point", tape=infinity)

    def test_a_tape_of_another_length(self):
        self.refuse("ends early", tape=b"")
        self.refuse("ends early", tape=self.tape[:-1])
        self.refuse("ends early", tape=self.tape[:-64])
        self.refuse("bytes follow", tape=self.tape + bytes(32))

    def test_another_label(self):
        self.assertEqual((self.statement.labels, len(self.key.classes)), ([0], 2))
        self.refuse("the opening", replace(self.statement, labels=[1]))
        self.refuse("one of the classes", replace(self.statement, labels=[2]))

    def test_another_context(self):
        self.refuse("the opening", replace(self.statement, context=bytes(32)))

    def test_another_model(self):
        self.refuse("another model", replace(self.statement, model=bytes(32)))

    def test_other_weights(self):
        x, y = self.key.weights[:32], int.from_bytes(self.key.weights[32:64], "big")
        negative = x + (curve.field_modulus - y).to_bytes(32, "big")
        key = replace(self.key, weights=negative + self.key.weights[64:])
        self.refuse("the opening", key=key)

    def test_other_inputs(self):
        points = self.statement.inputs
        y = int.from_bytes(points[32:], "big")
        negative = points[:32] + (curve.field_modulus - y).to_bytes(32, "big")
        self.refuse("the opening", replace(self.statement, inputs=negative))
        self.refuse("vector of pixels", replace(self.statement, inputs=b""))
        self.refuse("vector of pixels", replace(self.statement, inputs=points + points))

    def test_a_truncated_file(self):
        for suffix, read in {"zkk": read_key, "zkp": read_proof}.items():
            file = (PROOFS / f"smallest.{suffix}").read_bytes()
            for changed in (file[:-1], file + b"\0", b"ZKLX" + file[4:]):
                with self.subTest(suffix), self.assertRaises(Malformed):
                    read(changed)


if __name__ == "__main__":
    unittest.main()
