#!/usr/bin/env python3
"""Checks the limits that keep a place easy to find and to read (CONTRIBUTING.md, "How code looks here").

Usage: shape_test.py [root]

A source has at most 400 lines, a folder at most 20 pairs of files, a class at most 25 methods and 12
members. Constructors, destructors, operators and types do not count as methods, static constants not as
members. A struct is a plain value, and as wide as what it describes; fixtures of tests are no classes that
anybody uses. Before it looks at the tree it proves itself on texts of its own.
"""

import pathlib
import re
import subprocess
import sys

LINES_MAX = 400
PAIRS_MAX = 20
METHODS_MAX = 25
MEMBERS_MAX = 12

SOURCES = (".hpp", ".cpp", ".mjs", ".js", ".py")


def without_noise(text):
    """C++ without comments, texts and preprocessor lines; of the same length in lines."""
    pattern = r'R"(\w*)\((?:.|\n)*?\)\1"|//[^\n]*|/\*(?:.|\n)*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'|^#[^\n]*'
    return re.sub(pattern, lambda found: "\n" * found[0].count("\n"), text, flags=re.M)


def close_of(text, start):
    """Where the brace that opens at start is closed."""
    depth = 0
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
    return len(text)


def statements(body):
    """The declarations of a class body, those in braces cut down to "{}"."""
    made, begin, at, depth = [], 0, 0, 0
    flat = ""
    while at < len(body):
        char = body[at]
        if char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
        if char == "{" and depth == 0:
            end = close_of(body, at)
            head = flat + body[begin:at]
            rest = body[end + 1:].lstrip()
            # A function's body ends its declaration; an initialiser or a type goes on up to the semicolon.
            is_function = ")" in head and not re.search(r"=\s*$", head) and not rest.startswith((";", ","))
            is_initialiser_list = re.search(r"\)\s*(?:noexcept)?\s*:[^:]", head) is not None
            if is_initialiser_list and rest.startswith((",", "{")):
                flat, begin, at = head + "{}", end + 1, end + 1
                continue
            flat, begin, at = head + "{}", end + 1, end + 1
            if is_function:
                made.append(flat)
                flat = ""
            continue
        if char == ";" and depth == 0:
            made.append(flat + body[begin:at])
            flat, begin = "", at + 1
        at += 1
    return [re.sub(r"\s+", " ", re.sub(r"\b(?:public|private|protected)\s*:(?!:)", " ", one)).strip() for one in made]


def counts_of(name, body):
    """How many methods and data members a class has."""
    methods, members = set(), 0
    for one in statements(body):
        if not one or re.match(r"(?:using|typedef|friend|enum|class|struct|union|static_assert)\b", one):
            # A type that is defined and a member of it at once is not how code looks here.
            continue
        one = re.sub(r"^template ?<[^()]*?> ?(?=\w)", "", one)
        before = re.split(r"[={]", one)[0] if "operator" not in one else one
        function = re.search(r"(~?\w+)\s*\(", before)
        is_callable = function and not re.search(r"<[^<>]*$", before[:function.start()])
        if is_callable:
            if function[1] not in (name, "~" + name, "decltype", "noexcept", "alignas") and "operator" not in one:
                methods.add(function[1])
        elif "operator" not in one and not re.match(r"(?:inline )?static ", one) and not re.match(r"constexpr ", one):
            members += 1
    return len(methods), members


def classes_of(text):
    """(name, methods, members) of each class, nested ones too; of structs only those with private parts."""
    clean = without_noise(text)
    for found in re.finditer(r"\b(class|struct)\s+(?:\[\[\w+\]\]\s*)?(\w+)(?:\s+final)?(?:\s*:\s*(?!:)[^{;()]*)?\s*\{", clean):
        if re.search(r"enum\s*$", clean[:found.start()]):
            continue
        body = clean[found.end():close_of(clean, found.end() - 1)]
        if found[1] == "class" or re.search(r"\bprivate\s*:", body):
            methods, members = counts_of(found[2], body)
            yield found[2], methods, members


