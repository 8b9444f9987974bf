#!/usr/bin/env python3
"""Checks every #include of the source tree against the ladder of folders, and of rooms in a folder.

Usage: layering_test.py [root]
       layering_test.py --ladder   prints the ladder, as CONTRIBUTING.md shows it

Before it looks at the tree it proves itself: in a tree of its own it plants one violation of each
rule and fails if one of them goes unnoticed.
"""

import pathlib
import re
import sys
import tempfile

# Third-party libraries by how their headers begin. What is not here is the standard library or the system.
LIBRARIES = ("asio", "benchmark", "caf", "CLI", "curl", "date", "fmt", "gmock", "gtest", "http_parser",
             "nlohmann", "openssl", "restinio", "spdlog", "sqlite3", "tl", "valijson")

FOLDERS = ("include", "sync", "text", "core", "client", "actors", "stores", "agents", "http", "app")

# folder -> what it may include besides itself, the public headers and the C++ standard library.
# "system" stands for POSIX headers.
ALLOWED = {
    "include": {"tl/expected.hpp", "nlohmann/json_fwd.hpp"},
    "sync": set(),
    "text": {"nlohmann", "valijson"},
    "core": {"text"},
    "client": set(),
    "actors": {"core", "sync", "text", "caf"},
    "stores": {"core", "sync", "text", "sqlite3", "system"},
    "agents": {"core", "sync", "text", "nlohmann", "curl", "openssl", "system"},
    "http": {"sync", "text", "nlohmann", "openssl", "system"},
    "app": set(FOLDERS) | set(LIBRARIES) | {"system"},
}

# The ladder inside a folder: a room may include those that stand below it (and what those are made of: a
# room's own folders). "." stands for the files right in the folder; a name with a slash for a room in a room.
ROOMS = {
    "core": {
        ".": set(),
        "jobs": {"."},
        "calendar": {"."},
        "schedules": {".", "jobs", "calendar"},
    },
    "actors": {
        ".": {"registry"},
        "registry": {"."},
    },
    "stores": {
        ".": set(),
        "memory": {"."},
        "sqlite": {".", "sqlite/file", "sqlite/rows", "sqlite/lists", "sqlite/operations"},
        "sqlite/file": {"."},
        "sqlite/rows": {".", "sqlite/file"},
        "sqlite/lists": {".", "sqlite/file", "sqlite/rows"},
        "sqlite/operations": {".", "sqlite/file", "sqlite/rows"},
    },
    "agents": {
        ".": set(),
        "http": {"."},
        "openai": {".", "http"},
        "exec": {"."},
        "function": {"."},
    },
    "http": {
        ".": {"framing", "message", "pipeline", "api", "api/messaging", "api/agent_jobs", "api/schedules", "api/sessions",
              "transport"},
        "framing": set(),
        "message": {"framing"},
        "pipeline": {"framing", "message"},
        "api": {"framing", "message", "pipeline"},
        "api/messaging": {"framing", "message", "pipeline", "api"},
        "api/agent_jobs": {"framing", "message", "pipeline", "api"},
        "api/schedules": {"framing", "message", "pipeline", "api"},
        "api/sessions": {"framing", "message", "pipeline", "api", "api/messaging"},
        "transport": {"framing", "message", "pipeline"},
    },
}

# Files that may include more than their folder.
ALLOWED_FILES = {
    "http/server.cpp": {"restinio", "asio"},
    "http/transport/restinio_transport.cpp": {"restinio", "asio"},
    "http/transport/restinio_exchange.hpp": {"restinio"},
    "http/transport/restinio_parser.hpp": {"restinio"},
    # Reads the system's time zones, which are constants to us.
    "core/calendar/find_zone.cpp": {"fstream"},
    "http/transport/framed_socket.hpp": {"asio"},
    "http/transport/socket_core.hpp": {"asio"},
    "http/transport/lingering_close.hpp": {"asio"},
    "http/transport/lingering_close.cpp": {"asio"},
    "http/transport/tls_context.hpp": {"asio"},
    "http/transport/tls_context.cpp": {"asio"},
    "http/transport/listener.hpp": {"asio"},
    "http/transport/listener.cpp": {"asio"},
    # The errors of that API are written there.
}

