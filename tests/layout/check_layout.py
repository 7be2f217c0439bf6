"""Enforces the layout of the source tree (docs/developer/architecture.md): the order of the modules, private
headers, file names, where special code is allowed, sizes, pages that are cited, and tests of public headers. Standard library only.

usage: check_layout.py [--root DIR] | --self-test
"""

import argparse
import re
import sys
from pathlib import Path

# In the order of the data flow: a module may include only itself and modules before it.
MODULES = ["core", "config", "par", "cosmology", "io", "gadget", "fft", "field", "snapshot", "sim", "prior", "stats",
           "net", "predict", "train", "bench", "doctor", "app"]
MAX_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_APP_LINES = 2200
# Modules that may include `config`: libraries take option structs.
CONFIG_USERS = {"config", "app"}
SOURCE_SUFFIXES = {".cpp", ".hpp", ".py", ".sh", ".cmake"}

# Code that is allowed only in some folders: (rule, pattern on code without comments, folders).
# The headers of include/nubox/net/torch are what other modules share with net; all other public headers are plain C++.
TORCH_FOLDERS = ["include/nubox/net/torch", "src/net", "src/predict", "src/train", "src/bench", "src/doctor",
                 "tests/net", "tests/predict", "tests/train"]
CONFINED = [
    ("torch header", re.compile(r"#\s*include\s*(<(torch|ATen|c10|caffe2)/|\"nubox/net/torch/)"), TORCH_FOLDERS),
    ("CUDA or NCCL header", re.compile(r"#\s*include\s*<(nccl|cuda\w*\.h|(c10|ATen)/cuda/|cudnn)"),
     ["src/train/cuda"]),
    ("MPI name", re.compile(r"\bMPI_\w+"), ["src/par", "include/nubox/par", "tests/par", "tests/support"]),
    ("HDF5 call", re.compile(r"\bH5[A-Z]?\w*\s*\(|#\s*include\s*<(hdf5|H5\w+)\.h>"), ["src/io", "include/nubox/io", "src/gadget", "tests/io", "tests/gadget"]),
    ("FFTW call", re.compile(r"\bfftwf?_\w+|#\s*include\s*<fftw3"), ["src/fft", "tests/fft"]),
    ("end of process", re.compile(r"\b(exit|_exit|_Exit|quick_exit|abort|terminate)\s*\("),
     ["src/app", "src/par", "tests"]),
]

# The one list of exceptions: (rule, file) with its reason. A stale entry is a violation too.
EXCEPTIONS = {
    ("MPI name", "src/io/hdf5.cpp"): "HDF5's MPI driver takes a communicator and an info object",
    **{("function size", f"src/config/options_{part}.cpp"): "rows of the option table are one expression"
       for part in ("boxes", "network", "measure")},
}

# Public headers that no test includes, with the reason: their content is tested through another header.
EXCEPTIONS |= {("untested header", f"include/nubox/{header}.hpp"): reason for header, reason in {
    "cosmology/table_range": "a warning, tested through simulate",
    "core/processor_clones": "a macro, tested through the kernels that use it",
    "core/run_cost": "a struct, filled by the costs of each command",
    "net/conv_roofline": "times, tested through bench",
    "net/torch_library": "text of --version, tested through the program",
    "predict/suite_cost": "tested through the dry run of predict",
    "sim/pair_rate": "a time, tested through bench",
    "stats/shared_meshes": "tested through every statistic of a suite",
    "stats/statistic": "an interface, tested through every statistic of a suite",
    "stats/stats_options": "a struct, part of run_stats.hpp",
    "train/train_options": "a struct, part of trainer.hpp",
    "bench/network_components": "tested through the program",
    "doctor/network_checks": "tested through the program",
}.items()}

