"""Who depends on whom is what ARCHITECTURE.md says, in its section of that name.

The crates' side is what cargo says: dependencies and build dependencies for any target, optional ones too. What only
tests use is not in the table; that alone may point at testkit.
"""

import json
import re
import subprocess
import unittest
from functools import cache

from repository import ROOT, files, read, section

#: Packages that do not bear the project's name and theirs.
PACKAGES = {"cli": "zklens"}
#: Names of the table that stand for packages of npm, not for crates.
NOT_CRATES = {"web": "apps/web/package.json"}

#: For each name of the table, the names that it depends on, each with the feature that it is taken without.
Table = dict[str, dict[str, str | None]]


def package(name: str) -> str:
    return PACKAGES.get(name, "zklens-" + name.replace(" ", "-"))


def is_ours(name: str) -> bool:
    return name == "zklens" or name.startswith("zklens-")


def stated(text: str) -> Table:
    """The table of a text."""
    block = re.search(r"```text\n(.*?)```", text, re.DOTALL)
    if not block:
        raise ValueError("the table is not in a block of text")
    table: Table = {}
    for line in block[1].splitlines():
        left, arrow, right = line.partition("→")
        if not arrow:
            raise ValueError(f"a line without an arrow: {line!r}")
        right = re.sub(r"\(.*?\)", "", right).strip()
        dependencies = {}
        for dependency in right.split(",") if right != "nothing of ours" else []:
            found = re.fullmatch(r"([a-z0-9 ]+?)(?: without `([a-z-]+)`)?", dependency.strip())
            if not found:
                raise ValueError(f"cannot read {dependency!r} in {line!r}")
            dependencies[found[1]] = found[2]
        for name in left.split("·"):
            if name.strip() in table:
                raise ValueError(f"{name.strip()} has two lines")
            table[name.strip()] = dependencies
    return table


@cache
def crates() -> dict[str, dict]:
    """What cargo says of every package of ours, in all workspaces, by its name."""
    found = {}
    for path in sorted(files()):
        if path.endswith("Cargo.toml") and re.search(r"^\[workspace\]$", read(path), re.MULTILINE):
            command = ["cargo", "metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path", path]
            output = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
            packages = json.loads(output)["packages"]
            found.update({package["name"]: package for package in packages if is_ours(package["name"])})
    return found


def used(crate: dict) -> list[dict]:
    """Dependencies of ours that a crate is made of."""
    return [edge for edge in crate["dependencies"] if is_ours(edge["name"]) and edge["kind"] != "dev"]


def faults(table: Table, crates: dict[str, dict]) -> list[str]:
    """Every edge that is in one of the two only."""
    named = {package(name): name for name in table if name not in NOT_CRATES}
    found = [f"{name} is a crate, and has no line" for name in crates.keys() - named.keys()]
    found += [f"{named[name]} has a line, and is no crate" for name in named.keys() - crates.keys()]
    for name in named.keys() & crates.keys():
        line = {package(other): without for other, without in table[named[name]].items()}
        edges = used(crates[name])
        for other in {edge["name"] for edge in edges} - line.keys():
            found.append(f"{name} depends on {other}, which its line does not name")
        for other in line.keys() - {edge["name"] for edge in edges}:
            found.append(f"{name} does not depend on {other}, which its line names")
        for edge in edges:
            if edge["name"] in line and edge["name"] in crates:
                fault = feature_fault(edge, line[edge["name"]], crates[edge["name"]]["features"])
                found += [f"{name} {fault}"] if fault else []
    return sorted(found)


def feature_fault(edge: dict, without: str | None, features: dict) -> str | None:
    """What is wrong with the feature that a line says is left out: it has to be on by default, and switched off."""
    other, default = edge["name"], features.get("default", [])
    if without is None:
        is_silent = default and not edge["uses_default_features"]
        return f"takes {other} without its default features, which its line does not say" if is_silent else None
    if without not in default:
        return f"takes {other} without `{without}`, which is not on by default"
    if edge["uses_default_features"] or without in edge["features"]:
        return f"takes {other} with `{without}`, which its line denies"
    return None


def below(table: Table, name: str) -> set[str]:
    """What a crate is made of, itself included."""
    found, waiting = set(), [name]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += table[name]
    return found


def without_std() -> set[str]:
    """Packages whose library is `no_std`."""
    found = set()
    for name, crate in crates().items():
        for target in crate["targets"]:
            with open(target["src_path"], encoding="utf-8") as source:
                if "lib" in target["kind"] and re.search(r"^#!\[no_std\]$", source.read(), re.MULTILINE):
                    found.add(name)
    return found


