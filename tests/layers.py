#!/usr/bin/env python3
"""Checks which layer includes what: the direction of layers, private headers, and the compile firewall.

usage: layers.py [ROOT]       check the tree at ROOT (default: this file's repository); exit code 1 on a violation
       layers.py --self-test  plant one violation of each rule in a scratch tree and see that it is found
"""
import pathlib
import re
import sys
import tempfile

# What each layer may include besides itself: design, section 2.
LAYERS = {
    "base": set(),
    "hash": {"base"},
    "io": {"base"},
    "http": {"base"},
    "crypto": {"base"},
    "auth": {"crypto", "hash", "base"},
    "storage": {"io", "hash", "base"},
    "s3": {"http", "auth", "crypto", "storage", "hash", "base"},
    "services": {"storage", "auth", "crypto", "hash", "base"},
    "admin": {"http", "auth", "crypto", "storage", "services", "base"},
    "server": {"base", "hash", "crypto", "io", "http", "auth", "storage", "s3", "services", "admin"},
}

# Expensive or confined headers: (what is included, which files may). Paths are relative to the root.
FIREWALL = [
    (r"boost/(beast|asio)\b", r"src/http/.*"),
    (r"nlohmann/", r"src/(storage/.*(json|codec)[^/]*|(auth|services|admin|server)/.*)\.cpp"),
    (r"spdlog/", r"src/base/log\.cpp"),
    (r"rocksdb/", r"src/storage/local/index/[^/]*\.[ch]pp"),
    (r"pugixml", r"src/(s3|server/mc|server/import)/xml[^/]*\.cpp"),
    (r"isa-l", r"src/hash/.*\.cpp"),
    (r"CLI/", r"src/server/.*\.cpp"),
    (r"(sys/socket\.h|netdb\.h)", r"src/(http|server)/.*"),
]

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')
LONG_FUNCTION_LINES = 70


def layer_of(path):
    """The layer of a path relative to the root, or None."""
    parts = path.parts
    if parts[0] == "src" and len(parts) > 2:
        return parts[1]
    if parts[:2] == ("include", "holdfast") and len(parts) > 3:
        return parts[2]
    return None


def resolve(root, path, name):
    """Where a quoted include that isn't a public header lies, relative to the root; None where it can't be found."""
    layer = layer_of(path)
    for folder in (root / path.parent, root / "src" / layer, root / "src"):
        for candidate in (folder / name, folder / (name + ".in")):
            if candidate.is_file():
                return candidate.resolve().relative_to(root.resolve())
    return None


def check_public(path, name):
    layer, target = layer_of(path), name.split("/")[1]
    if target != layer and target not in LAYERS[layer]:
        return f"{layer} must not include {target}"
    return None


def check_private(root, path, name):
    if path.parts[0] == "include":
        return "a public header includes a private one"
    target = resolve(root, path, name)
    if target is None:
        return "not found: public headers are \"holdfast/<layer>/...\", private ones lie in the layer's own folder"
    if target.parts[0] == "include":
        return "a public header under another name than \"holdfast/<layer>/...\""
    if layer_of(target) != layer_of(path):
        return f"a private header of {layer_of(target)}"
    return None


def check_include(root, path, kind, name):
    for pattern, allowed in FIREWALL:
        if re.match(pattern, name) and not re.fullmatch(allowed, path.as_posix()):
            return f"only {allowed} may include this"
    if name.startswith("holdfast/"):
        return check_public(path, name)
    if kind == '"':
        return check_private(root, path, name)
    return None


def sources(root):
    for folder in ("include", "src"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".hpp", ".cpp", ".h"):
                yield path.relative_to(root)


