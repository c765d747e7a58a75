"""What an object store's library says of a failure, in words that tell what to do: pure.

In: the library's error, the kind of store.  Out: a sentence.  The library tells first what it did and then, under
``Debug source``, its inner state, which alone holds the cause of a connection that failed.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

LONGEST = 600
INNER = "\n\nDebug source"

CREDENTIALS = {
    "s3": "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "gs": "Set GOOGLE_APPLICATION_CREDENTIALS",
    "az": "Set AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY",
}
NAMES = {"s3": "bucket", "gs": "bucket", "az": "container"}

# Where machines of the three providers ask for the credentials of their role, which is asked last of all.
_NO_CREDENTIALS = re.compile(
    r"/latest/(?:api/token|meta-data/)|/computeMetadata/|/metadata/identity/|Account must be specified"
).search
_NO_PLACE = re.compile(r"<Code>(?:NoSuchBucket|ContainerNotFound)</Code>").search
_ANSWER = re.compile(r"<Code>(?P<code>[^<]+)</Code>(?:\s*<Message>(?P<message>[^<]*)</Message>)?").search
# RFC 9110 §15: an answer without a reason of the store's own, from the store or from what stands before it.
_STATUS = re.compile(r"status code: (\d{3} [A-Z][A-Za-z' -]*\w)").search
_ADDRESS = re.compile(r"Error performing [A-Z]+ (\S+)").search
_EFFORT = re.compile(r" in [\d.]+[mµn]?s(?:, after \d+ retries, max_retries: \d+, retry_timeout: [\w.]+ *)?")
_QUERY = re.compile(r"(https?://[^\s?\"']+)\?[^\s\"']*")
# As Rust's libraries for connections name their causes.
_CAUSES = (
    re.compile(r'message: "([^"]+)"'),
    re.compile(r'error: "([^"]+)"'),
    re.compile(r"InvalidCertificate\(\s*(\w+)"),
    re.compile(r"(InvalidContentType|IncompleteMessage|IncompleteBody)"),
    re.compile(r"source: (TimedOut)"),
)
_WORDS = {
    "IncompleteBody": "it breaks off its answers",
    "IncompleteMessage": "it ends connections without an answer",
    "InvalidContentType": "it does not speak https, does its address begin with http:// ?",
    "TimedOut": "it does not answer in time",
}


def lacks_credentials(text: str) -> bool:
    """Whether the library found none in the environment, and the machine has no role."""
    return _NO_CREDENTIALS(text.partition(INNER)[0]) is not None


def lacks_place(text: str) -> bool:
    """Whether there is no bucket or container of that name."""
    return _NO_PLACE(text) is not None


def explained(text: str, what: str, kind: str, place: str) -> str:
    """The sentence for the library's ``text`` about ``what``; the target is ``place`` of a ``kind`` (s3, gs, az)."""
    told, _, inner = text.partition(INNER)
    target = f"{kind}:{place}"
    if lacks_credentials(told):
        return f"{target}: no credentials were found. {CREDENTIALS[kind]}"
    if lacks_place(told):
        return f"{target}: there is no such {NAMES[kind]}. Create it, or correct '{kind}:' in site.yaml"
    asked = _ADDRESS(told)
    if asked and "HTTP error: " in told:
        host = "{0.scheme}://{0.netloc}".format(urlsplit(asked[1]))
        return f"{target}: {host} cannot be reached: {_cause(inner) or 'the request could not be sent'}"
    return f"{target}, {what}: {short(told)}"


def short(text: str) -> str:
    """What the library says, in a line: without its inner state, and without XML."""
    told = text.partition(INNER)[0]
    answer = _ANSWER(told)
    if answer:
        told = f"the store answers {answer['code']}" + (f": {answer['message']}" if answer["message"] else "")
    elif status := _STATUS(told):
        told = f"the store answers {status[1]}"
    # The query of an address may be a signature.
    return " ".join(_QUERY.sub(r"\1", _EFFORT.sub("", told)).split())[:LONGEST]


def _cause(inner: str) -> str:
    for pattern in _CAUSES:
        found = pattern.search(inner)
        if found:
            return _WORDS.get(found[1], found[1])
    return ""
