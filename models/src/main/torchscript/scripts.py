"""Writes a module as TorchScript among the resources."""
import pathlib
import zipfile

import torch


def save(module, name):
    target = pathlib.Path(__file__).parent.parent / "resources/org/memlora/models/transformer" / name
    torch.jit.save(torch.jit.script(module), target)
    # The debug file names folders of the machine it was made on.
    with zipfile.ZipFile(target) as archive:
        kept = [(entry, archive.read(entry)) for entry in archive.infolist() if not entry.filename.endswith(".debug_pkl")]
    with zipfile.ZipFile(target, "w") as archive:
        for entry, content in kept:
            archive.writestr(entry, content)
