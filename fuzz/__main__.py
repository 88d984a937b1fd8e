"""`python -m fuzz [--seconds N] [TARGET…]`: every target for its share of the time, with bounded memory.

Rules: each target runs in a process of its own, for atheris ends the process that it runs in. The seeds are
the vectors of the tests. What breaks a promise is printed as hex, for a test, and ends with exit 1.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

MEMORY_MB = 1024
"""Of one target: the instrumented program takes some 150; what grows to this grows without bound."""

LONGEST = 2048
"""Bytes of one input: four blocks of the greatest length."""

ONE_INPUT_SECONDS = 10
"""Of one input, instrumented: a million times what one should take."""

ROOT = Path(__file__).parents[1]


def main() -> int:
    """Run the targets; 1 if one of them found something."""
    parser = argparse.ArgumentParser(prog="python -m fuzz")
    parser.add_argument("--seconds", type=int, default=60, help="for all targets together")
    parser.add_argument("--only", help=argparse.SUPPRESS)
    parser.add_argument("targets", nargs="*")
    arguments = parser.parse_args()
    if arguments.only is not None:
        return _fuzz(arguments.only, arguments.targets)
    from fuzz.targets import TARGETS  # noqa: PLC0415 (atheris instruments what is imported after it)

    unknown = sorted(set(arguments.targets) - set(TARGETS))
    if unknown:
        parser.error(f"{', '.join(unknown)}; known: {', '.join(TARGETS)}")
    names = arguments.targets or list(TARGETS)
    share = max(arguments.seconds // len(names), 1)
    return max(_run(name, share) for name in names)


def _run(name: str, seconds: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        _seed(corpus)
        command = [sys.executable, "-m", "fuzz", "--only", name, "--", str(corpus)]
        limits = [
            f"-max_total_time={seconds}",
            f"-max_len={LONGEST}",
            f"-rss_limit_mb={MEMORY_MB}",
            f"-timeout={ONE_INPUT_SECONDS}",
            f"-artifact_prefix={folder}/",
            "-verbosity=0",
            "-print_final_stats=1",
        ]
        print(f"{name}: {seconds} s", flush=True)
        done = subprocess.run([*command, *limits], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
        runs = [row for row in done.stderr.splitlines() if "number_of_executed_units" in row]
        print(*(runs or ["no statistics"]), flush=True)
        if done.returncode:
            print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
            for found in sorted(Path(folder).glob("*-*")):
                print(f"{name}: this input breaks a promise: {found.read_bytes().hex()}", file=sys.stderr)
        return min(done.returncode, 1)


def _seed(corpus: Path) -> None:
    corpus.mkdir()
    vectors = json.loads((ROOT / "tests" / "vectors" / "espa444.json").read_text("utf-8"))
    for vector in vectors:
        block = bytes.fromhex(vector["hex"])
        (corpus / vector["id"]).write_bytes(block)
        (corpus / f"{vector['id']}-polled").write_bytes(
            b"\x02\x00\x041\x052\x05\x00" + bytes((len(block),)) + block
        )
    for number, vector in enumerate(
        json.loads((ROOT / "tests" / "vectors" / "smpp34.json").read_text("utf-8"))
    ):
        octets = bytes.fromhex(vector["hex"])
        (corpus / f"smpp-{number}").write_bytes(octets)
        for which in range(4):  # a session, a wait, a length, as `fuzz.espa444.steps` reads them
            part = octets[:250]
            script = bytes((which, 0, len(part))) + part + b"\x02\xff\x05\xfe"
            (corpus / f"smpp-{number}-{which}").write_bytes(script)
    (corpus / "log").write_bytes(b"14:02:11 TX: 31 05 32 05\n14:02:11 RX <ACK>\n")


def _fuzz(name: str, arguments: list[str]) -> int:
    import atheris  # noqa: PLC0415 (only where something is fuzzed)

    with atheris.instrument_imports(include=["protocols", "gateway.cli", "gateway.delivery.answer_words"]):
        from fuzz.targets import TARGETS  # noqa: PLC0415
    atheris.Setup([sys.argv[0], *arguments], TARGETS[name])
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
