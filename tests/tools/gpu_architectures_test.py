"""tools/gpu_architectures.py: architectures of the device code in a library."""

import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
INTERMEDIATE, MACHINE = 1, 2


def entry(kind, architecture, payload):
    return struct.pack("<HHIQ12xI32x", kind, 0x101, 64, len(payload), architecture) + payload


def binary(*entries):
    content = b"".join(entries)
    return struct.pack("<IHHQ", 0xBA55ED50, 1, 16, len(content)) + content


def architectures(*arguments):
    return subprocess.run([sys.executable, SOURCE / "tools/gpu_architectures.py", *map(str, arguments)],
                          capture_output=True, text=True)


class GpuArchitectures(unittest.TestCase):
    def make_library(self, *contents):
        file = tempfile.NamedTemporaryFile(prefix="nubox-", suffix=".so")
        self.addCleanup(file.close)
        file.write(b"\x7fELF" + b"".join(contents))
        file.flush()
        return pathlib.Path(file.name)

    def test_lists_machine_and_intermediate_code_of_all_fat_binaries(self):
        library = self.make_library(binary(entry(MACHINE, 60, b"x" * 24), entry(INTERMEDIATE, 90, b"y" * 8)), b"z" * 5,
                               binary(entry(MACHINE, 70, b"x")))
        self.assertEqual(architectures(library).stdout, f"{library.name} sm 60 70 ptx 90\n")

    def test_common_architectures_are_a_list_for_cmake(self):
        first = self.make_library(binary(entry(MACHINE, 60, b""), entry(MACHINE, 70, b""), entry(MACHINE, 80, b"")))
        second = self.make_library(binary(entry(MACHINE, 80, b"")), binary(entry(MACHINE, 60, b"")))
        self.assertEqual(architectures("--cmake", first, second).stdout, "60;80\n")

    def test_bytes_that_only_look_like_a_header_are_skipped(self):
        library = self.make_library(b"\x50\xed\x55\xba" * 3, binary(entry(MACHINE, 75, b"x" * 3)))
        self.assertIn(" sm 75 ptx -", architectures(library).stdout)

    def test_library_without_device_code_is_an_error(self):
        done = architectures(self.make_library(b"nothing"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("has no device code", done.stderr)

    def test_libtorch_of_cuda_12_serves_p100(self):
        library = SOURCE / ".deps/torch-2.7.1/torch/lib/libtorch_cuda.so"
        if not library.exists():
            self.skipTest("NUBOX_TORCH_VERSION=2.7.1 tools/setup.sh was not run")
        self.assertIn(" sm 50 60 70 75 ", architectures(library).stdout)


if __name__ == "__main__":
    unittest.main()