FUNCTION_HEAD = re.compile(r"^(?!namespace|class|struct|enum|union|extern|template)[A-Za-z_~].*\{\s*$")
INCLUDE = re.compile(r'^\s*#\s*include\s*"(nubox/)?(\w+)/', re.MULTILINE)
# "docs/reference/formats.md", with the heading that may follow: `docs/x.md, "Field file"`.
CITED_PAGE = re.compile(r'\b((?:docs|configs|findings|examples|jobs|tests|tools)/[\w./-]*\.md|README(?:\.md)?(?=, "))(?:, "([^"\n]+)")?')
CITING_SUFFIXES = {".cpp", ".hpp", ".py", ".sh", ".cmake"}
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
CPP_COMMENT_OR_STRING = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>\w*)\(.*?\)(?P=tag)"|(?<!#include )"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'',
    re.DOTALL)


def code_only(text):
    """C++ without comments and literals (includes stay); line numbers are kept."""
    def blank(match):
        start = text.rfind("\n", 0, match.start()) + 1
        if text[start:match.start()].lstrip().startswith("#include"):
            return match.group()
        return "\n" * match.group().count("\n")
    return CPP_COMMENT_OR_STRING.sub(blank, text)


def module_of(path):
    """Module of a C++ file of src/ or include/, None elsewhere (tests may include all modules)."""
    parts = path.split("/")
    if parts[0] == "src":
        return parts[1]
    return parts[2] if parts[:2] == ["include", "nubox"] else None


def arrow_violations(path, code):
    module = module_of(path)
    if module is None:
        return
    if module not in MODULES:
        yield "unknown module", 1, f"'{module}' is not in the module list"
        return
    for match in INCLUDE.finditer(code):
        public, other = match.groups()
        line = code.count("\n", 0, match.start(2)) + 1
        if other not in MODULES:
            continue
        if MODULES.index(other) > MODULES.index(module):
            yield "arrow", line, f"'{module}' includes '{other}', which comes after it"
        elif other == "config" and module not in CONFIG_USERS:
            yield "config", line, f"'{module}' includes 'config': libraries take option structs"
        elif not public and other != module:
            yield "private header", line, f"'{module}' includes a header of src/{other}"


def confinement_violations(path, code):
    for rule, pattern, folders in CONFINED:
        if any(path.startswith(folder + "/") for folder in folders):
            continue
        match = pattern.search(code)
        if match:
            line = code.count("\n", 0, match.start()) + 1
            yield rule, line, f"'{match.group().strip()}' is allowed only in {', '.join(folders)}"


def function_violations(code):
    """Functions that start in the first column (namespaces do not indent) and are too long."""
    start = None
    for number, line in enumerate(code.splitlines(), 1):
        if start is None and FUNCTION_HEAD.match(line):
            start = number
        elif start is not None and line.startswith("}"):
            if number - start - 1 > MAX_FUNCTION_LINES:
                yield "function size", start, f"{number - start - 1} lines, more than {MAX_FUNCTION_LINES}"
            start = None


def file_violations(path, text):
    if path.endswith(".md"):
        return
    if text.count("\n") > MAX_LINES:
        yield "file size", MAX_LINES, f"{text.count(chr(10))} lines, more than {MAX_LINES}"
    match = UNFINISHED.search(text)
    if match:
        yield "unfinished", text.count("\n", 0, match.start()) + 1, f"'{match.group()}'"
    if path.endswith((".cpp", ".hpp")):
        code = code_only(text)
        yield from arrow_violations(path, code)
        yield from function_violations(code)
        yield from confinement_violations(path, code)


def name_violations(files):
    """Two modules with a file of the same name; what a module keeps in folders counts with the folder."""
    modules = {}
    for path, _ in files:
        module = module_of(path) if path.endswith((".cpp", ".hpp")) else None
        if module is None:
            continue
        name = path.split(f"/{module}/", 1)[1].rsplit(".", 1)[0]
        first_module, first_path = modules.setdefault(name, (module, path))
        if first_module != module:
            yield path, "doubled file name", 1, f"{first_path} has the same name"


def app_violations(files):
    lines = sum(text.count("\n") for path, text in files if path.startswith("src/app/"))
    if lines >= MAX_APP_LINES:
        yield "src/app", "app size", 1, f"{lines} lines, the limit is {MAX_APP_LINES}"


