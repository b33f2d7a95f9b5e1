"""Names and record values as Route 53 reads and writes them.

Sources: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html and
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html
"""

from __future__ import annotations

import ipaddress
import re

_OCTET = re.compile(r"\\([0-7]{3})|(.)", re.DOTALL)
# Characters that may stand unescaped in a request; answers escape all but letters, digits, - and _.
_ACCEPTED = frozenset("!\"#$%&'()*+,-/:;<=>?@[]^_`{|}~.")
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")
_STRING = re.compile(r'"((?:[^"\\]|\\[0-7]{3}|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\[0-7]{3}|\\.", re.DOTALL)
MAX_LABEL, MAX_NAME, MAX_STRING, MAX_TXT = 63, 255, 255, 4000


class Fault(ValueError):
    """A name or value that Route 53 refuses, in its words."""

    def __init__(self, kind: str, explained: str, text: str) -> None:
        super().__init__(f"FATAL problem: {kind} ({explained}) encountered with '{text}'")


def canonical(text: str) -> str:
    r"""The name as Route 53 answers with it: lower case, a trailing dot, `\052` for a star."""
    labels: list[list[str]] = [[]]
    for octal, character in _OCTET.findall(text.removesuffix(".")):
        if character == ".":
            labels.append([])
            continue
        if character and not (character.isascii() and character.isalnum()) and character not in _ACCEPTED:
            raise Fault("UnsupportedCharacter", "Value contains unsupported characters", text)
        labels[-1].append(_escaped(chr(int(octal, 8)) if octal else character))
    if any(not label for label in labels):
        raise Fault("DomainLabelEmpty", "Domain label is empty", text)
    if any(len(label) > MAX_LABEL for label in labels):
        raise Fault("DomainLabelTooLong", "Domain label is too long", text)
    if sum(len(label) + 1 for label in labels) > MAX_NAME:
        raise Fault("DomainNameTooLong", "Domain name is too long", text)
    return ".".join("".join(label) for label in labels) + "."


def _escaped(character: str) -> str:
    character = character.lower()
    return character if character in _PLAIN else f"\\{ord(character):03o}"


def order(name: str) -> str:
    """What ListResourceRecordSets sorts by: the labels reversed, with a trailing dot.

    Source: https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
    """
    return ".".join(reversed(name.removesuffix(".").split("."))) + "."


def check(kind: str, value: str) -> None:
    """Refuse a value that its type can't hold.  Raises `Fault`."""
    if kind in ("A", "AAAA"):
        _address(kind, value)
    elif kind in ("TXT", "SPF"):
        _strings(value)
    elif kind in ("CNAME", "NS", "PTR"):
        canonical(value)


def _address(kind: str, value: str) -> None:
    version, prefix = (4, "A") if kind == "A" else (6, "AAAA")
    try:
        right = ipaddress.ip_address(value).version == version
    except ValueError:
        right = False
    if not right:
        explained = f"Value is not a valid IPv{version} address"
        raise Fault(f"{prefix}RRDATAIllegalIPv{version}Address", explained, value)


def _strings(value: str) -> None:
    """One or more strings in quotation marks, each of at most 255 characters, 4,000 together.

    Source: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#TXTFormat
    """
    if not value.isascii():
        raise Fault("UnsupportedCharacter", "Value contains unsupported characters", value)
    if not re.fullmatch(rf"{_STRING.pattern}(\s+{_STRING.pattern})*", value, re.DOTALL):
        raise Fault("InvalidCharacterString", "Value should be enclosed in quotation marks", value)
    if len(value) > MAX_TXT or any(len(_ESCAPE.sub("x", part)) > MAX_STRING for part in _STRING.findall(value)):
        raise Fault("CharacterStringTooLong", "Value is too long", value)
