"""The checksums of nubox files: XXH3, 64 bits, as 16 hexadecimal digits."""

import struct

import numpy as np
import xxhash


def attributes_checksum(attributes):
    """XXH3 of one line per attribute in name order: name=<i|f|s><length>:<value>."""
    text = b""
    for name in sorted(attributes):
        value = attributes[name]
        if isinstance(value, str):
            kind, body = "s", value.encode()
        elif isinstance(value, float):
            kind, body = "f", struct.pack(">d", value).hex().encode()
        else:
            kind, body = "i", str(int(value)).encode()
        text += f"{name}={kind}{len(body)}:".encode() + body + b"\n"
    return xxhash.xxh3_64_hexdigest(text)


def array_checksum(values):
    """XXH3 of the values in C order."""
    return xxhash.xxh3_64_hexdigest(np.ascontiguousarray(values).tobytes())


def field_checksum(values):
    """XXH3 of the XXH3 of every x plane of every component, in order: independent of slabs."""
    planes = [xxhash.xxh3_64_intdigest(np.ascontiguousarray(plane))
              for component in values.reshape(-1, *values.shape[-3:]) for plane in component]
    return xxhash.xxh3_64_hexdigest(np.array(planes, dtype="<u8").tobytes())
