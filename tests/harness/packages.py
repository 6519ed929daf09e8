"""Packages as their registries have them, made here, as files to lie beside a script: no test needs a network."""

import base64
import io
import tarfile
import zipfile

EPOCH = (2020, 1, 1, 0, 0, 0)


def text(path, content, **more):
    return {"path": path, "text": content, **more}


def binary(path, content):
    return {"path": path, "base64": base64.b64encode(content).decode()}


def zipped(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content)
    return packed.getvalue()


def tarred(files, mode=0o644, folders=()):
    """The same as .tar.gz, with the folders that are to be members of their own."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name in folders:
            member = tarfile.TarInfo(name)
            member.type, member.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(member)
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), mode
            archive.addfile(member, io.BytesIO(content.encode()))
    return packed.getvalue()


def wheel(name, code, version="1.0", needs=(), programs=()):
    """A wheel for Python: its file name and its bytes. programs: names of commands that call main()."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}/__init__.py": code,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n" + "".join(f"Requires-Dist: {need}\n" for need in needs),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    if programs:
        files[f"{info}/entry_points.txt"] = "[console_scripts]\n" + "".join(f"{program} = {name}:main\n" for program in programs)
    files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    return f"{name}-{version}-py3-none-any.whl", zipped(files)


def vendored(package):
    """A file beside a script, in vendor."""
    name, content = package
    return binary(f"vendor/{name}", content)
