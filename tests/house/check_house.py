#!/usr/bin/env python3
"""Holds the sources against the rules of the house (README, "Architecture").

Fails on: a room that includes a room it may not know, a C library's header outside the files
that own the library, a header of ours that includes one, a file over 500 lines, a function-less
name (util, common, …), a source that no CMakeLists.txt names, and a recipe key, finding or
sub-command without documentation.
"""
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]

# room → rooms it may include. The primitives are the part of signer that the runner may know.
ROOMS = {
    "signer": {"signer"},
    "recipes": {"recipes", "signer"},
    "runner": {"runner", "primitives"},
    "composer/store": {"composer/store", "primitives", "signer"},
    "composer/oci": {"composer/oci", "composer/store", "recipes", "signer"},
    "composer/layer": {"composer/layer", "composer/oci", "composer/store", "recipes", "signer"},
    "composer/check": {"composer/check", "composer/layer", "composer/oci", "composer/store", "recipes", "signer"},
    "composer/source": {"composer/source", "composer/check", "composer/layer", "composer/oci", "composer/store",
                        "recipes", "signer"},
    "composer/run": {"composer", "composer/run", "composer/check", "composer/layer", "composer/oci",
                     "composer/store", "recipes", "signer", "runner"},
    "composer/custody": {"composer", "composer/custody", "composer/check", "composer/layer", "composer/oci",
                         "composer/store", "recipes", "signer"},
    "composer": {"composer", "composer/custody", "composer/run", "composer/check", "composer/layer",
                 "composer/oci", "composer/source", "composer/store", "recipes", "signer", "runner"},
}
ROOMS["composer/cli"] = ROOMS["composer"] | {"composer/cli"}

PRIMITIVES = {"error", "digest", "c_handle", "unique_fd", "atomic_file", "byte_sink", "strict_json", "printable",
              "base64", "finding", "temporary_folder"}

# a C library's header → the only files that may include it
LIBRARIES = {
    r"archive(_entry)?\.h": {"composer/source/archive_file.cpp"},
    r"git2(/.*)?\.?h?": {"composer/source/git_repository.cpp"},
    r"gpgme\.h": {"signer/gpg.cpp"},
    r"openssl/.*": {"signer/digest.cpp"},
    r"zstd(_errors)?\.h": {"composer/layer/zstd_frame.cpp"},
    r"libdeflate\.h": {"composer/layer/gzip_member.cpp"},
    r"(isa-l/)?igzip_lib\.h|isa-l\.h": {"composer/layer/gzip_stream.cpp"},
    r"seccomp\.h": {"runner/seccomp_rules.cpp"},
    r"re2/.*": {"runner/smoke_test.cpp"},
    r"CLI/.*": {"composer/cli/command_line.cpp"},
    r"toml\+\+/.*": None,  # C++; kept to a few files because it is slow to compile
}

VAGUE = re.compile(r"(^|[/_.])(utils?|common|helpers?|misc|manager|stuff)([/_.]|$)")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]', re.M)
faults = []


def fault(path, text):
    faults.append(f"{path}: {text}")


def sources():
    listed = subprocess.run(["git", "ls-files", "*.cpp", "*.hpp"], cwd=TOP, capture_output=True, text=True, check=True)
    return [pathlib.PurePath(line) for line in listed.stdout.split()]


def room_of(path):
    text = str(path.parent)
    return text if text in ROOMS else None


def check_edge(path, included):
    room = room_of(path)
    if room is None:
        return
    target = pathlib.PurePath(included)
    other = room_of(target)
    if other is None:
        fault(path, f"includes {included}, which is in no room")
    elif other == "signer" and "signer" not in ROOMS[room] and target.stem not in PRIMITIVES:
        fault(path, f"includes {included}: room {room} may use the signer's primitives only")
    elif other != "signer" and other not in ROOMS[room]:
        fault(path, f"includes {included}: room {room} may not know room {other}")
    if room == "signer" and path.stem in PRIMITIVES and target.stem not in PRIMITIVES:
        fault(path, f"includes {included}: the primitives know nothing else of the signer")


def check_library(path, included):
    for pattern, owners in LIBRARIES.items():
        if owners is not None and re.fullmatch(pattern, included) and str(path) not in owners:
            fault(path, f"includes <{included}>, which belongs to {', '.join(sorted(owners))}")


def check_file(path):
    text = (TOP / path).read_text()
    lines = text.count("\n")
    if lines > 500:
        fault(path, f"{lines} lines, 500 are the limit")
    if VAGUE.search(str(path)):
        fault(path, "the name says nothing: name the noun or verb")
    if path.parts[0] == "tests":
        return
    for bracket, included in INCLUDE.findall(text):
        if bracket == '"':
            check_edge(path, included)
        else:
            check_library(path, included)


def check_built(paths):
    built = "\n".join(p.read_text() for p in TOP.glob("**/CMakeLists.txt") if "build" not in p.relative_to(TOP).parts)
    for path in paths:
        if path.suffix == ".cpp" and not re.search(rf"(^|[\s/(]){re.escape(path.name)}", built):
            fault(path, "no CMakeLists.txt names it")


def check_documented():
    manual = (TOP / "man/compose.1").read_text()
    for command in sorted((TOP / "composer/cli").glob("*.cpp")):
        text = command.read_text()
        for name in re.findall(r'program\.command\("([a-z]+)"', text):
            if f"compose {name}" not in manual.replace("\\-", "-"):
                fault("man/compose.1", f"does not describe `compose {name}`")
            if not (TOP / f"tests/cli/{name}.sh").exists():
                fault(f"composer/cli/{command.name}", f"has no tests/cli/{name}.sh")
        for option in re.findall(r'\.(?:option|required_option|flag|number|choice)\("(?:-\w,)?(--[a-z-]+)"', text):
            if option not in manual.replace("\\-", "-"):
                fault("man/compose.1", f"does not describe {option}")


def main():
    paths = sources()
    for path in paths:
        check_file(path)
    check_built([p for p in paths if p.parts[0] != "tests" or "unit" in p.parts])
    check_documented()
    for line in faults:
        print(line)
    print(f"{len(paths)} files, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
