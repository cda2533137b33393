"""Turns of phrase that make readers read twice stay rare, in comments and documents.

Each turn has a limit for 10,000 words of the whole tree. A place is a question, not a verdict: some are the best that can be said,
and then the limit has room for them. CONTRIBUTING.md has a table of better words. This prints every place of a file or folder:

    python3 tests/repository/test_prose.py crates/model
"""

import re
import sys
import unittest
from collections.abc import Iterator

from repository import files, read

#: For each turn of phrase: the most places in 10,000 words, how it is written, and an example.
TURNS: dict[str, tuple[float, re.Pattern[str], str]] = {
    "is no, is none": (
        3,
        re.compile(r"\b(?:is|are|was|be|being) no(?:ne)?\b(?! (?:longer|matter|(?:more|less|larger|smaller) than))", re.IGNORECASE),
        "Why the file is no model.",
    ),
    "of which": (1, re.compile(r"\bof which\b", re.IGNORECASE), "Rows, of which the last is empty."),
    "a clause with `what` for a noun": (
        10,
        re.compile(
            r"(?:^|[.,:;(|]\s?|\b(?:of|to|by|with|for|and|in|from|says|is|are) )what (?!if\b)\w+",
            re.IGNORECASE,
        ),
        "What a column holds.",
    ),
    "another … than": (0.5, re.compile(r"\b(?:(?:an)?other \w+ than|another than)\b", re.IGNORECASE), "Another setup than the key's."),
    "a sentence that begins with `Of`": (
        0.5,
        re.compile(r"(?:^|[.;] )Of (?:an?|the|every|each|no|two|its|private|that)\b"),
        "Of a row, some cells are taken.",
    ),
    "so many": (1, re.compile(r"\bso m(?:any|uch) (?!as\b|that\b)", re.IGNORECASE), "A column of so many bytes."),
    "that is none": (
        0.5,
        re.compile(r"\bthat (?:is|are) none\b|\b(?:may|can|must) be none\b", re.IGNORECASE),
        "A file that is none.",
    ),
}

#: The beginning of a comment in each language. Documents are prose except for code between fences.
COMMENTS = {
    ".rs": re.compile(r"//[/!]?"),
    ".sol": re.compile(r"//[/!]?|/?\*+/?"),
    ".ts": re.compile(r"//|/?\*+/?"),
    ".py": re.compile(r"#"),
}

#: Folders of others' files, and of files that programs write.
LEFT_OUT = ("contracts/artifacts/", "contracts/lib/", "crates/sp1/elf/", "vectors/")

#: The rules themselves show each turn.
RULES = "CONTRIBUTING.md"


def prose(path: str, text: str) -> Iterator[tuple[int, str]]:
    """The lines of a file that are prose, with their numbers."""
    ending = path[path.rindex(".") :]
    is_fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if ending in (".md", ".html"):
            if line.startswith("```"):
                is_fenced = not is_fenced
            elif not is_fenced:
                yield number, line
        elif mark := COMMENTS[ending].match(line):
            yield number, line[mark.end() :].strip()


def places(path: str, text: str) -> list[tuple[str, int, str]]:
    """Every place of a turn of phrase: its name, the line's number, and the line."""
    return [(name, number, line) for number, line in prose(path, text) for name, (_, turn, _) in TURNS.items() for _ in turn.findall(line)]


def sources() -> list[str]:
    """The files whose prose is counted."""
    endings = (*COMMENTS, ".md", ".html")
    return sorted(path for path in files() if path.endswith(endings) and not path.startswith(LEFT_OUT) and path != RULES)


class Prose(unittest.TestCase):
    def test_turns_of_phrase_that_are_read_twice_are_rare(self):
        words, counts = 0, dict.fromkeys(TURNS, 0)
        for path in sources():
            text = read(path)
            words += sum(len(re.findall(r"[A-Za-z]+", line)) for _, line in prose(path, text))
            for name, _, _ in places(path, text):
                counts[name] += 1
        self.assertGreater(words, 100_000)
        for name, (limit, _, _) in TURNS.items():
            found = counts[name] * 10_000 / words
            advice = "python3 tests/repository/test_prose.py FOLDER lists them"
            self.assertLessEqual(found, limit, f"{name}: {counts[name]} places in {words} words; {advice}")

    def test_each_turn_is_found_in_its_example_and_no_other_is(self):
        for name, (_, _, example) in TURNS.items():
            for path, text in [("a.md", example), ("a.rs", f"/// {example}\nlet a = 1;"), ("a.py", f"# {example}")]:
                found = {turn for turn, _, _ in places(path, text)}
                self.assertIn(name, found, path)
                self.assertEqual(found - {name, "is no, is none"}, set(), path)

    def test_code_is_not_prose(self):
        self.assertEqual(places("a.rs", 'let of_which = "of which";'), [])
        self.assertEqual(places("a.md", "```text\nof which\n```\n"), [])
        self.assertEqual(places("a.md", "It is no longer so. Ask what if."), [])


def main() -> None:
    for path in sources():
        if path.startswith(sys.argv[1].removeprefix("./")):
            for name, number, line in places(path, read(path)):
                print(f"{path}:{number}: [{name}] {line[:150]}")


if __name__ == "__main__":
    main()
