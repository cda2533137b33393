"""No two files of a crate import each other, directly or through others.

Files in such a circle can only be read, tested and moved together. A submodule's imports from the modules that contain it do not
count: with them it is one module in several files.
"""

import re
import unittest
from pathlib import PurePosixPath

from repository import files, read

#: Circles that are left, by the folder of the sources. Only `sampler`'s is meant to stay: `grey` is a special case of the algorithm in
#: `unfilter`, and shares its words and pixels.
ALLOWED: dict[str, list[set[str]]] = {
    "crates/sampler/src": [{"png/grey.rs", "png/unfilter.rs"}],
}


Module = tuple[str, ...]

#: The tokens of a tree of imports.
TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|::|[{},;*]")


def code(text: str) -> str:
    """Rust without comments, the contents of strings, and the tests at the end of a file."""
    text = re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\])*"', '""', text, flags=re.DOTALL)
    return re.split(r"#\[cfg\(test\)\]\s*mod \w+ \{", text)[0]


def leaves(tokens: list[str], before: list[str]) -> list[tuple[list[str], str | None]]:
    """The paths of a tree of imports like `a::{b, c::d as e}`, each with its local name; takes the tokens that it reads."""
    found, path = [], list(before)
    while tokens and tokens[0] not in ("}", ",", ";"):
        token = tokens.pop(0)
        if token == "{":
            while tokens and tokens[0] != "}":
                found += leaves(tokens, path)
                if tokens and tokens[0] == ",":
                    tokens.pop(0)
            if tokens:
                tokens.pop(0)
            return found
        if token == "as":
            return [(path, tokens.pop(0))]
        if token != "::":
            path.append(token)
    if path and path[-1] == "self":
        path.pop()
    return [(path, path[-1] if path else None)]


def imports(text: str) -> list[tuple[bool, list[str], str | None]]:
    """The paths that `use` brings in: whether others see them, the path, and the local name."""
    found = []
    for use in re.finditer(r"(?:^|(?<=[\s;}\]]))(pub(?:\([^)]*\))?\s+)?use\s+([^;]*);", code(text)):
        tokens = TOKEN.findall(use[2])
        found += [(use[1] is not None, path, name) for path, name in leaves(tokens, [])]
    return found


class Crate:
    """The files of one crate, as modules."""

    def __init__(self, folder: str, sources: dict[str, str]):
        self.folder = folder
        self.sources = {self.module(path): text for path, text in sources.items()}
        self.paths = {self.module(path): path for path in sources}
        self.exports = {
            module: {name: path for is_public, path, name in imports(text) if is_public and name}
            for module, text in self.sources.items()
        }

    @staticmethod
    def module(path: str) -> Module:
        parts = PurePosixPath(path).with_suffix("").parts
        return parts[:-1] if parts[-1] in ("lib", "main", "mod") else parts

    def absolute(self, module: Module, path: list[str]) -> list[str] | None:
        """A path from the root of the crate; `None` if it leads into another crate."""
        if path[:1] == ["crate"]:
            return path[1:]
        at = list(module)
        if path[:1] == ["self"]:
            return at + path[1:]
        if path[:1] == ["super"]:
            while path[:1] == ["super"]:
                at, path = at[:-1], path[1:]
            return at + path
        is_child = path and (*module, path[0]) in self.sources
        return at + path if is_child else None

    def file(self, path: list[str], depth: int = 0) -> Module:
        """The module whose file defines what a path names, through what modules export."""
        module: Module = ()
        for index, name in enumerate(path):
            if (*module, name) in self.sources:
                module = (*module, name)
                continue
            exported = self.exports.get(module, {}).get(name)
            onward = self.absolute(module, exported) if exported and depth < 8 else None
            return self.file(onward + path[index + 1 :], depth + 1) if onward else module
        return module

    def uses(self, module: Module) -> set[Module]:
        """The modules that a file imports from."""
        text = self.sources[module]
        named = [path for _, path, _ in imports(text)]
        inline = re.sub(r"\buse\s[^;]*;", "", code(text))
        named += [match[0].split("::") for match in re.finditer(r"(?<![\w:.])[a-z_]\w*(?:::\w+)+", inline)]
        absolute = [self.absolute(module, path) for path in named]
        found = {self.file(path) for path in absolute if path}
        return {other for other in found if module[: len(other)] != other}