# The rules are pure: no files, no clocks, no threads.
FORBIDDEN_IN_CORE = {"barrier", "condition_variable", "filesystem", "fstream", "future", "latch", "mutex",
                     "semaphore", "shared_mutex", "stop_token", "thread"}
CLOCK_CALL = re.compile(r"_clock::now\s*\(")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def library_of(header):
    """The third-party library of a header, or None."""
    start = re.split(r"[/.]", header)[0]
    return start if start in LIBRARIES else None


def room_of(folder, path):
    """The room of a file: the longest one of its folder's rooms whose files it is among."""
    inside = path[len(folder) + 1:]
    rooms = [room for room in ROOMS[folder] if room != "." and inside.startswith(room + "/")]
    return max(rooms, key=len, default=".")


def is_in_order(folder, file, header):
    """Whether a file may include a header of its own folder."""
    if folder not in ROOMS or header in ALLOWED_FILES.get(file, set()):
        return True
    own, other = room_of(folder, file), room_of(folder, header)
    return own == other or other in ROOMS[folder][own]


def is_allowed(folder, file, sign, header):
    """Whether a file of a folder may include a header."""
    allowed = ALLOWED[folder] | ALLOWED_FILES.get(file, set())
    if header.startswith("callboard/"):
        return True
    start = header.split("/")[0]
    if sign == '"':
        # Project headers are written with their folder.
        if "/" not in header or start not in FOLDERS:
            return False
        return is_in_order(folder, file, header) if start == folder else start in allowed
    library = library_of(header)
    if library:
        return library in allowed or header in allowed
    if "/" in header or "." in header:
        return "system" in allowed
    return not (folder == "core" and header in FORBIDDEN_IN_CORE - allowed)


def sources_of(root, folder):
    return sorted(path for path in (root / folder).rglob("*") if path.suffix in (".hpp", ".cpp", ".h", ".cc"))


def violations(root):
    """(file:line: what) for each include that climbs the ladder the wrong way, and how many includes were seen."""
    found, seen = [], 0
    for folder in FOLDERS:
        for path in sources_of(root, folder):
            file = path.relative_to(root).as_posix()
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                match = INCLUDE.match(line)
                if match:
                    seen += 1
                    if not is_allowed(folder, file, match[1], match[2]):
                        place = file.rsplit("/", 1)[0]
                        found.append(f"{file}:{number}: {place}/ must not include {match[2]}")
                if folder == "core" and CLOCK_CALL.search(line):
                    found.append(f"{file}:{number}: core/ must not read a clock, `now` is an argument")
    return found, seen


