#!/usr/bin/env python3
"""Which functions run in everyday work: writes `engine/cli/layout.ld`, by which the linker puts them side by side.

    python3 tests/benches/layout.py [--check]

Needs `valgrind` and a linker that writes the map of LLVM's (rustc's own on x86-64). The program is linked with a map,
small configurations are taken through plan, apply and the commands around them under callgrind, and each section of
code that ran becomes a line: the library that it came from and its name, without the hashes that change with
compilers and versions. A name that is gone costs nothing but its place; so the list need not be made again
until `--check` says that too little of what runs stands together: it prints the figures and writes nothing.
"""

import argparse
import bisect
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRIPT = os.path.join(ROOT, "engine", "cli", "layout.ld")
BLOCK = 64 << 10

FLAT = "".join(
    f'resource "terraform_data" "r{at}" {{\n  input = {{ near = terraform_data.r{(at + 1) // 2 - 1}.id, number = {at}, '
    f'text = "${{terraform_data.r{(at + 1) // 2 - 1}.output != null}} ${{var.suffix}}" }}\n}}\n' for at in range(1, 40))
CONFIGURATIONS = {
    "flat": {"main.tf": 'variable "suffix" {\n  default = "one"\n}\nresource "terraform_data" "r0" {\n  input = "start"\n}\n'
                        + FLAT + 'output "all" {\n  value = terraform_data.r9.output\n}\n'},
    "count": {"main.tf": 'variable "suffix" {\n  default = "one"\n}\nresource "terraform_data" "r" {\n  count = 40\n'
                         '  input = "${var.suffix} ${count.index}"\n}\n'},
    "modules": {"main.tf": 'variable "suffix" {\n  default = "one"\n}\nmodule "m" {\n  source   = "./m"\n'
                           '  for_each = { for n in range(5) : "k${n}" => n }\n  number   = each.value\n'
                           '  suffix   = var.suffix\n}\noutput "ids" {\n  value = { for k, m in module.m : k => m.ids }\n}\n',
                "m/main.tf": 'variable "number" {}\nvariable "suffix" {}\nresource "terraform_data" "first" {\n'
                             '  input = "${var.number} ${var.suffix}"\n}\nresource "terraform_data" "others" {\n  count = 9\n'
                             '  input = "${terraform_data.first.output} ${count.index}"\n}\n'
                             'output "ids" {\n  value = terraform_data.others[*].id\n}\n'},
}
# What is planned first stands first: a plan is what people wait for most often.
PLANS = [["plan", "-no-color", "-input=false", "-out=plan"]]
OTHERS = [
    ["validate", "-no-color"],
    ["apply", "-no-color", "-input=false", "plan"],
    ["plan", "-no-color", "-input=false", "-out=plan"],
    ["plan", "-no-color", "-input=false", "-out=plan", "-var=suffix=two"],
    ["show", "-no-color", "plan"],
    ["show", "-json", "plan"],
    ["apply", "-no-color", "-input=false", "plan"],
    ["show", "-json"],
    ["state", "list"],
    ["output", "-json"],
    ["plan", "-no-color", "-input=false", "-destroy", "-out=plan"],
    ["apply", "-no-color", "-input=false", "plan"],
]


def linked(directory):
    """The program, and where each of its sections of code stands and comes from: (address, size, library, name)."""
    chart = os.path.join(directory, "map")
    subprocess.run(["cargo", "rustc", "--release", "-p", "ordain-cli", "--bin", "ordain", "--",
                    "-C", f"link-arg=-Wl,-Map={chart}"], cwd=ROOT, check=True)
    target = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
    sections = []
    with open(chart) as file:
        for line in file:
            at = re.match(r" *([0-9a-f]+) +[0-9a-f]+ +([0-9a-f]+) +\d+ {9}(\S.*):\((\.text[^)]*)\)$", line)
            if at and int(at[2], 16):
                sections.append((int(at[1], 16), int(at[2], 16), library(at[3]), at[4]))
    if not sections:
        sys.exit("The linker's map names no sections of code as LLVM's does: layout.ld can only be made with that linker "
                 "(rustc's own on x86-64 Linux). Nothing was written.")
    return os.path.join(target, "release", "ordain"), sorted(sections)


