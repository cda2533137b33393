#!/usr/bin/env python3
"""Gives each file of a fresh checkout that has not changed since the last run the time that it had then.

cargo builds a file again if it is newer than its build, and in a checkout every file is new. Without this script, every
commit would build all our crates again, in every profile. The script compares contents. A file that differs from the last
run keeps its own time, which is later than everything built before. So does a file that is as it was in the run before
the last.

    .ci/times.py FOLDER        (the one in which cargo builds)

Not for working trees in which somebody edits, where files have their times from edits.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path


def main(root: Path, folder: Path):
    # Artifacts of another checkout are others for cargo, so each has a record of its own.
    name = hashlib.sha256(str(root).encode()).hexdigest()[:16]
    record = folder / f"times-{name}.json"
    try:
        before = json.loads(record.read_text())
    except (OSError, ValueError):
        before = {}
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True).stdout
    now, after = time.time_ns(), {}
    for path in filter(None, listed.split("\0")):
        file = root / path
        if not file.is_file() or file.is_symlink():
            continue
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        same, then = before.get(path, ["", 0])
        # A checkout may also give files a time of long ago, which would hide a change.
        after[path] = [digest, then if same == digest else now]
        os.utime(file, ns=(after[path][1], after[path][1]))
    folder.mkdir(parents=True, exist_ok=True)
    # All at once, so that nobody reads half a record.
    new = record.with_suffix(".new")
    new.write_text(json.dumps(after))
    new.replace(record)
    kept = sum(after[path][1] != now for path in after)
    print(f"{kept} of {len(after)} files are as they were at the last run")


if __name__ == "__main__":
    main(Path(__file__).resolve().parents[1], Path(sys.argv[1]))
