"""Lets the public torch, which is built for CUDA, run on a processor alone: the CUDA libraries it is linked with are 4 GB, and
none of their functions is called there. One small library stands in for all of them: it has the names the loader looks for, and
each answers that there is no device. What is computed on the processor is untouched. Run by the peers' own Python, again as
often as one likes.
"""
import re
import subprocess
import sysconfig
from collections import defaultdict
from pathlib import Path

LIBRARIES = Path(sysconfig.get_paths()["purelib"]) / "torch/lib"
STAND_IN = "libno_cuda.so"
NO_DEVICE = 100  # cudaErrorNoDevice


def output(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def names(which, libraries):
    """Names (`name@version`) that the libraries define, or take from elsewhere."""
    lines = output("nm", "--dynamic", which, *libraries).splitlines()
    return {line.split()[-1] for line in lines if line and not line.endswith(":")}


def main():
    for path in LIBRARIES.iterdir():
        if path.is_symlink() or path.name == STAND_IN:
            path.unlink()
    libraries = sorted(map(str, LIBRARIES.glob("*.so*")))
    loading = [line.split() for library in libraries for line in output("ldd", library).splitlines()]
    missing = {words[0] for words in loading if words[-2:] == ["not", "found"]}

    defined = {name.split("@")[0] for name in names("--defined-only", libraries)}
    versions = defaultdict(list)
    for wanted in names("--undefined-only", libraries):
        name, _, version = wanted.partition("@")
        if re.match("_*(cu|nccl|nvrtc|nvshmem)", name) and name not in defined:
            versions[version].append(name)
    source = "".join(f"int {name}(void) {{ return {NO_DEVICE}; }}\n" for names in versions.values() for name in names)
    # The loader insists on the versions that the names are linked under.
    script = "".join(f"{version} {{ {' '.join(f'{name};' for name in names)} }};\n" for version, names in versions.items() if version)
    versions_file = LIBRARIES / "no_cuda.map"
    versions_file.write_text(script)
    options = ["-w", "-shared", "-fPIC", f"-Wl,--version-script={versions_file}"]
    output("cc", *options, "-o", str(LIBRARIES / STAND_IN), "-xc", "-", input=source)
    for library in missing:
        (LIBRARIES / library).symlink_to(STAND_IN)


if __name__ == "__main__":
    main()
