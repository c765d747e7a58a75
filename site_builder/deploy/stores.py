"""From the settings of a target to an object store: S3 and what speaks like it, Google Cloud Storage, Azure.

Credentials are found by the library, in the environment and where the provider puts them; none passes through here.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

from site_builder.config_deploy import Target as Settings
from site_builder.deploy.stops import Refused
from site_builder.deploy.store_errors import explained

if TYPE_CHECKING:
    from obstore.store import AzureConfig, ClientConfig, GCSConfig, ObjectStore, RetryConfig

# Retries of single connections; what is beyond them is retried by ``objects.py``, which knows what may be repeated.
CONNECTION_RETRIES = 2
# Where each provider's own programs find another address of its service.
ENDPOINTS = {
    "s3": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"),
    "gs": ("GOOGLE_BASE_URL",),
    "az": ("AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT"),
}


def open_store(settings: Settings) -> ObjectStore:
    """The store, its keys below the configured folder.  Raises :class:`Refused` where it cannot be set up."""
    try:
        from obstore.exceptions import BaseError
        from obstore.store import AzureStore, GCSStore, S3Store
    except ImportError:
        raise Refused(["object stores need the extra 'deploy'. Run: pip install 'site-builder[deploy]'"]) from None
    bucket, _, prefix = settings.place.partition("/")
    below = prefix.strip("/") or None
    endpoint = settings.endpoint or next(filter(None, map(os.environ.get, ENDPOINTS[settings.kind])), "")
    client: ClientConfig = {
        "timeout": timedelta(seconds=settings.timeout),
        "connect_timeout": timedelta(seconds=min(10, settings.timeout)),
        "allow_http": endpoint.startswith("http://"),
    }
    retry: RetryConfig = {
        "max_retries": CONNECTION_RETRIES,
        "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=5), "base": 2},
        "retry_timeout": timedelta(seconds=settings.timeout * (CONNECTION_RETRIES + 1)),
    }
    try:
        if settings.kind == "gs":
            place: GCSConfig = {"base_url": endpoint} if endpoint else {}
            return GCSStore(bucket, config=place, prefix=below, client_options=client, retry_config=retry)
        if settings.kind == "az":
            account: AzureConfig = {"endpoint": endpoint} if endpoint else {}
            return AzureStore(bucket, config=account, prefix=below, client_options=client, retry_config=retry)
        if endpoint:
            return S3Store(
                bucket,
                prefix=below,
                client_options=client,
                retry_config=retry,
                endpoint=endpoint,
                region=settings.region or os.environ.get("AWS_REGION") or "us-east-1",
                virtual_hosted_style_request=False,
            )
        if settings.region:
            return S3Store(bucket, prefix=below, client_options=client, retry_config=retry, region=settings.region)
        return S3Store(bucket, prefix=below, client_options=client, retry_config=retry)
    except (BaseError, ValueError, OSError) as error:
        raise Refused([explained(str(error), "it cannot be opened", settings.kind, settings.place)]) from None
