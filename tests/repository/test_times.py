"""`.ci/times.py` never makes a changed file look old."""

import importlib.util
import os
import subprocess
import tempfile
import unittest
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from repository import ROOT

SPEC = importlib.util.spec_from_file_location("times", ROOT / ".ci" / "times.py")
times = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(times)


class Times(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root, self.target = Path(folder.name, "checkout"), Path(folder.name, "target")
        self.root.mkdir()
        subprocess.run(["git", "init", "--quiet"], cwd=self.root, check=True)

    def run_on(self, **files: str) -> dict[str, int]:
        """The times of the files of a fresh checkout, after a run."""
        for name, text in files.items():
            path = self.root / name
            path.unlink(missing_ok=True)
            path.write_text(text)
            # As archives do.
            os.utime(path, ns=(1, 1))
        subprocess.run(["git", "add", "--all"], cwd=self.root, check=True)
        with redirect_stdout(StringIO()):
            times.main(self.root, self.target)
        return {name: (self.root / name).stat().st_mtime_ns for name in files}

    def test_what_is_unchanged_keeps_its_time_and_what_changed_is_new(self):
        first = self.run_on(a="1", b="2")
        second = self.run_on(a="1", b="3")
        self.assertEqual(second["a"], first["a"])
        self.assertGreater(second["b"], first["b"])

    def test_what_is_as_it_was_in_the_run_before_the_last_is_new(self):
        first = self.run_on(a="1")
        second = self.run_on(a="2")
        third = self.run_on(a="1")
        self.assertTrue(first["a"] < second["a"] < third["a"])

    def test_a_file_that_comes_back_is_new(self):
        first = self.run_on(a="1", b="2")
        (self.root / "a").unlink()
        self.run_on(b="2")
        self.assertGreater(self.run_on(a="1", b="2")["a"], first["a"])

    def test_without_a_record_everything_is_new(self):
        first = self.run_on(a="1")
        for record in self.target.iterdir():
            record.write_text("{")
        self.assertGreater(self.run_on(a="1")["a"], first["a"])


if __name__ == "__main__":
    unittest.main()
