"""Writes a data folder in MinIO's format, for tests where no MinIO can be had: what tests/e2e/test_import.py brings."""
import hashlib
import json
import os
import struct
import uuid

import msgpack

BLOCK = 1024 * 1024
NULL = bytes(16)


def blocks(data):
    """As a part file has it: a checksum of 32 bytes (here none that counts) before each block."""
    return b"".join(bytes(32) + data[i:i + BLOCK] for i in range(0, len(data), BLOCK))


def pack(*values):
    return b"".join(msgpack.packb(v, use_bin_type=True) for v in values)


def bin32(data):
    return b"\xc6" + struct.pack(">I", len(data)) + data


class Version:
    def __init__(self, parts=(), time=1_700_000_000, version_id=NULL, marker=False, metadata=None, internal=None, etag=None, inline=False, spread=False):
        self.parts, self.time, self.id, self.marker = [(i + 1, p) if isinstance(p, bytes) else p for i, p in enumerate(parts)], time, version_id, marker
        self.inline, self.spread, self.internal = inline, spread, internal or {}
        digests = [hashlib.md5(p).digest() for _, p in self.parts]
        if etag is None and not marker:
            etag = digests[0].hex() if len(digests) == 1 else hashlib.md5(b"".join(digests)).hexdigest() + f"-{len(digests)}"
        self.metadata = {"etag": etag, **(metadata or {})}
        self.data_folder = uuid.uuid4().bytes

    def header(self):
        flags = 0 if self.marker else 2 | (4 if self.inline else 0)
        return pack([self.id, self.time * 10**9, b"\0\0\0\0", 2 if self.marker else 1, flags, 0, 1])

    def body(self):
        if self.marker:
            return pack({"Type": 2, "DelObj": {"ID": self.id, "MTime": self.time * 10**9, "MetaSys": {}}, "v": 1})
        sizes = [len(p) for _, p in self.parts]
        return pack({"Type": 1, "V2Obj": {
            "ID": self.id, "DDir": self.data_folder, "EcAlgo": 1, "EcM": 2 if self.spread else 1, "EcN": 0, "EcBSize": BLOCK, "EcIndex": 1,
            "EcDist": [1], "CSumAlgo": 1, "PartNums": [n for n, _ in self.parts], "PartETags": [hashlib.md5(p).hexdigest() for _, p in self.parts],
            "PartSizes": sizes, "PartASizes": sizes, "Size": sum(sizes), "MTime": self.time * 10**9, "MetaSys": self.internal,
            "MetaUsr": self.metadata}, "v": 1})


def write_key(folder, key, versions):
    """`versions` oldest first."""
    path = os.path.join(folder, key[:-1] + "__XLDIR__" if key.endswith("/") else key)
    os.makedirs(path)
    newest_first = versions[::-1]
    meta = pack(3, 3, len(versions)) + b"".join(pack(v.header(), v.body()) for v in newest_first)
    inline = {("null" if v.id == NULL else str(uuid.UUID(bytes=v.id))): blocks(v.parts[0][1]) for v in newest_first if v.inline}
    with open(os.path.join(path, "xl.meta"), "wb") as file:
        file.write(b"XL2 " + struct.pack("<HH", 1, 3) + bin32(meta) + b"\xce" + struct.pack(">I", 0) + (b"\x01" + pack(inline) if inline else b""))
    for version in versions:
        if version.marker or version.inline:
            continue
        data = os.path.join(path, str(uuid.UUID(bytes=version.data_folder)))
        os.makedirs(data)
        for number, part in version.parts:
            with open(os.path.join(data, f"part.{number}"), "wb") as file:
                file.write(blocks(part))


def write_bucket(folder, name, created=1_600_000_000, **documents):
    os.makedirs(os.path.join(folder, name))
    fields = {"Name": name, "Created": msgpack.ExtType(5, struct.pack(">qi", created, 0)), "LockEnabled": False}
    fields.update({key: value.encode() for key, value in documents.items()})
    write_key(os.path.join(folder, ".minio.sys/buckets", name), ".metadata.bin", [Version([b"\x01\x00\x01\x00" + pack(fields)], inline=True)])


def write_folder(folder, drives=1):
    os.makedirs(os.path.join(folder, ".minio.sys"))
    with open(os.path.join(folder, ".minio.sys/format.json"), "w") as file:
        json.dump({"version": "1", "format": "xl-single", "id": "x", "xl": {"version": "3", "sets": [[f"d{i}" for i in range(drives)]]}}, file)
