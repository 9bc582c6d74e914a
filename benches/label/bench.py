"""Ratios of CPU seconds: Toccata against mediapipe and transkun, whole processes on the same clips, alternating runs."""
import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


def cpu_secs(command):
    """User and system seconds of a command and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed: {done.stderr[-500:]}")
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def alternate(ours, theirs, runs):
    """CPU seconds of both, run in turns so that the machine's mood hits both."""
    pairs = [(cpu_secs(ours()), cpu_secs(theirs())) for _ in range(runs)]
    return [statistics.median(side) for side in zip(*pairs)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--toccata", required=True)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=Path, default=None, help="write the rows here too")
    parser.add_argument("--only", default="hands,transcribe,label")
    options = parser.parse_args()
    bin_folder = Path(sys.executable).parent
    rows = []
    for clip in options.clips:
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            sound = folder / "sound.wav"
            subprocess.run(["ffmpeg", "-y", "-v", "error", "-i", clip, "-ac", "2", "-ar", "44100", sound], check=True)
            count = iter(range(1 << 30))
            mediapipe = lambda: [sys.executable, HERE / "peer_hands.py", clip]
            transkun = lambda: [bin_folder / "transkun", sound, folder / "peer.mid", "--device", "cpu"]
            kinds = {
                "hands": (lambda: [options.toccata, "hands", clip, "--json"], mediapipe),
                "transcribe": (lambda: [options.toccata, "transcribe", sound, "--out", folder / "ours.mid"], transkun),
                # A folder of its own for each run: nothing may be kept from the last.
                "label": (lambda: [options.toccata, "label", clip, "--out", folder / f"labels{next(count)}", "--json"],
                          lambda: [sys.executable, HERE / "peer_chain.py", clip, sound, folder / "chain.mid"]),
            }
            for kind in options.only.split(","):
                ours, theirs = alternate(*kinds[kind], options.runs)
                rows.append({"clip": clip.name, "what": kind, "ours_cpu_secs": ours, "theirs_cpu_secs": theirs, "ratio": ours / theirs})
                print(f"{clip.name[:28]:<28} {kind:<11} ours {ours:7.1f} s   theirs {theirs:7.1f} s   ratio {ours / theirs:.2f}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
