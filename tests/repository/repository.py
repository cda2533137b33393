"""The files of this repository, as git knows them."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def files() -> frozenset[str]:
    """Paths of all files that are committed, or would be."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return frozenset(path for path in listed.split("\0") if path and (ROOT / path).exists())


@cache
def paths() -> frozenset[str]:
    """Paths of all files and of the folders that they are in."""
    folders = {str(folder) for path in files() for folder in Path(path).parents}
    return files() | folders


def is_ignored(path: str) -> bool:
    """Whether git ignores the path, as it does with files that are built."""
    found = subprocess.run(["git", "check-ignore", "--quiet", path], cwd=ROOT, check=False).returncode
    if found not in (0, 1):
        raise RuntimeError(f"git check-ignore {path} failed with {found}")
    return found == 0


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """The text under a heading of a document, up to the next heading of its level."""
    level = heading.split(" ")[0]
    if f"\n{heading}\n" not in text:
        raise ValueError(f"there is no heading {heading!r}")
    _, after = text.split(f"\n{heading}\n", 1)
    return after.split(f"\n{level} ")[0]


def rows(table: str) -> list[list[str]]:
    """The cells of the rows of the first table in a text, without its header."""
    lines = table.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("|"))
    found = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found
