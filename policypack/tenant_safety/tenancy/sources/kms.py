"""Secrets of the config: ciphertexts that a KMS key opens, each only as what it was made for.

In a layer: `password: {fn::secret: {ciphertext: ZXNjeAAAAAF…}}`, in the envelope that ESC has for its own: `escx`, a
version, what was encrypted, a checksum.  Inside is the key's region and what KMS gives.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from functools import cache

import boto3

from .aws import CONFIG, Client, spoken
from .reading import RegistryError

_KEY = re.compile(r"arn:aws[a-z-]*:kms:([a-z0-9-]+):[0-9]{12}:(key|alias)/[A-Za-z0-9/_-]{1,250}")
_CIPHERTEXT = re.compile(rb"kms:([a-z]{2}(?:-[a-z]+)+-[0-9]):(.+)", re.DOTALL)
_ENVELOPE = b"escx\0\0\0\1"
MOST = 4096
"""Bytes that KMS encrypts: https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html"""


def encrypted(key: str, layer: str, text: str) -> str:
    """The ciphertext of a secret of a layer, such as `tenants/customer1`.  Raises `RegistryError`."""
    found = _KEY.fullmatch(key)
    if found is None:
        raise RegistryError(f"expected a key such as arn:aws:kms:eu-central-1:999999999999:key/… (got {key!r})")
    if not text or len(text.encode()) > MOST:
        raise RegistryError(f"expected a secret of 1 to {MOST} bytes (got {len(text.encode())})")
    with spoken(key):
        made = _kms(found[1]).encrypt(KeyId=key, Plaintext=text.encode(), EncryptionContext={"layer": layer})
    inside = _ENVELOPE + f"kms:{found[1]}:".encode() + made["CiphertextBlob"]
    return base64.b64encode(inside + zlib.crc32(inside).to_bytes(4)).decode()


def decrypt(layer: str, ciphertext: str) -> str:
    """What a ciphertext of a layer says; one that was made for another layer can't be opened.

    Raises `RegistryError`.
    """
    try:
        wrapped = base64.b64decode(ciphertext, validate=True)
    except binascii.Error:
        raise RegistryError(f"{layer}: expected a ciphertext in base64") from None
    found = _CIPHERTEXT.fullmatch(wrapped[len(_ENVELOPE) : -4])
    if not wrapped.startswith(_ENVELOPE) or found is None:
        raise RegistryError(f"{layer}: expected a ciphertext of `tenant-safety config encrypt` (got another)")
    region = found[1].decode()
    with spoken(f"KMS in {region}, for {layer}"):
        opened: bytes = _kms(region).decrypt(CiphertextBlob=found[2], EncryptionContext={"layer": layer})["Plaintext"]
    try:
        return opened.decode()
    except UnicodeDecodeError:
        raise RegistryError(f"{layer}: expected a ciphertext of a text") from None


@cache
def _kms(region: str) -> Client:
    return boto3.Session(region_name=region).client("kms", config=CONFIG)
