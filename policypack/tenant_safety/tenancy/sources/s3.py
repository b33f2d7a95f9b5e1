"""A registry in S3: an object, as `registry export` writes it, to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .aws import client, spoken
from .reading import MAX_BYTES, Snapshot, plain, snapshot_of

if TYPE_CHECKING:
    from . import Place


def load_object(place: Place) -> Snapshot:
    """Reads the object, or the version of it that the URL names.  Raises `RegistryError`."""
    s3 = client("s3", place, place.region)
    named = {"VersionId": place.version} if place.version else {}
    with spoken(place.url):
        found = s3.get_object(Bucket=place.host, Key=place.path, **named)
        content: bytes = found["Body"].read(MAX_BYTES + 1)
    raw, marks = plain(content, place.url)
    return snapshot_of(raw, place.url, marks=marks)


def put_object(place: Place, content: bytes, kind: str = "application/yaml") -> str:
    """Writes the object at once; returns the version that S3 gives it, `""` where the bucket keeps none.

    Raises `RegistryError`.
    """
    s3 = client("s3", place, place.region)
    with spoken(place.url):
        made = s3.put_object(
            Bucket=place.host,
            Key=place.path,
            Body=content,
            ContentType=kind,
            ServerSideEncryption="aws:kms",
        )
    return str(made.get("VersionId", ""))