# file, line, whether it is a violation
SAMPLES = [
    ("include/callboard/a.hpp", "#include <vector>", False),
    ("include/callboard/a.hpp", "#include <tl/expected.hpp>", False),
    ("include/callboard/a.hpp", "#include <nlohmann/json_fwd.hpp>", False),
    ("include/callboard/a.hpp", "#include <callboard/b.hpp>", False),
    ("include/callboard/a.hpp", "#include <nlohmann/json.hpp>", True),
    ("include/callboard/a.hpp", '#include "core/jobs/job_machine.hpp"', True),
    ("include/callboard/a.hpp", "#include <caf/fwd.hpp>", True),
    ("include/callboard/a.hpp", "#include <unistd.h>", True),
    ("core/a.cpp", '#include "core/a.hpp"', False),
    ("core/a.cpp", "#include <date/tz.h>", True),
    ("core/a.cpp", "#include <callboard/job.hpp>", False),
    ("core/a.cpp", "#include <thread>", True),
    ("core/a.cpp", "#include <fstream>", True),
    ("core/calendar/find_zone.cpp", "#include <fstream>", False),
    ("core/calendar/find_zone.cpp", "#include <filesystem>", True),
    ("core/jobs/a.cpp", '#include "core/uuid_v7.hpp"', False),
    ("core/jobs/a.cpp", '#include "core/jobs/b.hpp"', False),
    ("core/jobs/a.cpp", '#include "text/utf8.hpp"', False),
    ("core/jobs/a.cpp", '#include "core/calendar/cron.hpp"', True),
    ("core/schedules/a.cpp", '#include "core/calendar/cron.hpp"', False),
    ("core/calendar/a.cpp", '#include "core/schedules/a.hpp"', True),
    ("core/a.cpp", '#include "core/jobs/a.hpp"', True),
    ("core/a.cpp", "#include <sys/time.h>", True),
    ("core/a.cpp", "#include <nlohmann/json.hpp>", True),
    ("core/a.cpp", '#include "stores/memory.hpp"', True),
    ("core/a.cpp", "  const auto t = std::chrono::steady_clock::now();", True),
    ("sync/a.hpp", "#include <mutex>", False),
    ("sync/a.hpp", "#include <callboard/job.hpp>", False),
    ("sync/a.hpp", '#include "text/utf8.hpp"', True),
    ("core/a.cpp", '#include "sync/mutex.hpp"', True),
    ("stores/a.cpp", '#include "sync/mutex.hpp"', False),
    ("text/a.cpp", "#include <nlohmann/json.hpp>", False),
    ("text/a.cpp", "#include <valijson/schema.hpp>", False),
    ("http/a.cpp", "#include <valijson/schema.hpp>", True),
    ("text/a.cpp", '#include "core/uuid_v7.hpp"', True),
    ("client/a.cpp", "#include <future>", False),
    ("client/a.cpp", '#include "core/a.hpp"', True),
    ("client/a.cpp", "#include <caf/all.hpp>", True),
    ("actors/a.cpp", "#include <caf/all.hpp>", False),
    ("actors/a.cpp", "#include <thread>", False),
    ("actors/a.cpp", '#include "core/a.hpp"', False),
    ("actors/a.cpp", "#include <restinio/all.hpp>", True),
    ("actors/a.cpp", "# include <asio.hpp>", True),
    ("actors/a.cpp", "#include <nlohmann/json.hpp>", True),
    ("actors/a.cpp", "#include <curl/curl.h>", True),
    ("actors/a.cpp", "#include <sqlite3.h>", True),
    ("actors/a.cpp", '#include "http/pipeline/router.hpp"', True),
    ("actors/a.cpp", '#include "agents/timer.hpp"', True),
    ("actors/a.cpp", '#include "stores/memory.hpp"', True),
    ("stores/a.cpp", "#include <sqlite3.h>", False),
    ("stores/a.cpp", '#include "core/a.hpp"', False),
    ("stores/a.cpp", "#include <caf/all.hpp>", True),
    ("stores/sqlite/file/a.cpp", '#include "stores/sqlite/rows/a.hpp"', True),
    ("stores/sqlite/rows/a.cpp", '#include "stores/sqlite/file/a.hpp"', False),
    ("stores/sqlite/rows/a.cpp", '#include "stores/sqlite/lists/a.hpp"', True),
    ("stores/sqlite/a.cpp", '#include "stores/sqlite/lists/a.hpp"', False),
    ("stores/sqlite/lists/a.cpp", '#include "stores/sqlite/operations/a.hpp"', True),
    ("stores/memory/a.cpp", '#include "stores/sqlite/file/a.hpp"', True),
    ("stores/a.cpp", '#include "agents/timer.hpp"', True),
    ("stores/a.cpp", '#include "actors/job.hpp"', True),
    ("agents/a.cpp", "#include <curl/curl.h>", False),
    ("agents/a.cpp", "#include <sys/wait.h>", False),
    ("agents/a.cpp", "#include <restinio/all.hpp>", True),
    ("agents/a.cpp", "#include <caf/all.hpp>", True),
    ("agents/a.cpp", '#include "agents/http/a.hpp"', True),
    ("agents/openai/a.cpp", '#include "agents/http/a.hpp"', False),
    ("agents/http/a.cpp", '#include "agents/openai/a.hpp"', True),
    ("agents/exec/a.cpp", '#include "agents/http/a.hpp"', True),
    ("agents/a.cpp", '#include "stores/memory.hpp"', True),
    ("agents/a.cpp", '#include "http/pipeline/router.hpp"', True),
    ("http/server.cpp", "#include <restinio/all.hpp>", False),
    ("http/transport/restinio_transport.cpp", "#include <asio/buffer.hpp>", False),
    ("http/transport/listener.cpp", "#include <asio/strand.hpp>", False),
    ("http/transport/listener.cpp", "#include <restinio/all.hpp>", True),
    ("http/pipeline/router.cpp", "#include <restinio/all.hpp>", True),
    ("http/pipeline/router.cpp", "#include <asio.hpp>", True),
    ("http/server.cpp", "#include <caf/all.hpp>", True),
    ("http/server.cpp", '#include "http/transport/a.hpp"', False),
    ("http/server.cpp", '#include "http/api/messaging/a.hpp"', False),
    ("http/framing/a.cpp", '#include "http/pipeline/a.hpp"', True),
    ("http/framing/a.cpp", '#include "http/framing/b.hpp"', False),
    ("http/message/a.cpp", '#include "http/pipeline/a.hpp"', True),
    ("http/pipeline/a.cpp", '#include "http/message/a.hpp"', False),
    ("http/pipeline/a.cpp", '#include "http/framing/a.hpp"', False),
    ("http/pipeline/a.cpp", '#include "http/api/a.hpp"', True),
    ("http/pipeline/a.cpp", '#include "http/server.hpp"', True),
    ("http/api/a.cpp", '#include "http/api/messaging/a.hpp"', True),
    ("http/api/messaging/a.cpp", '#include "http/api/a.hpp"', False),
    ("http/api/messaging/a.cpp", '#include "http/api/schedules/a.hpp"', True),
    ("http/api/a.cpp", '#include "http/transport/a.hpp"', True),
    ("http/transport/a.cpp", '#include "http/pipeline/a.hpp"', False),
    ("http/transport/a.cpp", '#include "http/api/a.hpp"', True),
    ("http/server.cpp", '#include "core/a.hpp"', True),
    ("http/server.cpp", '#include "actors/job.hpp"', True),
    ("http/pipeline/router.cpp", '#include "router.hpp"', True),
    ("app/main.cpp", "#include <CLI/CLI.hpp>", False),
    ("app/main.cpp", '#include "http/pipeline/router.hpp"', False),
]