def faults_of(path, text):
    """What is too large about a source."""
    found = []
    lines = text.count("\n")
    if lines > LINES_MAX:
        found.append(f"{path}: {lines} lines, {LINES_MAX} are the limit")
    if path.endswith((".hpp", ".cpp")) and not path.startswith("tests/"):
        for name, methods, members in classes_of(text):
            if methods > METHODS_MAX:
                found.append(f"{path}: {name} has {methods} methods, {METHODS_MAX} are the limit")
            if members > MEMBERS_MAX:
                found.append(f"{path}: {name} has {members} members, {MEMBERS_MAX} are the limit")
    return found


def wide_folders(paths):
    """Folders with more files than one finds one's way in."""
    counts = {}
    for path in paths:
        if path.endswith((".hpp", ".cpp")) and not path.startswith("tests/"):
            folder = path.rpartition("/")[0]
            counts[folder] = counts.get(folder, 0) + 1
    return [f"{folder}/: {count} files, {PAIRS_MAX} pairs are the limit"
            for folder, count in sorted(counts.items()) if count > 2 * PAIRS_MAX]


SAMPLES = [
    ("class a { public: void f(); int g() const noexcept { return x_; } private: int x_ = 0; };", ("a", 2, 1)),
    ("class a { a(); ~a(); a(const a&) = delete; a& operator=(a&&) noexcept; void f(); };", ("a", 1, 0)),
    ("class a { a(int y) : x_(y), z_{y} { } void f(); int x_; int z_; };", ("a", 1, 2)),
    ("class a { using f = int(int); enum class b { c, d }; struct e { int x; }; void g(); };", ("a", 1, 0)),
    ("class a : public b<int> { void f(std::function<void(int)> done); std::function<void(int)> done_; };", ("a", 1, 1)),
    ("template <class T> class a final { template <class H> void f(H&& h) { h([] { ; }); } T t_{1, 2}; };", ("a", 1, 1)),
    ("class a { static constexpr int x = 3; static a make(); void f(); void f(int); std::map<int, int> m_; };", ("a", 2, 1)),
    ("class a { // void f();\n /* int x_; */ void g(const char* s = \"{;\"); };", ("a", 1, 0)),
]


def wrong_samples():
    """What the check gets wrong about texts of its own."""
    wrong = [f"{text!r}: {list(classes_of(text))}, not {expected}"
             for text, expected in SAMPLES if list(classes_of(text))[:1] != [expected]]
    many = "class a { " + " ".join(f"void f{n}();" for n in range(METHODS_MAX + 1)) + " };\n"
    much = "class a { void f(); " + " ".join(f"int x{n}_;" for n in range(MEMBERS_MAX + 1)) + " };\n"
    planted = [("a.hpp", "\n" * (LINES_MAX + 1)), ("a.hpp", many), ("a.cpp", much), ("a.mjs", "\n" * (LINES_MAX + 1))]
    wrong += [f"{text[:40]!r} went unnoticed" for path, text in planted if not faults_of(path, text)]
    if not wide_folders([f"a/b{n}.cpp" for n in range(2 * PAIRS_MAX + 1)]) or wide_folders([f"a/b{n // 2}.{'ch'[n % 2]}pp" for n in range(2 * PAIRS_MAX)]):
        wrong.append("folders are counted wrongly")
    return wrong


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[1]).resolve()
    wrong = wrong_samples()
    for line in wrong:
        print("self-test:", line)
    listed = subprocess.run(["git", "-C", str(root), "ls-files"], capture_output=True, text=True, check=True)
    paths = [path for path in listed.stdout.splitlines() if path.endswith(SOURCES) and (root / path).is_file()]
    found = wide_folders(paths)
    for path in paths:
        found += faults_of(path, (root / path).read_text(encoding="utf-8"))
    for line in found:
        print(line)
    print(f"{len(paths)} sources checked, {len(found)} too large; {len(wrong)} samples wrong")
    return 1 if wrong or found or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
