"""The steps of set-up: packages, this project, the Pulumi CLI. Each is skipped while its stamp holds."""

from __future__ import annotations

import fcntl
import hashlib
import http.client
import os
import platform
import queue
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
BIN = TOOLS / "bin"
GO_MODULE = ROOT / "tools" / "pulumi"
ESC_MODULE = ROOT / "tools" / "esc"
LOCK = ROOT / "requirements" / "dev.lock"
CHECKSUMS = ROOT / "tools" / "setup" / "pulumi.sha256"
DYNAMODB = ROOT / "tools" / "dynamodb"

# The oldest CLI that has everything in use here.
OLDEST = (3, 255, 0)
ENGINE = "github.com/pulumi/pulumi/pkg/v3"
SDK = "github.com/pulumi/pulumi/sdk/v3"
HOST = "pulumi-language-python"
SHIMS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")
CONNECT_SECONDS = 5.0


class SetupError(Exception):
    """Set-up can't go on; the message says what was expected and what came."""


@dataclass(frozen=True)
class Step:
    title: str
    stamp: Path
    key: str
    present: Callable[[], bool]
    act: Callable[[str], str]

    def before(self) -> str:
        """What the last finished run left; nothing after an interrupted one."""
        return self.stamp.read_text() if self.stamp.is_file() else ""

    def done(self) -> bool:
        return self.before().splitlines()[:1] == [self.key] and self.present()


