"""Tables and trees in the documents list what there is: folders, files, input boundaries, commands."""

import json
import re
import tomllib
import unittest

from repository import ROOT, files, paths, read, rows, section
from test_dependencies import crates

ARCHITECTURE = read("ARCHITECTURE.md")


def tree(text: str) -> set[str]:
    """The folders of a tree drawn with lines."""
    found, above = set(), {}
    for line in text.splitlines():
        entry = re.match(r"((?:│|├|└|─| )*)(\S+)/(?:\s|$)", line)
        if not entry:
            continue
        depth = len(entry[1])
        above = {other: name for other, name in above.items() if other < depth} | {depth: entry[2]}
        # The first is the repository itself.
        found.add("/".join(above[other] for other in sorted(above) if other))
    return found - {""}


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def targets() -> dict[str, str]:
    """The sources of the fuzz targets, by name."""
    manifest = tomllib.loads(read("fuzz/Cargo.toml"))
    return {binary["name"]: "fuzz/" + binary["path"] for binary in manifest["bin"]}


def input_boundaries() -> list[tuple[str, list[str]]]:
    """The functions that read bytes from strangers, with their fuzz targets."""
    # The rest, behind a semicolon, is about tests elsewhere.
    return [(cells[0], code(cells[2].split(";")[0])) for cells in rows(read("book/input-boundaries.md"))]


class Tree(unittest.TestCase):
    def test_the_tree_shows_folders_that_there_are(self):
        shown = tree(ARCHITECTURE.split("```")[1])
        self.assertGreater(len(shown), 30)
        self.assertEqual(shown - paths(), set())

    def test_the_tree_shows_every_crate_and_every_folder_at_the_top(self):
        shown = tree(ARCHITECTURE.split("```")[1])
        manifests = {crate["manifest_path"] for crate in crates().values()}
        folders = {path.removeprefix(f"{ROOT}/").removesuffix("/Cargo.toml") for path in manifests}
        top = {path.split("/")[0] for path in files() if "/" in path}
        missing = {path for path in folders | top if not any(f"{one}/".startswith(f"{path}/") for one in shown)}
        self.assertEqual(missing, set())

    def test_a_tree_is_read_with_its_levels(self):
        text = "root/\n├── a/\n│   ├── b/   words/of it\n│   │   └── c/\n│   └── d/\n└── e/f/\n"
        self.assertEqual(tree(text), {"a", "a/b", "a/b/c", "a/d", "e/f"})


class Counterparts(unittest.TestCase):
    def test_files_of_layers_and_their_counterparts_in_the_prover_exist(self):
        _, after = ARCHITECTURE.split("\n| in `layers` |", 1)
        table = rows("| in `layers` |" + after)
        self.assertGreater(len(table), 5)
        for of, _, counterpart in table:
            for crate, cell in [("layers", of), ("prover", counterpart)]:
                for name in code(cell):
                    path = f"crates/{crate}/src/{name}"
                    self.assertTrue(path in files() or not name.endswith(".rs"), f"there is no {path}")


class InputBoundaries(unittest.TestCase):
    def test_every_input_boundary_has_a_fuzz_target_and_every_target_a_boundary(self):
        self.assertEqual([function for function, found in input_boundaries() if not found], [])
        self.assertEqual({name for _, found in input_boundaries() for name in found}, set(targets()))

    def test_the_targets_are_explained(self):
        explained = {cells[0].strip("`") for cells in rows(read("fuzz/README.md"))}
        self.assertEqual(explained, set(targets()))

    def test_every_target_has_its_source_and_inputs_to_begin_with(self):
        copied = re.findall(r"^seed (\w+) ", read("fuzz/seed.sh"), re.MULTILINE)
        for name, source in targets().items():
            self.assertTrue(source in files(), f"there is no {source}")
            self.assertTrue(name in copied or f"fuzz/seeds/{name}" in paths(), f"nothing to begin with for {name}")


class Commands(unittest.TestCase):
    def test_the_commands_that_documents_name_are_targets_of_make(self):
        makefile = read("Makefile")
        known = set(re.findall(r"^([a-z0-9-]+):", makefile, re.MULTILINE))
        for path in sorted(files()):
            if path.endswith(".md") and path != "CHANGELOG.md":
                for command in code(read(path)):
                    named = re.match(r"make ([a-z0-9-]+)", command)
                    self.assertTrue(named is None or named[1] in known, f"{path}: `{command}`")

    def test_the_table_of_commands_names_every_target_that_help_lists(self):
        listed = set(re.findall(r"^([a-z0-9-]+):.*##", read("Makefile"), re.MULTILINE))
        commands = " ".join(cells[0] for cells in rows(section(read("CONTRIBUTING.md"), "## Commands")))
        named = set(re.findall(r"make ([a-z0-9-]+)", commands))
        self.assertEqual(named - listed, set())

    def test_scripts_of_npm_that_make_runs_exist(self):
        for script, folder in re.findall(r"npm (?:run )?([a-z:]+) --prefix (\S+)", read("Makefile")):
            self.assertIn(script, json.loads(read(f"{folder}/package.json"))["scripts"])


if __name__ == "__main__":
    unittest.main()