def header_violations(files):
    """Public headers that no test and no example includes."""
    included = set()
    for path, text in files:
        if path.startswith(("tests/", "examples/")):
            included.update(re.findall(r'#include "(nubox/[^"]+)"', text))
    for path, _ in files:
        if path.startswith("include/") and path.removeprefix("include/") not in included:
            yield path, "untested header", 1, "no test includes it"


def citation_violations(files):
    """Pages, and headings of pages, that code cites and that do not exist."""
    texts = dict(files)
    for path, text in files:
        if not path.endswith(tuple(CITING_SUFFIXES)) or path.startswith("tests/layout/"):
            continue
        # A citation may be broken over two lines of a comment.
        joined = re.sub(r"\n\s*(///?|#)", " ", text)
        for match in CITED_PAGE.finditer(re.sub(r"[ ]+", " ", joined)):
            page, heading = match.groups()
            page = page if page.endswith(".md") else page + ".md"
            if page not in texts:
                yield path, "cited page", 1, f"{page} does not exist"
            elif heading and not re.search(rf"^#+ {re.escape(heading)}( \(.*\))?\s*$", texts[page], re.MULTILINE):
                yield path, "cited page", 1, f"{page} has no heading '{heading}'"


def source_files(root):
    for page in sorted(root.glob("*.md")):
        yield page.name, page.read_text(encoding="utf-8")
    for folder in ["include", "src", "tests", "tools", "cmake", "jobs", "docs", "configs", "findings", "examples"]:
        for file in sorted((root / folder).rglob("*")):
            if file.suffix in SOURCE_SUFFIXES | {".md"} and "__pycache__" not in file.parts:
                yield file.relative_to(root).as_posix(), file.read_text(encoding="utf-8")


def violations(files, exceptions):
    """files: (path, text) pairs; returns messages 'path:line: rule: what'."""
    found, used = [], set()
    everything = [(path, *violation) for path, text in files for violation in file_violations(path, text)]
    everything += [*name_violations(files), *app_violations(files), *citation_violations(files),
                   *header_violations(files)]
    for path, rule, line, what in everything:
        if (rule, path) in exceptions:
            used.add((rule, path))
        else:
            found.append(f"{path}:{line}: {rule}: {what}")
    for rule, path in exceptions.keys() - used:
        found.append(f"{path}:1: stale exception: no '{rule}' there any more")
    return found


