"""Licences and sources of libraries, and who may use which: what `deny.toml` says.

That file is written for cargo-deny, which also knows of advisories, and asks the web for them. This reads the part that needs
no web, and what cargo says of dependencies, in seconds and without cargo-deny.
"""

import re
import subprocess
import tomllib
import unittest
from dataclasses import dataclass, field

from repository import ROOT, files, read

#: Workspaces whose libraries are at hand wherever tests run. SP1's SDK has a hundred more, of its maker.
WORKSPACES = ["Cargo.toml", "fuzz/Cargo.toml"]
CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index"


@dataclass
class Tree:
    """All that is built, for any target and with every feature."""

    #: The licence of each library, by name and version. Ours have none here.
    licences: dict[str, str] = field(default_factory=dict)
    #: The names of those that use a library, by its name.
    users: dict[str, set[str]] = field(default_factory=dict)


def parse(lines: str) -> Tree:
    """What `cargo tree` writes with the depth in front of a line."""
    tree, above = Tree(), {}
    for line in filter(None, lines.splitlines()):
        found = re.fullmatch(r"(\d+)(\S+) v(\S+)( \([^)]*\))*\|(.*?)( \(\*\))?", line)
        if not found:
            raise ValueError(f"cannot read {line!r}")
        depth, name, version, notes, licence = int(found[1]), found[2], found[3], found[4] or "", found[5]
        above[depth] = name
        if depth:
            tree.users.setdefault(name, set()).add(above[depth - 1])
        if f"({ROOT}" not in notes:
            tree.licences[f"{name} {version}"] = licence
    return tree


def tree_of(manifest: str) -> Tree:
    command = ["cargo", "tree", "--offline", "--locked", "--workspace", "--all-features", "--target", "all"]
    command += ["--edges", "normal,build,dev", "--prefix", "depth", "--format", "{p}|{l}", "--manifest-path", manifest]
    return parse(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout)


def is_allowed(expression: str, allowed: set[str]) -> bool:
    """Whether a licence expression of SPDX, or one with slashes for `OR`, can be met by licences that are allowed."""
    tokens = re.findall(r"[()]|[^\s()/]+|/", expression)

    def either() -> bool:
        value = both()
        while tokens and tokens[0] in ("OR", "/"):
            tokens.pop(0)
            value = both() or value
        return value

    def both() -> bool:
        value = one()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            value = one() and value
        return value

    def one() -> bool:
        token = tokens.pop(0)
        if token == "(":
            value = either()
            if not tokens or tokens.pop(0) != ")":
                raise ValueError(f"a parenthesis is missing in {expression!r}")
            return value
        if tokens and tokens[0] == "WITH":
            token = f"{token} {tokens.pop(0)} {tokens.pop(0)}"
        return token in allowed

    if not tokens:
        return False
    value = either()
    if tokens:
        raise ValueError(f"cannot read {expression!r}")
    return value


def licence_faults(tree: Tree, rules: dict) -> list[str]:
    exceptions = {rule["crate"]: set(rule["allow"]) for rule in rules.get("exceptions", [])}
    found = []
    for library, licence in sorted(tree.licences.items()):
        allowed = set(rules["allow"]) | exceptions.get(library.split(" ")[0], set())
        if not is_allowed(licence, allowed):
            found.append(f"{library}: {licence or 'no licence'}")
    return found


def ban_faults(tree: Tree, bans: list[dict]) -> list[str]:
    found = []
    for ban in bans:
        users = tree.users.get(ban["name"], set()) - set(ban.get("wrappers", []))
        found += [f"{user} uses {ban['name']}: {ban['reason']}" for user in sorted(users)]
    return found


def packages(lock: str) -> dict[str, set[str]]:
    """The versions of each package in a lock file."""
    found: dict[str, set[str]] = {}
    for package in tomllib.loads(lock)["package"]:
        found.setdefault(package["name"], set()).add(package["version"])
    return found


def source_faults(lock: str) -> list[str]:
    """Packages of a lock file that do not come from crates.io, or without a digest."""
    found = []
    for package in tomllib.loads(lock)["package"]:
        source = package.get("source")
        # Without a source it lies in this repository.
        if source is not None and source != CRATES_IO:
            found.append(f"{package['name']} comes from {source}")
        elif source is not None and "checksum" not in package:
            found.append(f"{package['name']} has no checksum")
    return found


def wildcard_faults(manifest: str) -> list[str]:
    """Dependencies of any version."""
    found = []

    def look(table: dict):
        for key, value in table.items():
            if key.endswith("dependencies") and isinstance(value, dict):
                for name, wanted in value.items():
                    version = wanted if isinstance(wanted, str) else wanted.get("version", "")
                    found.extend([f"{name} is of any version"] if "*" in version else [])
            elif isinstance(value, dict):
                look(value)

    look(tomllib.loads(manifest))
    return found


