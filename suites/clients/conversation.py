"""One JSON request a line on stdin, one JSON answer a line on stdout: {"answer": …} or {"error": {type, code, message}}."""
import json
import sys


def converse(answer, code_of):
    """Answers each request with answer(request); code_of(exception) gives the code that the service sent."""
    for line in sys.stdin:
        try:
            said = {"answer": answer(json.loads(line))}
        except Exception as error:  # each refusal of the service is an answer that a test wants to see
            said = {"error": {"type": type(error).__name__, "code": code_of(error), "message": str(error)}}
        print(json.dumps(said, default=str), flush=True)