def library(path):
    """Pattern of the file that a section came from; none for the C library's own."""
    name = os.path.basename(path.split("(")[0])
    found = re.fullmatch(r"(lib\w+-)[0-9a-f]{16}\.rlib", name)
    if found:
        return f"*{found[1]}*.rlib:*"
    return "*ordain-*.rcgu.o" if re.match(r"ordain-[0-9a-f]{16}\.", name) else None


def pattern(section):
    """Name of a section without hashes."""
    section = re.sub(r"17h[0-9a-f]{16}E(\.llvm\.\d+)?$", "17h*", section)
    section = re.sub(r"\.llvm\.\d+$", "*", section)
    return re.sub(r"Cs[0-9A-Za-z]{8,13}_", "Cs*_", section)


def executed(path, program):
    """Addresses of the instructions that callgrind saw."""
    objects, current, address, of_call = {}, None, 0, False
    seen = set()
    with open(path) as file:
        for line in file:
            named = re.match(r"(c?ob)=\((\d+)\)(?: (.*))?", line)
            if named:
                if named[3]:
                    objects[named[2]] = named[3]
                if named[1] == "ob":
                    current = objects[named[2]]
            elif line.startswith("calls="):
                of_call = True
            elif line[0] in "+-*" or line.startswith("0x"):
                step = line.split()[0]
                if step.startswith("0x"):
                    address = int(step, 16)
                elif step != "*":
                    address += int(step, 16)
                if not of_call and current == program:
                    seen.add(address)
                of_call = False
    return seen


def traced(program, directory, commands, done):
    """What runs in these commands, in each of the configurations."""
    env = {"PATH": os.environ["PATH"], "HOME": directory, "TF_CLI_CONFIG_FILE": "/dev/null", "TMPDIR": directory}
    seen = set()
    for name, files in CONFIGURATIONS.items():
        place = os.path.join(directory, name)
        for path, text in files.items():
            os.makedirs(os.path.dirname(os.path.join(place, path)), exist_ok=True)
            with open(os.path.join(place, path), "w") as file:
                file.write(text)
        if not done:
            subprocess.run([program, "init", "-no-color"], cwd=place, env=env, check=True, stdout=subprocess.DEVNULL)
        for words in commands:
            out = os.path.join(directory, "callgrind")
            subprocess.run(["valgrind", "--tool=callgrind", "--dump-instr=yes", f"--callgrind-out-file={out}", program,
                            *words], cwd=place, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            seen |= executed(out, program)
    return seen


def touched(seen, sections):
    """Indices of the sections that these instructions are in."""
    starts = [section[0] for section in sections]
    found = set()
    for address in seen:
        at = bisect.bisect_right(starts, address) - 1
        if at >= 0 and address < sections[at][0] + sections[at][1]:
            found.add(at)
    return found


def group(found, sections, known):
    """Lines for the sections, by library; `known` is what has a line already."""
    groups = {}
    for at in sorted(found):
        _, _, source, name = sections[at]
        line = (source, pattern(name))
        if source and name != ".text" and line not in known:
            known.add(line)
            groups.setdefault(source, []).append(line[1])
    text = ""
    for source in sorted(groups):
        text += f"    {source}(\n" + "".join(f"      {name}\n" for name in sorted(groups[source])) + "    )\n"
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if not shutil.which("valgrind"):
        sys.exit("valgrind is not installed: it tells which functions run. Install it and try again.")
    with tempfile.TemporaryDirectory() as directory:
        program, sections = linked(directory)
        plans = traced(program, directory, PLANS, False)
        others = set() if options.check else traced(program, directory, OTHERS, True)
    ran = touched(plans, sections)
    size = sum(sections[at][1] for at in ran)
    blocks = len({address // BLOCK for address in plans})
    print(f"plans run {len(ran)} functions of {size / 1e6:.1f} MB in blocks of {blocks * BLOCK / 1e6:.1f} MB", file=sys.stderr)
    if options.check:
        return
    known = set()
    with open(SCRIPT, "w") as file:
        file.write("/* Made by tests/benches/layout.py: functions that everyday work runs, side by side. */\n"
                   "SECTIONS\n{\n  .text :\n  {\n    /* plan */\n" + group(ran, sections, known)
                   + "    /* apply and the commands around it */\n" + group(touched(others, sections), sections, known)
                   + "    /* all others */\n    *(.text .text.*)\n  }\n}\nINSERT AFTER .fini;\n")
    print(f"{len(known)} names in {SCRIPT}: build again, and see what --check says", file=sys.stderr)


if __name__ == "__main__":
    main()
