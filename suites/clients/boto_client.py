"""boto3, one call a line: {"service": "glue", "call": "start_job_run", "arguments": {…}}. Endpoints come from the environment."""
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from conversation import converse

clients = {}


def call(request):
    service = request["service"]
    if service not in clients:
        # One attempt: a test that asks for an error wants to see the first one.
        clients[service] = boto3.client(service, config=Config(retries={"total_max_attempts": 1}))
    answer = getattr(clients[service], request["call"])(**request["arguments"])
    if "Body" in answer:
        answer["Body"] = answer["Body"].read().decode()
    status = answer.pop("ResponseMetadata")["HTTPStatusCode"]
    return {**answer, "status": status}


def code_of(error):
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else None


converse(call, code_of)