def circles(crate: Crate) -> list[set[str]]:
    """The largest sets of files that reach each other by imports, largest first."""
    edges = {module: crate.uses(module) for module in crate.sources}
    reach = {}
    for start in edges:
        seen, open_ = set(), [start]
        while open_:
            for other in edges[open_.pop()] - seen:
                seen.add(other)
                open_.append(other)
        reach[start] = seen
    found = {frozenset(b for b in reach[a] if a in reach[b]) for a in edges if a in reach[a]}
    named = [{crate.paths[module] for module in circle} for circle in found]
    return sorted(named, key=lambda circle: (-len(circle), sorted(circle)))


def sources() -> dict[str, dict[str, str]]:
    """The Rust files of every crate's `src`, by that folder."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(files()):
        inside = re.fullmatch(r"((?:crates|apps)/[a-z0-9_-]+(?:/(?:program|guest|worker))?/src)/(.+\.rs)", path)
        if inside:
            found.setdefault(inside[1], {})[inside[2]] = read(path)
    return found


class Circles(unittest.TestCase):
    def test_no_files_of_a_crate_import_each_other_in_a_circle(self):
        crates = sources()
        self.assertGreater(len(crates), 20)
        for folder, texts in crates.items():
            for circle in circles(Crate(folder, texts)):
                is_allowed = any(circle <= allowed for allowed in ALLOWED.get(folder, []))
                self.assertTrue(is_allowed, f"{folder}: a circle of {len(circle)}: {', '.join(sorted(circle))}")

    def test_the_lists_of_circles_that_are_left_only_shrink(self):
        crates = sources()
        for folder, allowed in ALLOWED.items():
            self.assertEqual(circles(Crate(folder, crates[folder])), allowed, f"{folder}: take what is gone off ALLOWED")

    def found(self, **texts: str) -> list[set[str]]:
        return circles(Crate("src", {f"{name.replace('__', '/')}.rs": text for name, text in texts.items()}))

    def test_a_circle_is_found_through_super_crate_and_exports(self):
        self.assertEqual(self.found(lib="", a="use crate::b::B;", b="use super::a::A;"), [{"a.rs", "b.rs"}])
        self.assertEqual(self.found(lib="pub use b::B;", a="use crate::B;", b="use crate::a::A;"), [{"a.rs", "b.rs"}])
        self.assertEqual(self.found(lib="", a="fn f() { crate::b::g() }", b="use crate::{a::{A, C}, d};"), [{"a.rs", "b.rs"}])
        three = self.found(lib="", a="use crate::b;", b="use crate::c__d::E;".replace("__", "::"), c__d="use crate::a::A as B;", c__mod="")
        self.assertEqual(three, [{"a.rs", "b.rs", "c/d.rs"}])
        through = self.found(lib="", a="mod b; fn f() { b::g() }", a__b="use crate::c::C;", c="use crate::a;")
        self.assertEqual(through, [{"a.rs", "a/b.rs", "c.rs"}])

    def test_one_direction_a_module_with_its_parts_and_tests_are_no_circle(self):
        self.assertEqual(self.found(lib="use a::A;", a="use crate::b::B;", b="use core::a::A;"), [])
        self.assertEqual(self.found(lib="", a__mod="use b::B;", a__b="use super::A;"), [])
        tests = "use crate::b::B;\n#[cfg(test)]\nmod tests { use super::*; }"
        self.assertEqual(self.found(lib="", a=tests, b="#[cfg(test)]\nmod tests { use crate::a::A; }"), [])
        self.assertEqual(self.found(lib="", a="use crate::b::B;", b="// use crate::a::A;\nconst T: &str = \"crate::a::A\";"), [])


if __name__ == "__main__":
    unittest.main()
