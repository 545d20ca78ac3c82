"""Google's Dataflow client in REST mode, one call a line: {"service": "JobsV1Beta3", "call": "list_jobs", "request": {…}}."""
import os

from google.api_core.exceptions import GoogleAPICallError
from google.auth.credentials import AnonymousCredentials
from google.cloud import dataflow_v1beta3
from conversation import converse

# The scheme must be in the text: without it the client speaks https.
endpoint = os.environ["CLOUDSDK_API_ENDPOINT_OVERRIDES_DATAFLOW"].rstrip("/")
clients = {}


def call(request):
    service = request["service"]
    if service not in clients:
        clients[service] = getattr(dataflow_v1beta3, f"{service}Client")(
            credentials=AnonymousCredentials(), transport="rest", client_options={"api_endpoint": endpoint}
        )
    answer = getattr(clients[service], request["call"])(request=request["request"])
    if hasattr(answer, "pages"):
        return [plain(item) for item in answer]
    return plain(answer)


def plain(message):
    return type(message).to_dict(message, use_integers_for_enums=False)


def code_of(error):
    return error.code if isinstance(error, GoogleAPICallError) else None


converse(call, code_of)