def missed_samples():
    """What the check gets wrong about a tree that holds each sample as a line of its file."""
    texts, expected = {}, set()
    for file, line, is_violation in SAMPLES:
        lines = texts.setdefault(file, [])
        lines.append(line)
        if is_violation:
            expected.add((f"{file}:{len(lines)}", line))
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        for file, lines in texts.items():
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_text("\n".join(lines) + "\n", encoding="utf-8")
        found = {text.split(": ")[0] for text in violations(root)[0]}
    wrong = [f"{place}: {line!r} went unnoticed" for place, line in sorted(expected) if place not in found]
    return wrong + [f"{place} was refused" for place in sorted(found - {place for place, _ in expected})]


def ladder():
    """What each folder and room may include of the project, as text."""
    lines = []
    for folder in FOLDERS[1:-1]:
        below = [other for other in FOLDERS if other in ALLOWED[folder]]
        lines.append(f"{folder:<18} → {', '.join(below + ['include'])}")
        for room, others in ROOMS.get(folder, {}).items():
            if room != "." and others - {"."}:
                lines.append(f"  {room:<16} → {', '.join(sorted(others - {'.'}))}")
    return "\n".join(["app                → everything"] + lines)


def main():
    if sys.argv[1:] == ["--ladder"]:
        print(ladder())
        return 0
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[1]).resolve()
    wrong = missed_samples()
    for line in wrong:
        print("self-test:", line)
    found, seen = violations(root)
    for line in found:
        print(line)
    page = root / "CONTRIBUTING.md"
    is_shown = not page.exists() or ladder() in page.read_text(encoding="utf-8")
    if not is_shown:
        print("CONTRIBUTING.md shows another ladder; put there what layering_test.py --ladder prints")
    empty = [folder for folder in FOLDERS if not sources_of(root, folder)]
    for folder in empty:
        print(f"{folder}/: no sources found, nothing was checked")
    print(f"{seen} includes checked, {len(found)} against the ladder; {len(SAMPLES)} samples, {len(wrong)} wrong")
    return 1 if wrong or found or empty or not is_shown else 0


if __name__ == "__main__":
    sys.exit(main())