def violations(root):
    found = []
    for path in sources(root):
        if layer_of(path) not in LAYERS:
            found.append(f"{path}: in no layer")
            continue
        for number, line in enumerate((root / path).read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            complaint = match and check_include(root, path, match[1], match[2])
            if complaint:
                found.append(f"{path}:{number}: {match[2]}: {complaint}")
    return found


NOT_A_FUNCTION = re.compile(r"\s*(namespace|class|struct|union|enum|extern|if|for|while|switch|else|do|try|catch|case)\b|\s*(\}|#|//)")


def head_of(lines, brace):
    """The first line of the statement whose block opens at the end of line `brace`."""
    head = brace
    while head > 0 and lines[head - 1].strip() and not re.search(r"[;{}]$|^\s*(//|#)|^\s*(public|private|protected):$", lines[head - 1]):
        head -= 1
    return head


def long_functions(root):
    """Functions over the limit. Counts on clang-format's layout: a body ends with a brace as far left as its head."""
    found = []
    for path in sources(root):
        lines = (root / path).read_text().splitlines()
        for brace, line in enumerate(lines):
            if not re.search(r"\)[^;=]*\{$", line):
                continue
            head = head_of(lines, brace)
            indent = len(lines[head]) - len(lines[head].lstrip())
            if indent > 4 or NOT_A_FUNCTION.match(lines[head]):
                continue
            closing = " " * indent + "}"
            end = next((i for i in range(brace + 1, len(lines)) if lines[i].startswith(closing)), brace)
            if end - head + 1 > LONG_FUNCTION_LINES:
                found.append(f"{path}:{head + 1}: {end - head + 1} lines")
    return found


def check(root):
    found = violations(root)
    for line in found:
        print(line)
    too_long = long_functions(root)
    for line in too_long:
        print("warning: long function:", line)
    print(f"{len(found)} violations, {len(too_long)} functions over {LONG_FUNCTION_LINES} lines")
    return 1 if found else 0


# One planted violation for each rule: file, line, a part of the complaint.
PLANTED = [
    ("src/base/a.cpp", '#include "holdfast/hash/digest.hpp"', "base must not include hash"),
    ("include/holdfast/storage/a.hpp", '#include "holdfast/http/message.hpp"', "storage must not include http"),
    ("src/s3/ops/a.cpp", '#include "holdfast/admin/health.hpp"', "s3 must not include admin"),
    ("src/auth/a.cpp", '  #  include "holdfast/io/pool.hpp"', "auth must not include io"),
    ("src/s3/b.cpp", '#include "../storage/private.hpp"', "a private header of storage"),
    ("src/s3/c.cpp", '#include "storage/private.hpp"', "a private header of storage"),
    ("include/holdfast/s3/a.hpp", '#include "xml.hpp"', "a public header includes a private one"),
    ("src/s3/d.cpp", '#include "nowhere.hpp"', "not found"),
    ("src/hash/a.cpp", '#include "../../include/holdfast/base/ok.hpp"', "under another name"),
    ("src/s3/e.cpp", "#include <boost/asio/awaitable.hpp>", "may include this"),
    ("include/holdfast/http/a.hpp", "#include <boost/beast/core.hpp>", "may include this"),
    ("src/storage/a.hpp", "#include <nlohmann/json.hpp>", "may include this"),
    ("src/storage/local/engine.cpp", "#include <nlohmann/json.hpp>", "may include this"),
    ("src/io/a.cpp", "#include <spdlog/spdlog.h>", "may include this"),
    ("src/storage/local/a.cpp", "#include <rocksdb/db.h>", "may include this"),
    ("src/s3/f.cpp", "#include <pugixml.hpp>", "may include this"),
    ("src/auth/b.cpp", "#include <sys/socket.h>", "may include this"),
    ("src/misc/a.cpp", "", "in no layer"),
]
CLEAN = [
    ("include/holdfast/base/ok.hpp", "#include <string>"),
    ("src/storage/private.hpp", '#include "holdfast/base/ok.hpp"'),
    ("src/storage/local/index/index.cpp", '#include <rocksdb/db.h>\n#include "../other.hpp"\n#include "local/other.hpp"'),
    ("src/storage/local/other.hpp", '#include "holdfast/hash/digest.hpp"'),
    ("src/storage/local/feed_codec.cpp", "#include <nlohmann/json.hpp>"),
    ("src/base/log.cpp", "#include <spdlog/logger.h>"),
    ("src/http/server.cpp", '#include <boost/beast/core.hpp>\n#include "holdfast/http/server.hpp"'),
    ("src/s3/xml_reader.cpp", '#include <pugixml.hpp>\n#include "holdfast/storage/engine.hpp"'),
    ("src/server/main.cpp", '#include "holdfast/admin/health.hpp"\n#include "version.hpp"'),
    ("src/server/version.hpp.in", ""),
]


def write(root, name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n")
    return path


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in CLEAN:
            write(root, name, text)
        assert violations(root) == [], violations(root)
        for name, text, complaint in PLANTED:
            path = write(root, name, text)
            found = violations(root)
            assert len(found) == 1 and complaint in found[0], (name, text, found)
            path.unlink()
        body = "int f(int a) {\n" + "  a += 1;\n" * LONG_FUNCTION_LINES + "}"
        short = "namespace x {\nA::A(int b)\n    : c_(b), d_(b) {\n  e();\n}\n"
        write(root, "src/base/long.cpp", short + body + "\n}")
        assert long_functions(root) == ["src/base/long.cpp:6: 72 lines"], long_functions(root)
    print(f"{len(PLANTED)} planted violations found")
    return 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    return check(pathlib.Path(arguments[0]) if arguments else pathlib.Path(__file__).resolve().parent.parent)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
