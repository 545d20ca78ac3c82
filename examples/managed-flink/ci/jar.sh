#!/usr/bin/env bash
# Builds the jar of a job and tells stream-rollout where it lies. It runs only when the code of the job has changed.
# usage: jar.sh NAME
set -euo pipefail
name=$1

mvn --batch-mode --quiet --file "jobs/$name/pom.xml" package
echo "jar=jobs/$name/target/$name.jar" >> "$STREAM_ROLLOUT_OUTPUT"
