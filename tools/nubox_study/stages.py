"""Stages of a study. A command runs again only if its settings, what its inputs and linear tables hold, or its
products changed."""

import json
import os
import shlex
import shutil
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import xxhash

HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
# Commands whose results depend on the linear tables, and where the shipped ones are.
COMMANDS_WITH_TABLES = ("simulate", "train", "predict")
SHIPPED_TABLES = Path(__file__).resolve().parents[2] / "configs/cosmology"


def _text_of(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def _signed_parts(path):
    """The checksums that a nubox file carries for its attributes and datasets, as text."""
    with h5py.File(path, "r") as file:
        parts = [_text_of(file.attrs["attributes_checksum"]), _text_of(file.attrs["complete"])]

        def visit(name, node):
            parts.extend(f"{name} {_text_of(node.attrs[key])}" for key in ("attributes_checksum", "checksum")
                         if key in node.attrs)

        file.visititems(visit)
    return "\n".join(sorted(parts))


def content_digest(path):
    """XXH3 of what a file holds; None for a missing or broken one. Of a nubox file, of the checksums in it:
    gigabytes need not be read again."""
    try:
        with open(path, "rb") as file:
            if file.read(len(HDF5_SIGNATURE)) == HDF5_SIGNATURE:
                return xxhash.xxh3_64_hexdigest(_signed_parts(path).encode())
            file.seek(0)
            digest = xxhash.xxh3_64()
            while chunk := file.read(1 << 20):
                digest.update(chunk)
            return digest.hexdigest()
    except (OSError, KeyError, RuntimeError):
        return None


def linear_tables(settings):
    """Files of the linear tables that a command with these settings reads: of a directory, or of a shipped one by
    name."""
    name = settings.get("cosmology.tables", "hades")
    directory = Path(name) if Path(name).exists() else SHIPPED_TABLES / name
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    if not files:
        sys.exit(f"cosmology.tables = {name}: no linear tables in {directory}")
    return files


@dataclass
class Stage:
    """One call of nubox: `nubox command --settings --paths`."""

    name: str  # unique in the study; its record is stages/<name>.json
    command: str
    directory: Path  # belongs to this stage alone: cleared when the stage is begun anew
    settings: dict = field(default_factory=dict)  # options whose values matter
    paths: dict = field(default_factory=dict)  # options that name files: what these hold matters, not their names
    reads: list = field(default_factory=list)  # files whose content matters, in order
    makes: list = field(default_factory=list)  # files that stand once it is complete

    def arguments(self):
        """Command line after `nubox`."""
        options = {**self.settings, **self.paths}
        return [self.command, *(f"--{key}={value}" for key, value in options.items())]


class Workshop:
    """Runs stages below one directory and remembers what each was made from."""

    def __init__(self, nubox, work):
        self.nubox, self.work = nubox, Path(work)
        self.ran = []  # names of the stages that this call ran

    def run(self, stage):
        """Runs the stage unless it stands complete; returns its record."""
        key, record = self._key(stage), self.record(stage.name)
        if record and record["key"] == key and self._stands(stage, record):
            return record
        self._clear(stage, record, key)
        print(f"== {stage.name}", flush=True)
        started = {"key": key, "command": shlex.join(["nubox", *stage.arguments()])}
        self._write(stage.name, started)
        begin = time.monotonic()
        self.nubox(*stage.arguments(), log=self.log_of(stage.name))
        seconds = time.monotonic() - begin
        products = {str(path): content_digest(path) for path in stage.makes}
        missing = [path for path, digest in products.items() if digest is None]
        if missing:
            sys.exit(f"stage {stage.name} did not make {', '.join(missing)}; see {self.log_of(stage.name)}")
        record = {**started, "products": list(products.values()), "seconds": round(seconds, 2),
                  "ranks": self.nubox.ranks, "program": self.nubox.version}
        self._write(stage.name, record)
        self.ran.append(stage.name)
        return record

    def record(self, name):
        """What stands on disk about a stage: key, command, and once complete products, seconds, ranks, program."""
        path = self._record_path(name)
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    def log_of(self, name):
        return self.work / "logs" / f"{name}.log"

    def _key(self, stage):
        digests = [content_digest(path) for path in stage.reads]
        for path, digest in zip(stage.reads, digests):
            if digest is None:
                sys.exit(f"stage {stage.name} needs {path}, which is missing or broken")
        about = [stage.command, {key: str(value) for key, value in stage.settings.items()}, sorted(stage.paths),
                 digests, [path.name for path in stage.makes]]
        if stage.command in COMMANDS_WITH_TABLES:
            about.append([[path.name, content_digest(path)] for path in linear_tables(stage.settings)])
        return xxhash.xxh3_64_hexdigest(json.dumps(about, sort_keys=True).encode())

    def _stands(self, stage, record):
        return record.get("products") == [content_digest(path) for path in stage.makes]

    def _clear(self, stage, record, key):
        """Leaves only what an interrupted run of the very same stage can continue from."""
        if not stage.directory.exists() or (record and record["key"] == key and "products" not in record):
            return
        if record is None and any(stage.directory.iterdir()):
            sys.exit(f"{stage.directory} stands where stage {stage.name} would write, and no stage made it: "
                     "remove it or choose another directory for all output")
        if not stage.directory.resolve().is_relative_to(self.work.resolve()):
            raise ValueError(f"{stage.directory} is not below {self.work}")
        shutil.rmtree(stage.directory)

    def _record_path(self, name):
        return self.work / "stages" / f"{name}.json"

    def _write(self, name, record):
        path = self._record_path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{path.name}.tmp-{os.getpid()}")
        temporary.write_text(json.dumps(record, indent=1), encoding="utf-8")
        temporary.replace(path)
