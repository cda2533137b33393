"""Links, anchors and file names in the documents lead somewhere.

Checked in every `.md` file: links to files and to headings, and what stands in backticks and looks like a path of this
repository or the name of a source file. Addresses on the web are not asked.
"""

import posixpath
import re
import unittest
from fnmatch import fnmatch
from functools import cache

from repository import files, is_ignored, paths, read

#: Documents of other times: the files that they name may be gone.
RECORDS = ("CHANGELOG.md",)
#: Endings that make a word the name of a file, with or without a folder.
SOURCES = ("rs", "sol", "py", "sh", "mjs", "ts", "toml", "lock", "md", "yml")
#: Labels of the transcript, which look like paths.
LABELS = ("setup/check", "setup/powers")
#: Stands for any name in a path.
PLACEHOLDER = re.compile(r"\b(?:NAME|TARGET|FILE|N)\b")

FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
COMMANDS = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(`+)(.+?)\1", re.DOTALL)
LINK = re.compile(r"\]\(\s*<?([^()\s>]+(?:\([^()\s]*\)[^()\s>]*)*)>?(?:\s+\"[^\"]*\")?\s*\)")
REFERENCE = re.compile(r"^\[[^\]^]+\]:\s+(\S+)", re.MULTILINE)
HTML = re.compile(r"(?:href|src)=\"([^\"]+)\"")
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)


def without_code(text: str) -> str:
    return CODE.sub("", FENCE.sub("", text))


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    heading = re.sub(r"[^\w\- ]", "", heading.lower())
    return heading.replace(" ", "-")


def anchors(text: str) -> set[str]:
    found: set[str] = set(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", text))
    counts: dict[str, int] = {}
    for heading in HEADING.findall(FENCE.sub("", text)):
        name = slug(heading)
        count = counts.get(name, 0)
        counts[name] = count + 1
        found.add(f"{name}-{count}" if count else name)
    return found


@cache
def anchors_of(path: str) -> frozenset[str]:
    return frozenset(anchors(read(path)))


def link_faults(document: str, text: str) -> list[str]:
    """Links of a document that lead nowhere."""
    prose = without_code(text)
    found = []
    # A link's words may be code.
    links = LINK.findall(FENCE.sub("", text)) + REFERENCE.findall(prose) + HTML.findall(prose)
    for link in links:
        if re.match(r"[a-z][a-z0-9+.-]*:", link):
            continue
        path, _, anchor = link.partition("#")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(document), path)) if path else document
        if target not in paths() and target != document:
            found.append(f"{document}: link to {link}: there is no {target}")
        elif anchor and target.endswith(".md"):
            there = anchors(text) if target == document else anchors_of(target)
            if anchor not in there:
                found.append(f"{document}: link to {link}: {target} has no heading #{anchor}")
    return found


@cache
def top() -> frozenset[str]:
    return frozenset(path.split("/")[0] for path in files() if "/" in path)


@cache
def names() -> frozenset[str]:
    """Every end of a path: `c.rs`, `b/c.rs`, `a/b/c.rs`."""
    parts = (path.split("/") for path in paths())
    return frozenset("/".join(part[i:]) for part in parts for i in range(len(part)))


def expand(path: str) -> list[str]:
    """`a/{b,c}.rs` as two paths."""
    found = re.search(r"\{([^{}]*)\}", path)
    if not found:
        return [path]
    return [p for part in found[1].split(",") for p in expand(path[: found.start()] + part + path[found.end() :])]


def looks_like_a_path(word: str) -> bool:
    """Whether this is meant as a path of this repository, or as the name of a source file."""
    if word in LABELS:
        return False
    if not re.fullmatch(r"[\w.*{},/@+-]+", word) or word.startswith(("/", "-", ".")) and not word.startswith(".ci/"):
        return False
    if "/" in word and word.split("/")[0] in top():
        return True
    return re.fullmatch(rf"[\w*{{}},/.-]+\.({'|'.join(SOURCES)})", word) is not None and not word.startswith("*.")


def exists(document: str, path: str) -> bool:
    """Whether a path is there, from the root, from the document's folder, or as the end of one; or is built."""
    path = path.rstrip("/")
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(document), path))
    pattern = PLACEHOLDER.sub("*", path)
    if path in names() or beside in paths() or any(fnmatch(name, pattern) for name in names()):
        return True
    # Folders are ignored as such, so something in them is asked for.
    return any(is_ignored(f"{built}/file") for built in (path, beside))


def path_faults(document: str, text: str) -> list[str]:
    """Paths in backticks and in commands that there are not."""
    words = [word for _, code in CODE.findall(FENCE.sub("", text)) for word in code.split()]
    # Commands also name files that they write, in the folder where one is.
    words += [word for commands in COMMANDS.findall(text) for word in commands.split() if "/" in word]
    found = []
    for word in words:
        # A place within a file, as `file.rs:12` or `file.rs::name`.
        path = word.strip("`,;()").split(":")[0]
        if looks_like_a_path(path):
            missing = [one for one in expand(path) if not exists(document, one)]
            found += [f"{document}: `{one}`: there is no such file" for one in missing]
    return found


def documents() -> list[str]:
    return sorted(path for path in files() if path.endswith(".md"))


class Documents(unittest.TestCase):
    def test_links_lead_to_files_and_headings(self):
        self.assertGreater(len(documents()), 30)
        self.assertEqual([fault for path in documents() for fault in link_faults(path, read(path))], [])

    def test_paths_in_backticks_are_those_of_files(self):
        kept = [path for path in documents() if path not in RECORDS]
        self.assertEqual([fault for path in kept for fault in path_faults(path, read(path))], [])


class TheCheckItself(unittest.TestCase):
    """A broken link or name is noticed, and nothing else."""

    def links(self, text: str) -> list[str]:
        return [fault.split(": ", 2)[2] for fault in link_faults("book/new.md", text)]

    def names(self, text: str) -> list[str]:
        return [fault.split("`")[1] for fault in path_faults("book/new.md", text)]

    def test_a_link_to_a_file_that_is_not_there(self):
        self.assertEqual(self.links("[a](missing.md)"), ["there is no book/missing.md"])
        self.assertEqual(self.links("[a](../missing.md \"title\")"), ["there is no missing.md"])
        self.assertEqual(self.links("[`code`](missing.md)"), ["there is no book/missing.md"])
        self.assertEqual(self.links("[a]: missing.md"), ["there is no book/missing.md"])
        self.assertEqual(self.links("<a href=\"missing.md\">"), ["there is no book/missing.md"])
        self.assertEqual(self.links("[a](protocol.md) [b](../models/) [c](https://example.org/x.md)"), [])

    def test_a_link_to_a_heading_that_is_not_there(self):
        self.assertEqual(self.links("# Here\n[a](#there)"), ["book/new.md has no heading #there"])
        self.assertEqual(self.links("# Here `x`: and\n[a](#here-x-and)"), [])
        self.assertEqual(self.links("[a](protocol.md#the-circus)"), ["book/protocol.md has no heading #the-circus"])
        self.assertEqual(self.links("[a](protocol.md#the-circuit)"), [])

    def test_the_second_heading_of_a_name_has_a_number(self):
        self.assertEqual(anchors("# A b\n## A b\n```\n# c\n```\n"), {"a-b", "a-b-1"})

    def test_what_is_code_is_no_link(self):
        self.assertEqual(self.links("```\n[a](missing.md)\n```\n"), [])

    def test_a_name_of_a_file_that_is_not_there(self):
        wrong = ["crates/model/src/missing.rs", "missing.rs", "crates/missing/", "crates/missing/*.rs", ".ci/missing"]
        for path in wrong:
            self.assertEqual(self.names(f"See `{path}`."), [path])
        self.assertEqual(self.names("`crates/model/src/{lib,missing}.rs`"), ["crates/model/src/missing.rs"])
        self.assertEqual(self.names("`crates/missing/x.rs:12`, `missing.sh --flag`"), ["crates/missing/x.rs", "missing.sh"])

    def test_a_name_in_a_command_of_a_file_that_is_not_there(self):
        self.assertEqual(self.names("```sh\ncrates/missing.sh book/protocol.md out.sol\n```\n"), ["crates/missing.sh"])
        self.assertEqual(self.names("```text\ncrates/missing.sh\n```\n"), [])

    def test_names_of_files_that_are_there_and_what_is_no_name(self):
        right = ["crates/model/src/lib.rs", "lib.rs", "crates/model/", "models/*.zkl", "models/NAME.md", ".ci/run"]
        right += ["protocol.md", "target/release/zklens", "fuzz/corpus/TARGET/", "a/b", "x.y", "Model::run", "*.rs"]
        for word in right:
            self.assertEqual(self.names(f"`{word}`"), [], word)


if __name__ == "__main__":
    unittest.main()