CLEAN = [
    ("src/sim/a.cpp", '#include "nubox/par/comm.hpp"\n#include "nubox/sim/a.hpp"\n#include <vector>\n'),
    ("src/net/b.cpp", '#include <torch/torch.h>\n#include "net/layers.hpp"\n'),
    ("src/io/c.cpp", "#include <hdf5.h>\nvoid f() { H5Fclose(1); }\n"),
    ("src/sim/d.cpp", '// MPI_Send( and H5Fopen( in a comment\nauto s = "exit(1) fftwf_plan";\n/* abort() */\n'),
    ("src/sim/f.cpp", "namespace n {\n" + "void f() {\n  g();\n}\n" * MAX_FUNCTION_LINES + "}\n"),
    ("tests/sim/e_test.cpp", '#include "nubox/stats/power.hpp"\n#include "nubox/io/h.hpp"\n'),
    ("src/app/cmd_g.cpp", '#include "nubox/config/config.hpp"\n#include "app/options/h.hpp"\n'),
    ("src/app/options/h.cpp", "// Options of a module's file of the same name.\n"),
    ("src/io/h.cpp", '/// docs/page.md, "A\n/// heading", README, "Start"\n'),
    ("include/nubox/io/h.hpp", "int h();\n"),
    ("docs/page.md", "# Page\n\n## A heading\n"),
    ("README.md", "# nubox\n\n## Start\n"),
]
SEEDED = [
    ("arrow", "include/nubox/par/seeded_a.hpp", '#include "nubox/io/x.hpp"\n'),
    ("arrow", "src/config/seeded_a.cpp", '#include "nubox/par/x.hpp"\n'),
    ("arrow", "src/sim/x.cpp", '#include "prior/private.hpp"\n'),
    ("config", "include/nubox/stats/seeded_a.hpp", '#include "nubox/config/config.hpp"\n'),
    ("private header", "src/train/x.cpp", '#include "net/layers.hpp"\n'),
    ("private header", "src/app/x.cpp", '#include "train/trainer.hpp"\n'),
    ("doubled file name", "src/prior/h.cpp", "int a;\n"),
    ("doubled file name", "include/nubox/prior/a.hpp", "int a;\n"),
    ("app size", "src/app", "int a;\n" * MAX_APP_LINES),
    ("cited page", "src/sim/x.cpp", "// see docs/missing.md\n"),
    ("cited page", "tools/x.py", '# see docs/page.md, "No heading"\n'),
    ("cited page", "include/nubox/sim/x.hpp", '/// README, "Nowhere"\n'),
    ("unknown module", "src/misc/seeded_a.cpp", "int a;\n"),
    ("torch header", "include/nubox/net/seeded_a.hpp", "#include <torch/torch.h>\n"),
    ("torch header", "src/sim/seeded_a.cpp", "#include <ATen/ATen.h>\n"),
    ("torch header", "include/nubox/train/seeded_b.hpp", '#include "nubox/net/torch/network.hpp"\n'),
    ("CUDA or NCCL header", "src/train/seeded_a.cpp", "#include <nccl.h>\n"),
    ("MPI name", "src/sim/seeded_a.cpp", "void f() { MPI_Barrier(0); }\n"),
    ("HDF5 call", "src/stats/seeded_a.cpp", "void f() {\n  H5Fopen(0);\n}\n"),
    ("HDF5 call", "src/stats/seeded_b.cpp", "#include <hdf5.h>\n"),
    ("FFTW call", "src/prior/seeded_a.cpp", "fftwf_plan plan;\n"),
    ("end of process", "src/io/seeded_a.cpp", "void f() { std::exit(1); }\n"),
    ("file size", "src/sim/seeded_a.cpp", "int a;\n" * (MAX_LINES + 1)),
    ("function size", "src/sim/seeded_a.cpp", "void f() {\n" + "  g();\n" * (MAX_FUNCTION_LINES + 1) + "}\n"),
    ("untested header", "include/nubox/sim/seeded_a.hpp", "int a();\n"),
    ("unfinished", "tools/a.py", "# TO" "DO: later\n"),
]


def self_test():
    """Each seeded violation is found, once and under its name; the clean files give none."""
    failures = [f"clean file reported: {text}" for text in violations(CLEAN, {})]
    for rule, path, text in SEEDED:
        file = path if "." in path else path + "/x/seeded.cpp"
        files = CLEAN + [(file, text)]
        if file.startswith("include/") and rule != "untested header":
            files.append(("tests/seeded_test.cpp", f'#include "{file.removeprefix("include/")}"\n'))
        found = [line for line in violations(files, {}) if ": file size: " not in line or rule == "file size"]
        if len(found) != 1 or f": {rule}: " not in found[0]:
            failures.append(f"seeded '{rule}' in {path} gave {found}")
        accepted = violations(files, {(rule, path): "reason"})
        if [line for line in accepted if ": file size: " not in line]:
            failures.append(f"exception for '{rule}' in {path} was not honoured")
    if not any("stale exception" in text for text in violations(CLEAN, {("arrow", "src/sim/a.cpp"): "x"})):
        failures.append("stale exception was not reported")
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--self-test", action="store_true", help="seed violations and see them found")
    arguments = parser.parse_args()
    if arguments.self_test:
        failures = self_test()
    else:
        files = list(source_files(arguments.root))
        if not files:
            sys.exit(f"no source files under {arguments.root}")
        failures = violations(files, EXCEPTIONS)
    for text in failures:
        print(text)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