class WhoMayDependOnWhom(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.table = stated(section(read("ARCHITECTURE.md"), "## Who may depend on whom"))

    def test_crates_depend_on_each_other_as_the_table_says(self):
        self.assertEqual(faults(self.table, crates()), [])

    def test_nothing_is_made_of_testkit_or_of_the_fuzz_targets(self):
        for name, crate in crates().items():
            edges = {edge["name"] for edge in used(crate)}
            self.assertEqual(edges & {"zklens-testkit", "zklens-fuzz"}, set(), name)

    def test_what_a_verifier_runs_and_contracts_have_no_prover(self):
        for name in ["verifier", "evm"]:
            self.assertNotIn("prover", below(self.table, name), name)

    def test_what_a_verifier_runs_is_without_std(self):
        expected = below(self.table, "verifier") | {"model", "models", "setup"}
        self.assertEqual({package(name) for name in expected} - without_std(), set())

    def test_the_tree_says_no_std_of_crates_without_std_alone(self):
        tree = read("ARCHITECTURE.md").split("```")[1]
        said = re.findall(r"^[│├└─ ]*([a-z0-9]+)/ .*\bno_std$", tree, re.MULTILINE)
        self.assertEqual({package(name) for name in said}, without_std() & {package(name) for name in self.table})

    def test_what_is_no_crate_is_a_package_of_npm(self):
        for name, path in NOT_CRATES.items():
            self.assertIn(name, self.table)
            self.assertTrue(path in files(), path)


def edge(name: str, kind: str | None = None, default: bool = True, features: tuple[str, ...] = ()) -> dict:
    return {"name": name, "kind": kind, "uses_default_features": default, "features": list(features)}


def two_crates(*edges: dict) -> dict[str, dict]:
    """`a` with these dependencies, and `b`, whose feature `net` is on by default."""
    return {
        "zklens-a": {"dependencies": list(edges), "features": {}},
        "zklens-b": {"dependencies": [], "features": {"default": ["net"], "net": [], "more": []}},
    }


class TheCheckItself(unittest.TestCase):
    """What is wrong is noticed, each by its own sentence."""

    def check(self, lines: list[str], edges: list[dict], *expected: str):
        table = stated("```text\n" + "\n".join(lines) + "\n```\n")
        self.assertEqual(faults(table, two_crates(*edges)), list(expected))

    def test_a_right_table_has_no_fault(self):
        self.check(["a → b (not much)", "b → nothing of ours"], [edge("zklens-b"), edge("serde")])
        self.check(["a · b → nothing of ours"], [edge("zklens-b", "dev")])
        self.check(["a → b without `net`", "b → nothing of ours"], [edge("zklens-b", default=False)])

    def test_an_edge_that_is_not_listed_is_a_fault(self):
        for kind in [None, "build"]:
            self.check(
                ["a · b → nothing of ours"],
                [edge("zklens-b", kind)],
                "zklens-a depends on zklens-b, which its line does not name",
            )

    def test_a_listed_edge_that_does_not_exist_is_a_fault(self):
        for edges in [[], [edge("zklens-b", "dev")]]:
            self.check(
                ["a → b", "b → nothing of ours"],
                edges,
                "zklens-a does not depend on zklens-b, which its line names",
            )

    def test_a_crate_without_a_line_and_a_line_without_a_crate_are_faults(self):
        self.check(
            ["b · c → nothing of ours"],
            [],
            "c has a line, and is no crate",
            "zklens-a is a crate, and has no line",
        )

    def test_what_a_line_says_of_features_is_so(self):
        denied = "zklens-a takes zklens-b with `net`, which its line denies"
        for wrong in [edge("zklens-b"), edge("zklens-b", default=False, features=("net",))]:
            self.check(["a → b without `net`", "b → nothing of ours"], [wrong], denied)
        self.check(
            ["a → b", "b → nothing of ours"],
            [edge("zklens-b", default=False)],
            "zklens-a takes zklens-b without its default features, which its line does not say",
        )
        self.check(
            ["a → b without `more`", "b → nothing of ours"],
            [edge("zklens-b", default=False)],
            "zklens-a takes zklens-b without `more`, which is not on by default",
        )

    def test_what_cannot_be_read_is_an_error(self):
        for line in ["a b", "a → b, (c", "a → `b`", "a · a → b"]:
            with self.assertRaises(ValueError, msg=line):
                stated(f"```text\n{line}\n```\n")


if __name__ == "__main__":
    unittest.main()
