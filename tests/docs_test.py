#!/usr/bin/env python3
"""Checks that every file and folder which the pages for contributors name is there.

Usage: docs_test.py [root]
"""

import pathlib
import re
import sys

PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/README.md", "docs/architecture.md")

# `core/jobs/job_machine.cpp`, `tests/http/golden/`; what has capitals stands for any name.
PATH = re.compile(r"`([a-z_.]+/[a-z0-9_./-]*(?:\.[a-z]+|/))`")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")

# Made by a build or by the server, or of a library.
OTHERS = ("build/", "var/", "tl/", "nlohmann/")


def missing(root, page):
    """(line, path) of what a page names and is not there."""
    found, is_code = [], False
    for number, line in enumerate((root / page).read_text(encoding="utf-8").splitlines(), 1):
        is_code ^= line.startswith("```")
        if is_code:
            continue
        named = [root / path for path in PATH.findall(line) if not path.startswith(OTHERS)]
        linked = [(root / page).parent / path for path in LINK.findall(line)]
        found += [(number, path) for path in named + linked if not path.exists()]
    return found


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[1]).resolve()
    wrong = [(page, number, path) for page in PAGES for number, path in missing(root, page)]
    for page, number, path in wrong:
        print(f"{page}:{number}: there is no {path}")
    count = sum(len(PATH.findall((root / page).read_text(encoding='utf-8'))) for page in PAGES)
    print(f"{count} paths checked, {len(wrong)} missing")
    # A pattern that finds nothing any more would find nothing missing either.
    return 1 if wrong or count < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
