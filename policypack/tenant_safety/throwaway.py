"""Makes a stack for one preview: in a backend of its own, with the stack's configuration and symbols for its secrets.

So a preview needs neither the backend's credentials nor the key of the secrets.  References to other stacks find what
`symbolic.yaml` says of them.
"""

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .symbolic.attach import PreviewError
from .symbolic.pins import Stack
from .symbolic.symbols import Book
from .symbolic.yaml import YamlError, read


@contextmanager
def throwaway(
    pulumi: str, folder: Path, stack: str, *, stacks: Mapping[str, Stack], book: Book, environ: Mapping[str, str]
) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Makes a stack of that name as long as the block runs; yields environment variables and options for previews.

    `folder` is the project's and is only read; `stacks` are other stacks, by the names of references to them.  Raises
    `PreviewError`.
    """
    name = stack.rpartition("/")[2]
    if not name:
        raise PreviewError("expected --stack NAME: a throwaway stack has to be named")
    project = _yaml(folder / "Pulumi.yaml")
    if project.get("stackConfigDir") or isinstance(project.get("config"), str):
        raise PreviewError(f"{folder}/Pulumi.yaml: expected the stacks' files beside it, not in a folder of their own")
    with TemporaryDirectory(prefix="throwaway-") as made:
        root = Path(made)
        (root / "backend").mkdir()
        own = {"PULUMI_BACKEND_URL": (root / "backend").as_uri(), "PULUMI_CONFIG_PASSPHRASE": "throwaway"}
        environment = {**environ, **own}
        for unwanted in ("PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_STACK"):
            environment.pop(unwanted, None)
        for reference, known in stacks.items():
            outputs = _outputs(reference, known, folder, book)
            other_stack(pulumi, root / "stacks", reference, outputs, environment)
        scratch = _project(root / "project", {**project, "backend": None})
        _run([pulumi, "stack", "init", name, "--no-select"], scratch, environment)
        settings = scratch / f"Pulumi.{name}.yaml"
        plain, secret = _config(folder / f"Pulumi.{name}.yaml", book)
        salted = _yaml(settings) if settings.exists() else {}
        settings.write_text(json.dumps({**salted, "config": plain}), "utf-8")
        if secret:
            pairs = [part for key, word in secret.items() for part in ("--secret", f"{key}={word}")]
            _run([pulumi, "config", "set-all", "--stack", name, *pairs], scratch, environment)
        yield own, ["--stack", name, "--config-file", str(settings)]


def _config(path: Path, book: Book) -> tuple[dict[str, Any], dict[str, str]]:
    """The configuration of a stack, and a symbol for each of its secrets."""
    raw = _yaml(path) if path.exists() else {}
    if raw.get("environment"):
        problem = f"{path}: expected no environment: a throwaway stack has no Pulumi ESC"
        raise PreviewError(f"{problem}; write its values into the file, or preview without --throwaway")
    config = raw.get("config") or {}
    if not isinstance(config, dict):
        raise PreviewError(f"{path}: config: expected an object, got {type(config).__name__}")
    # A value that is no object is a text to Pulumi, as it is written.
    written = _yaml(path, texts=True).get("config") or {} if path.exists() else {}
    config = {key: written[key] if isinstance(written.get(key), str) else value for key, value in config.items()}
    shown = {
        key: _opened(value, partial(book.word, "text", 12, f"configuration#{key}")) for key, value in config.items()
    }
    plain = {key: value for key, value in config.items() if shown[key] == value}
    # An object reaches the program as JSON.
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in shown.items()}
    return plain, {key: text for key, text in texts.items() if key not in plain}


def _opened(value: Any, word: Callable[[], str]) -> Any:
    """The value with a symbol for everything that is encrypted in it."""
    if isinstance(value, dict):
        return word() if set(value) == {"secure"} else {key: _opened(inner, word) for key, inner in value.items()}
    return [_opened(inner, word) for inner in value] if isinstance(value, list) else value


def _outputs(reference: str, known: Stack, folder: Path, book: Book) -> dict[str, Any]:
    """What is known of another stack's outputs."""
    state = _state(folder / known.state, reference, book) if known.state else {}
    return {**state, **{key: book.word("text", 12, f"{reference}#{key}") for key in known.symbols}, **known.outputs}


def other_stack(pulumi: str, root: Path, reference: str, outputs: dict[str, Any], environ: Mapping[str, str]) -> None:
    """Makes the stack `organization/PROJECT/STACK` with these outputs, in the backend that `environ` names.

    `root` is a folder for its project.  Raises `PreviewError`.
    """
    fields = reference.split("/")
    if len(fields) != 3 or fields[0] != "organization":
        problem = f"symbolic.yaml: stacks: expected organization/PROJECT/STACK, got {reference!r}"
        raise PreviewError(f"{problem}: a local backend has no other organization")
    _, project, name = fields
    scratch = _project(root / project, {"name": project, "runtime": "yaml"})
    _run([pulumi, "stack", "init", name, "--no-select"], scratch, environ)
    resource = {
        "urn": f"urn:pulumi:{name}::{project}::pulumi:pulumi:Stack::{project}-{name}",
        "custom": False,
        "type": "pulumi:pulumi:Stack",
        "outputs": outputs,
    }
    state = scratch / f"{name}.json"
    state.write_text(json.dumps({"version": 3, "deployment": {"resources": [resource]}}), "utf-8")
    _run([pulumi, "stack", "import", "--stack", name, "--file", str(state)], scratch, environ)


def _state(path: Path, reference: str, book: Book) -> dict[str, Any]:
    """The outputs in an exported state; what is encrypted in it is a symbol."""
    try:
        resources = json.loads(path.read_text("utf-8"))["deployment"]["resources"]
        stack = next(each for each in resources if each["type"] == "pulumi:pulumi:Stack")
        outputs = dict(stack.get("outputs") or {})
    except (OSError, ValueError, KeyError, TypeError, StopIteration) as error:
        problem = f"{path}: expected a state as `pulumi stack export` writes it ({type(error).__name__})"
        raise PreviewError(problem) from None
    return {
        name: _shown(value, partial(book.word, "text", 12, f"{reference}#{name}")) for name, value in outputs.items()
    }


def _shown(value: Any, word: Callable[[], str]) -> Any:
    """The value with a symbol for everything that is encrypted in it."""
    if isinstance(value, dict):
        return word() if "ciphertext" in value else {key: _shown(inner, word) for key, inner in value.items()}
    return [_shown(inner, word) for inner in value] if isinstance(value, list) else value


def _project(folder: Path, project: Mapping[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Pulumi.yaml").write_text(json.dumps({k: v for k, v in project.items() if v is not None}), "utf-8")
    return folder


def _yaml(path: Path, *, texts: bool = False) -> dict[str, Any]:
    try:
        raw = read(path, texts=texts) or {}
    except FileNotFoundError:
        raise PreviewError(f"expected {path}") from None
    except (OSError, YamlError) as error:
        raise PreviewError(str(error)) from None
    if not isinstance(raw, dict):
        raise PreviewError(f"{path}: expected an object, got {type(raw).__name__}")
    return raw


def _run(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> None:
    done = subprocess.run(
        [*command, "--non-interactive", "--color", "never"],
        cwd=folder,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise PreviewError(f"pulumi {' '.join(command[1:3])}: {(done.stderr or done.stdout).strip()}")
