"""Trusted crates have the same lints at their root, which Cargo cannot share; and the table of trust names files that there are."""

import re
import unittest

from repository import files, paths, read, rows

TRUSTED = ["commitment", "field", "frame", "layers", "model", "multilinear", "sumcheck", "transcript", "verifier"]

#: Lints of one crate alone. Only `model` could compute with floats: the others have scalars of a field.
MORE = {"model": {"clippy::float_arithmetic"}}


def attributes(source: str) -> list[str]:
    """The attributes of a crate, without spaces."""
    return ["".join(found.split()) for found in re.findall(r"^#!\[(.*?)\]$", source, re.DOTALL | re.MULTILINE)]


def lints(source: str) -> set[str]:
    """The lints that a crate's root denies."""
    denied = [found[len("deny(") : -1] for found in attributes(source) if found.startswith("deny(")]
    return {lint for found in denied for lint in found.split(",") if lint}


def trust() -> list[list[str]]:
    """The rows of the table that says who is trusted for what."""
    text = read("ARCHITECTURE.md")
    tables = [rows(text[found.start() :]) for found in re.finditer(r"^\|.*\|\n\|-", text, re.MULTILINE)]
    return next(table for table in tables if any("strictest lints" in row[-1] for row in table))


class Lints(unittest.TestCase):
    def test_every_trusted_crate_denies_the_same_lints_and_has_no_std_and_no_unsafe_code(self):
        expected = lints(read("crates/verifier/src/lib.rs"))
        self.assertGreater(len(expected), 10)
        for name in TRUSTED:
            source = read(f"crates/{name}/src/lib.rs")
            self.assertEqual(lints(source), expected | MORE.get(name, set()), name)
            for attribute in ["no_std", "forbid(unsafe_code)"]:
                self.assertIn(attribute, attributes(source), name)

    def test_lints_are_read_from_every_line_of_an_attribute(self):
        source = "//! Words.\n#![no_std]\n#![deny(\n    missing_docs,\n    clippy::panic\n)]\n#![deny(clippy::all)]\n"
        self.assertEqual(lints(source), {"missing_docs", "clippy::panic", "clippy::all"})
        self.assertEqual(attributes(source)[0], "no_std")


class Trust(unittest.TestCase):
    def test_the_crates_with_the_strictest_lints_are_those_of_the_table(self):
        named = [name for cells in trust() if "strictest lints" in cells[-1] for name in re.findall(r"`([a-z]+)`", cells[0])]
        self.assertEqual(sorted(named), TRUSTED)

    def test_the_table_names_files_and_folders_that_there_are(self):
        seen = 0
        for cells in trust():
            crate, colon, parts = cells[0].partition("`: ")
            for name in re.findall(r"`([a-z_]+\.rs)`", parts if colon else ""):
                self.assertIn(f"crates/{crate.strip('`')}/src/{name}", files())
                seen += 1
            for folder in re.findall(r"`([a-z0-9]+/[a-z0-9/]+)`", cells[0]):
                self.assertTrue({folder, f"crates/{folder}"} & paths(), folder)
                seen += 1
        self.assertGreater(seen, 5)


if __name__ == "__main__":
    unittest.main()