def main() -> int:
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            return run(steps())
        except SetupError as error:
            print(f"setup: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("setup: interrupted; run it again to go on", file=sys.stderr)
            return 130


def run(plan: list[Step]) -> int:
    began = time.monotonic()
    acted = False
    for number, step in enumerate(plan, start=1):
        if step.done():
            continue
        acted = True
        print(f"[{number}/{len(plan)}] {step.title} …", flush=True)
        before = step.before()
        step.stamp.unlink(missing_ok=True)
        said = step.act(before)
        # Written last, so that an interrupted step is done again.
        step.stamp.write_text(f"{step.key}\n{said}\n")
        print(f"[{number}/{len(plan)}] {said}", flush=True)
    print(f"setup: done in {time.monotonic() - began:.0f} s" if acted else "setup: nothing left to do")
    return 0


def steps() -> list[Step]:
    packages = digest(here(), LOCK)
    project = digest(here(), ROOT / "pyproject.toml")
    pulumi = digest(here(), *tool_sources())
    python = VENV / "bin" / "python"
    script = VENV / "bin" / "tenant-safety"
    # A compiler that came since makes the step due; one that went leaves what was built.
    esc = digest(f"{here()} {shutil.which('go') is not None}", *sources_in(ESC_MODULE))
    dynamodb = digest(f"{here()} {shutil.which('cargo') is not None}", *sources_in(DYNAMODB))
    return [
        Step("Python packages", VENV / ".packages", packages, python.exists, install_packages),
        Step("this project", VENV / ".project", project, script.exists, install_project),
        Step("Pulumi CLI", TOOLS / "pulumi.stamp", pulumi, pulumi_present, install_pulumi),
        Step("ESC for the tests", TOOLS / "esc.stamp", esc, esc_present, install_esc),
        Step("DynamoDB for the tests", TOOLS / "dynamodb.stamp", dynamodb, dynamodb_present, install_dynamodb),
    ]


def here() -> str:
    """What a virtual environment and programs are bound to: a moved folder or another Python starts anew."""
    return f"{ROOT} python{sys.version_info.major}.{sys.version_info.minor} {platform.machine()}"


def tool_sources() -> Iterator[Path]:
    yield CHECKSUMS
    yield from sources_in(GO_MODULE)


def sources_in(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob("*") if path.is_file() and "target" not in path.parts)


def digest(text: str, *files: Path) -> str:
    total = hashlib.sha256(text.encode())
    for file in files:
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


# Packages


def install_packages(before: str) -> str:
    if VENV.is_symlink():
        raise SetupError(f"expected {VENV} to be a folder of this checkout (got a link): what it has would be cleared")
    if here() not in before:
        # The interpreter that .venv was made from, should this be the one in .venv.
        base = str(getattr(sys, "_base_executable", sys.executable))
        call([base, "-m", "venv", "--clear", str(VENV)])
    # The lock is what was resolved: pip, resolving `coverage[toml]` anew, takes the newest version and then refuses it.
    pip("--no-deps", "--require-hashes", "--requirement", str(LOCK))
    return f"Python packages of {LOCK.relative_to(ROOT)} are in .venv ({here()})"


def install_project(_before: str) -> str:
    pip("--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    return "tenant-safety is in .venv, as this folder"


def pip(*arguments: str) -> None:
    python = str(VENV / "bin" / "python")
    call([python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *arguments])


# Pulumi


def install_pulumi(_before: str) -> str:
    """From PATH, else the official release, else built with Go; PULUMI_FROM may name fewer of them."""
    sources = {"path": from_path, "release": from_release, "build": from_source}
    chosen = os.environ.get("PULUMI_FROM", "path,release,build").split(",")
    reasons = []
    for name in chosen:
        if name not in sources:
            raise SetupError(f"PULUMI_FROM takes {', '.join(sources)} (got {name!r})")
        try:
            return sources[name]()
        except SetupError as reason:
            reasons.append(f"{name}: {reason}")
    tried = "\n  ".join(reasons)
    raise SetupError(
        f"no Pulumi CLI {dotted(OLDEST)} or newer; install it, https://www.pulumi.com/docs/install/, "
        f"or Go, and run this again. What was tried:\n  {tried}"
    )


def pulumi_present() -> bool:
    """Holds while the program is there that `.tools/bin/pulumi` is or hands over to."""
    cli = BIN / "pulumi"
    if not cli.is_file():
        return False
    with cli.open("rb") as file:
        start = file.read(4096)
    if not start.startswith(b"#!/bin/sh"):
        return (BIN / HOST).is_file()
    return Path(shlex.split(start.decode().splitlines()[-1])[1]).is_file()


def from_path() -> str:
    own = str(BIN)
    places = [place for place in os.environ.get("PATH", "").split(os.pathsep) if place and place != own]
    cli = shutil.which("pulumi", path=os.pathsep.join(places))
    if cli is None:
        raise SetupError("no pulumi on PATH")
    version = version_of(cli)
    if version < OLDEST:
        raise SetupError(f"{cli} is {dotted(version)}, and {dotted(OLDEST)} or newer is expected")
    beside = os.pathsep.join([str(Path(cli).resolve().parent), *places])
    if shutil.which(HOST, path=beside) is None:
        raise SetupError(f"{cli} has no {HOST} beside it or on PATH")
    hand_over(Path(cli))
    return f"Pulumi CLI {dotted(version)} is the one on PATH, {cli}"


def from_release() -> str:
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    suffix = f"-{platform.system().lower()}-{machine}.tar.gz"
    lines = (line.split() for line in CHECKSUMS.read_text().splitlines() if not line.startswith("#"))
    pinned = {name: checksum for checksum, name in lines if name.endswith(suffix)}
    if len(pinned) != 1:
        raise SetupError(f"{CHECKSUMS.relative_to(ROOT)} was expected to have one *{suffix} (got {len(pinned)})")
    [(name, checksum)] = pinned.items()
    folder = TOOLS / name.removesuffix(".tar.gz")
    if not (folder / "pulumi" / "pulumi").is_file():
        unpack(f"https://get.pulumi.com/releases/sdk/{name}", checksum, folder)
    version = version_of(str(folder / "pulumi" / "pulumi"))
    hand_over(folder / "pulumi" / "pulumi")
    return f"Pulumi CLI {dotted(version)} is the official release"


def unpack(url: str, checksum: str, folder: Path) -> None:
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    archive = part / "archive"
    try:
        with fetch(url) as response, archive.open("wb") as file:
            print(f"      downloading {url}", flush=True)
            shutil.copyfileobj(response, file)
        with archive.open("rb") as file:
            got = hashlib.file_digest(file, "sha256").hexdigest()
        if got != checksum:
            raise SetupError(f"{url} was thrown away: expected the sha256 {checksum} (got {got})")
        with tarfile.open(archive) as tar:
            if hasattr(tarfile, "data_filter"):  # Since 3.11.4
                tar.extraction_filter = tarfile.data_filter
            tar.extractall(part)
        archive.unlink()
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)
    except (OSError, http.client.HTTPException, tarfile.TarError) as error:
        raise SetupError(f"{url}: {error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def fetch(url: str) -> http.client.HTTPResponse:
    """Opens a URL or gives up after a few seconds, though looking up a name has no time-out of its own."""
    answers: queue.Queue[http.client.HTTPResponse | Exception] = queue.Queue()

    def ask() -> None:
        try:
            answers.put(urllib.request.urlopen(url, timeout=CONNECT_SECONDS))
        except (OSError, http.client.HTTPException) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=CONNECT_SECONDS + 1)
    except queue.Empty:
        raise SetupError(f"{url}: no answer in {CONNECT_SECONDS + 1:.0f} s") from None
    if isinstance(answer, urllib.error.URLError):
        raise SetupError(f"{url}: {answer.reason}") from answer
    if isinstance(answer, Exception):
        raise SetupError(f"{url}: {answer}") from answer
    return answer


def from_source() -> str:
    if shutil.which("go") is None:
        raise SetupError("no go on PATH")
    modules = call(["go", "list", "-m", "-f", "{{.Path}} {{.Version}}", ENGINE], GO_MODULE)
    version = modules.split()[1]
    part = TOOLS / "bin.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    print(f"      building Pulumi {version} with Go: some 4 minutes the first time", flush=True)
    linked = f"-s -w -X {SDK}/go/common/version.Version={version}"
    flags = ["-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", linked, "-o", f"{part}{os.sep}"]
    call(["go", "build", *flags, f"{ENGINE}/cmd/pulumi", f"./{HOST}"], GO_MODULE)
    sdk = Path(call(["go", "list", "-m", "-f", "{{.Dir}}", SDK], GO_MODULE).strip())
    for shim in SHIMS:
        target = part / Path(shim).name
        shutil.copyfile(sdk / shim, target)
        target.chmod(0o755)
    BIN.mkdir(exist_ok=True)
    for made in part.iterdir():
        made.replace(BIN / made.name)
    part.rmdir()
    return f"Pulumi CLI {version.removeprefix('v')} was built from source"


# What only some tests compare with or write to: without a compiler it is left out, and they skip and say so.


def esc_present() -> bool:
    return (BIN / "esc-eval").is_file() or shutil.which("go") is None


def install_esc(_before: str) -> str:
    if shutil.which("go") is None:
        return "no go on PATH, so there is no ESC for the tests: those that compare with it skip"
    print("      building ESC's evaluator with Go: some 40 seconds the first time", flush=True)
    BIN.mkdir(exist_ok=True)
    part = BIN / "esc-eval.part"
    flags = ["-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", str(part)]
    call(["go", "build", *flags, "."], ESC_MODULE)
    part.replace(BIN / "esc-eval")
    return "ESC's evaluator was built from source for the tests"


def dynamodb_present() -> bool:
    return (BIN / "dynamodb-for-tests").is_file() or shutil.which("cargo") is None


def install_dynamodb(_before: str) -> str:
    if shutil.which("cargo") is None:
        return "no cargo on PATH, so there is no DynamoDB for the tests: those that need one skip"
    print("      building a DynamoDB for the tests with cargo: some 3 minutes the first time", flush=True)
    made = TOOLS / "dynamodb"
    call(["cargo", "build", "--release", "--locked", "--target-dir", str(made)], DYNAMODB)
    BIN.mkdir(exist_ok=True)
    shutil.copy(made / "release" / "dynamodb-for-tests", BIN)
    shutil.rmtree(made)
    return "a DynamoDB for the tests was built from source"


def hand_over(cli: Path) -> None:
    """Makes `.tools/bin/pulumi` run another CLI. A script: shims of version managers go by their name."""
    BIN.mkdir(exist_ok=True)
    part = BIN / "pulumi.part"
    part.write_text(f'#!/bin/sh\nexec {shlex.quote(str(cli))} "$@"\n')
    part.chmod(0o755)
    part.replace(BIN / "pulumi")
    # That CLI brings its own; a host left here from an earlier build would come first.
    for name in (HOST, *(Path(shim).name for shim in SHIMS)):
        (BIN / name).unlink(missing_ok=True)


def version_of(cli: str) -> tuple[int, ...]:
    try:
        said = call([cli, "version"]).strip()
    except OSError as error:
        raise SetupError(f"{cli}: {error}") from error
    found = re.match(r"v?(\d+)\.(\d+)\.(\d+)", said)
    if found is None:
        raise SetupError(f"{cli} was expected to say its version (got {said!r})")
    return tuple(map(int, found.groups()))


def dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def call(command: list[str], folder: Path = ROOT) -> str:
    """Runs a command quietly; its output is shown only if it fails."""
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "1"}
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode:
        tail = "\n".join((ended.stdout + ended.stderr).splitlines()[-20:])
        raise SetupError(f"`{shlex.join(command)}` ended with {ended.returncode}:\n{tail}")
    return ended.stdout
