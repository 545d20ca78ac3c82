"""The command-line tool in Airflow: a rollout on demand, and a resume every 15 minutes.

Exit codes: 0 done or nothing to do, 1 failed or rolled back (a run still processes), 2 a person is needed and nothing runs,
3 refused and nothing was touched, 4 bad manifest or inputs, 5 still open: resume.
"""

from __future__ import annotations

import json
import subprocess
from datetime import datetime, timedelta

from airflow.exceptions import AirflowFailException, AirflowSkipException
from airflow.sdk import Param, dag, get_current_context, task

TOOL = ["node", "/opt/stream-rollout/dist/cli.js"]  # a checkout of a release
CHECKOUT = "/opt/streams"  # a checkout of the repository with the manifest
COMMON = ["--json", "--environment", "production", "--ledger", "s3://acme-streams-ledger/acme-streaming"]


def stream_rollout(command: str, *more: str) -> dict:
    """Runs a command and gives its document. Nothing but a resume helps against exit code 5, so a retry is not asked for."""
    done = subprocess.run([*TOOL, command, *COMMON, *more], cwd=CHECKOUT, stdout=subprocess.PIPE, check=False, text=True)
    document = json.loads(done.stdout)
    for job in document.get("jobs", []):
        print(f"{job['job']}: {job.get('outcome', job.get('action'))}: {job.get('message', '')}")
    if done.returncode == 5:
        raise AirflowSkipException("Still open: the resume goes on.")
    if done.returncode != 0:
        raise AirflowFailException(f"stream-rollout {command} ended with {done.returncode}; next: {next_of(document)}")
    return document


def next_of(document: dict) -> str:
    steps = [job["next"] for job in document.get("jobs", []) if job.get("next")]
    return "; ".join(steps) or document.get("next") or "see the log"


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    params={"jobs": Param("", type="string"), "force": Param(False, type="boolean")},
)
def roll_out_streams():
    @task(retries=0, execution_timeout=timedelta(hours=2))
    def roll_out():
        params = get_current_context()["params"]
        subprocess.run(["git", "pull", "--ff-only", "--quiet"], cwd=CHECKOUT, check=True)
        more = ["--jobs", params["jobs"]] if params["jobs"] else []
        stream_rollout("apply", "--wait", *more, *(["--force"] if params["force"] else []))

    roll_out()


@dag(schedule="*/15 * * * *", start_date=datetime(2026, 1, 1), catchup=False, max_active_runs=1)
def resume_streams():
    @task(retries=0, execution_timeout=timedelta(hours=1))
    def resume():
        stream_rollout("resume", "--wait-for-minutes", "45")

    resume()


roll_out_streams()
resume_streams()
