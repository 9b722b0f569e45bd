#!/usr/bin/env python3
"""Edits an image of an OCI layout the way an attacker would: consistently, re-hashed all the way up.

  edit_layout.py LAYOUT TAG EDIT [--referrer kept|repointed|dropped]

Edits: entrypoint, add-layer, drop-layer, swap-layers, recompress, annotation, none,
       entry-removed=N, entry-swapped, entry-flipped=N, entry-doubled=N, leaf-flipped,
       checkpoint-removed, certificate-removed=N, bundle-of=LAYOUT:TAG
"""
import base64
import gzip
import hashlib
import io
import json
import pathlib
import subprocess
import sys
import tarfile

REF_NAME = "org.opencontainers.image.ref.name"
CUSTODY = "application/vnd.compose.custody.v1"
ENTRIES = "application/vnd.compose.custody.entries.v1+jsonl"
LEAVES = "application/vnd.compose.custody.leaves.v1"
CHECKPOINT = "application/vnd.compose.custody.checkpoint.v1"


class Layout:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.index = json.loads((self.folder / "index.json").read_text())

    def save(self):
        (self.folder / "index.json").write_text(json.dumps(self.index))

    def read(self, digest):
        return (self.folder / "blobs/sha256" / digest.removeprefix("sha256:")).read_bytes()

    def write(self, data, media_type):
        digest = hashlib.sha256(data).hexdigest()
        (self.folder / "blobs/sha256" / digest).write_bytes(data)
        return {"mediaType": media_type, "digest": "sha256:" + digest, "size": len(data)}

    def write_json(self, value, media_type):
        return self.write(json.dumps(value, sort_keys=True, separators=(",", ":")).encode(), media_type)

    def tagged(self, tag):
        return next(m for m in self.index["manifests"] if m.get("annotations", {}).get(REF_NAME) == tag)

    def referrers(self, digest):
        found = []
        for listed in self.index["manifests"]:
            manifest = json.loads(self.read(listed["digest"]))
            if manifest.get("subject", {}).get("digest") == digest:
                found.append(listed)
        return found


def decompress(data, media_type):
    if media_type.endswith("zstd"):
        return subprocess.run(["zstd", "-dcq"], input=data, capture_output=True, check=True).stdout
    return gzip.decompress(data) if media_type.endswith("gzip") else data


def extra_layer():
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        info = tarfile.TarInfo("backdoor")
        info.size = 4
        tar.addfile(info, io.BytesIO(b"evil"))
    return raw.getvalue()


def edit_image(layout, manifest, config, edit):
    layers, diff_ids = manifest["layers"], config["rootfs"]["diff_ids"]
    if edit == "entrypoint":
        config["config"]["Entrypoint"] = ["/bin/evil"]
    elif edit == "add-layer":
        tar = extra_layer()
        layers.append(layout.write(tar, "application/vnd.oci.image.layer.v1.tar"))
        diff_ids.append("sha256:" + hashlib.sha256(tar).hexdigest())
        config["history"].append({"created_by": "me"})
    elif edit == "drop-layer":
        del layers[1], diff_ids[1], config["history"][1]
    elif edit == "swap-layers":
        layers[1], layers[2] = layers[2], layers[1]
        diff_ids[1], diff_ids[2] = diff_ids[2], diff_ids[1]
    elif edit == "recompress":
        tar = decompress(layout.read(layers[1]["digest"]), layers[1]["mediaType"])
        layers[1] = layout.write(gzip.compress(tar, mtime=0), "application/vnd.oci.image.layer.v1.tar+gzip")
    elif edit == "annotation":
        manifest.pop("annotations")
    elif edit != "none":
        sys.exit(f"unknown edit {edit}")


def edit_parts(layout, parts, edit, digest):
    """Edits the blobs of the custody artifact; `parts` are its layer descriptors."""
    word, _, argument = edit.partition("=")
    position = next(i for i, p in enumerate(parts) if p["mediaType"] == ENTRIES)
    lines = layout.read(parts[position]["digest"]).decode().splitlines()
    if word == "entry-removed":
        del lines[int(argument)]
    elif word == "entry-swapped":
        first, second = json.loads(lines[1]), json.loads(lines[2])
        first["index"], second["index"] = second["index"], first["index"]
        lines[1], lines[2] = (json.dumps(x, sort_keys=True, separators=(",", ":")) for x in (second, first))
    elif word == "entry-doubled":
        lines.append(lines[int(argument)])
    elif word == "entry-flipped":
        entry = json.loads(lines[int(argument)])
        signature = bytearray(base64.b64decode(entry["entry"]["signatures"][0]["sig"]))
        signature[-3] ^= 1
        entry["entry"]["signatures"][0]["sig"] = base64.b64encode(signature).decode()
        lines[int(argument)] = json.dumps(entry, sort_keys=True, separators=(",", ":"))
    elif word == "leaf-flipped":
        where = next(i for i, p in enumerate(parts) if p["mediaType"] == LEAVES)
        leaves = bytearray(layout.read(parts[where]["digest"]))
        leaves[40] ^= 1
        parts[where] = layout.write(bytes(leaves), LEAVES)
    elif word == "checkpoint-removed":
        parts[:] = [p for p in parts if p["mediaType"] != CHECKPOINT]
    elif word == "certificate-removed":
        keys = [i for i, p in enumerate(parts) if p["mediaType"] == "application/pgp-keys"]
        del parts[keys[int(argument)]]
    elif word == "bundle-of":
        folder, _, tag = argument.rpartition(":")
        other = Layout(folder)
        referrer = other.referrers(other.tagged(tag)["digest"])[-1]
        parts[:] = json.loads(other.read(referrer["digest"]))["layers"]
        for part in parts:
            layout.write(other.read(part["digest"]), part["mediaType"])
        return
    else:
        sys.exit(f"unknown edit {edit}")
    position = next(i for i, p in enumerate(parts) if p["mediaType"] == ENTRIES)
    parts[position] = layout.write("".join(line + "\n" for line in lines).encode(), ENTRIES)


def main():
    folder, tag, edit = sys.argv[1:4]
    referrer_fate = sys.argv[5] if len(sys.argv) > 5 else "repointed"
    layout = Layout(folder)
    listed = layout.tagged(tag)
    old = listed["digest"]
    referrers = layout.referrers(old)
    if edit.partition("=")[0] in {"entrypoint", "add-layer", "drop-layer", "swap-layers", "recompress", "annotation",
                                  "none"}:
        manifest = json.loads(layout.read(old))
        config = json.loads(layout.read(manifest["config"]["digest"]))
        edit_image(layout, manifest, config, edit)
        manifest["config"] = layout.write_json(config, manifest["config"]["mediaType"])
        listed.update(layout.write_json(manifest, listed["mediaType"]))
    for referrer in referrers:
        if referrer_fate == "kept":
            continue
        layout.index["manifests"].remove(referrer)
        if referrer_fate == "dropped":
            continue
        artifact = json.loads(layout.read(referrer["digest"]))
        if "=" in edit or edit in {"entry-swapped", "leaf-flipped", "checkpoint-removed"}:
            edit_parts(layout, artifact["layers"], edit, old)
        artifact["subject"].update({"digest": listed["digest"], "size": listed["size"]})
        fresh = layout.write_json(artifact, referrer["mediaType"])
        layout.index["manifests"].append({**fresh, "artifactType": CUSTODY})
    layout.save()


if __name__ == "__main__":
    main()