class Libraries(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rules = tomllib.loads(read("deny.toml"))
        cls.trees = {manifest: tree_of(manifest) for manifest in WORKSPACES}

    def test_their_licences_are_allowed(self):
        for manifest, tree in self.trees.items():
            self.assertGreater(len(tree.licences), 50)
            self.assertEqual(licence_faults(tree, self.rules["licenses"]), [], manifest)

    def test_they_are_used_by_those_who_may(self):
        for manifest, tree in self.trees.items():
            self.assertEqual(ban_faults(tree, self.rules["bans"]["deny"]), [], manifest)

    def test_who_may_use_one_does(self):
        tree = self.trees["Cargo.toml"]
        for ban in self.rules["bans"]["deny"]:
            self.assertEqual(set(ban["wrappers"]) - tree.users[ban["name"]], set(), ban["name"])

    def test_they_come_from_crates_io(self):
        locks = [path for path in files() if path.endswith("Cargo.lock")]
        self.assertGreaterEqual(len(locks), 4)
        for path in locks:
            self.assertEqual(source_faults(read(path)), [], path)

    def test_what_is_fuzzed_is_what_is_shipped(self):
        shipped = packages(read("Cargo.lock"))
        for name, versions in packages(read("fuzz/Cargo.lock")).items():
            others = versions - shipped.get(name, versions)
            # cp Cargo.lock fuzz/Cargo.lock && cargo metadata --manifest-path fuzz/Cargo.toml >/dev/null
            self.assertEqual(others, set(), f"{name} of fuzz/Cargo.lock is not in Cargo.lock, from which it is copied")

    def test_none_is_taken_in_any_version(self):
        for path in files():
            if path.endswith("Cargo.toml"):
                self.assertEqual(wildcard_faults(read(path)), [], path)


class TheCheckItself(unittest.TestCase):
    TREE = f"0zklens v1 ({ROOT}/a)|MIT\n1good v1.0.0 (proc-macro)|MIT\n2bad v2.0.0|GPL-3.0\n1bad v2.0.0|GPL-3.0 (*)\n"

    def test_a_tree_is_read_with_licences_and_users(self):
        tree = parse(self.TREE)
        self.assertEqual(tree.licences, {"good 1.0.0": "MIT", "bad 2.0.0": "GPL-3.0"})
        self.assertEqual(tree.users, {"good": {"zklens"}, "bad": {"good", "zklens"}})

    def test_a_licence_that_is_not_allowed(self):
        tree = parse(self.TREE)
        self.assertEqual(licence_faults(tree, {"allow": ["MIT"]}), ["bad 2.0.0: GPL-3.0"])
        exceptions = [{"crate": "bad", "allow": ["GPL-3.0"]}]
        self.assertEqual(licence_faults(tree, {"allow": ["MIT"], "exceptions": exceptions}), [])

    def test_expressions_of_licences(self):
        allowed = {"MIT", "ISC", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"}
        right = ["MIT", "MIT OR GPL-3.0", "GPL-3.0/MIT", "GPL-3.0 / MIT", "MIT AND ISC", "(MIT OR X) AND ISC"]
        right += ["Apache-2.0 WITH LLVM-exception", "X AND Y OR MIT", "MIT OR X AND Y"]
        wrong = ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR ISC) AND IJG", "MIT WITH Bison-exception-2.2"]
        for expression in right:
            self.assertTrue(is_allowed(expression, allowed), expression)
        for expression in wrong:
            self.assertFalse(is_allowed(expression, allowed), expression)
        for expression in ["MIT ISC", "(MIT", "MIT)"]:
            with self.assertRaises(ValueError, msg=expression):
                is_allowed(expression, allowed)

    def test_a_user_that_may_not(self):
        bans = [{"name": "bad", "wrappers": ["good"], "reason": "it is bad"}]
        self.assertEqual(ban_faults(parse(self.TREE), bans), ["zklens uses bad: it is bad"])

    def test_a_source_that_is_not_crates_io(self):
        lock = '[[package]]\nname = "a"\nversion = "1"\nsource = "{}"\n'
        for source in ["git+https://example.org/a", "registry+https://example.org/index"]:
            self.assertEqual(source_faults(lock.format(source)), [f"a comes from {source}"])
        self.assertEqual(source_faults(lock.format(CRATES_IO)), ["a has no checksum"])
        self.assertEqual(source_faults(lock.format(CRATES_IO) + 'checksum = "1"\n'), [])

    def test_any_version(self):
        manifest = '[target."cfg(unix)".dev-dependencies]\na = "*"\nb = { version = "1.*" }\nc = { path = "c" }\nd = "1"\n'
        self.assertEqual(wildcard_faults(manifest), ["a is of any version", "b is of any version"])


if __name__ == "__main__":
    unittest.main()
