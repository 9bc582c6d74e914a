"""Agreement with the printed fingers: `compare.py TABLES NAME=FINGERS...`, folders of `beringer.py` and of solvers' fingers.

First: the note has the printed first choice. Any: it has any finger printed for it. Shares of notes, by kind and hand, and
over all notes; an exercise is counted only where every solver answered.
"""

import sys
from collections import defaultdict
from pathlib import Path


NONE_PRINTED = "-"


def main(tables, solvers):
    counts = defaultdict(lambda: [0] * (1 + 2 * len(solvers)))
    for path in sorted(tables.glob("*.tsv")):
        printed = [line.split("\t")[5] for line in path.read_text().splitlines()]
        found = [(folder / f"{path.stem}.fingers").read_text().split() for _, folder in solvers]
        kind, hand = path.stem.split("-")[0], path.stem.rsplit("-", 1)[1]
        kind = path.stem.split("_")[0] if kind == "arpeggios" else kind
        for group in (f"{kind} {hand}", "all"):
            counts[group][0] += sum(choices != NONE_PRINTED for choices in printed)
            for number, fingers in enumerate(found):
                assert len(fingers) == len(printed), path
                counts[group][1 + 2 * number] += sum(a == b[0] for a, b in zip(fingers, printed))
                counts[group][2 + 2 * number] += sum(a in b for a, b in zip(fingers, printed))
    heads = "".join(f" | {name} first | {name} any" for name, _ in solvers)
    print(f"| group | notes{heads} |\n" + "|---" * (2 + 2 * len(solvers)) + "|")
    for group, (notes, *hits) in sorted(counts.items(), key=lambda item: (item[0] == "all", item[0])):
        print(f"| {group} | {notes} | " + " | ".join(f"{hit / notes:.3f}" for hit in hits) + " |")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [(name, Path(folder)) for name, folder in (solver.split("=", 1) for solver in sys.argv[2:])])
