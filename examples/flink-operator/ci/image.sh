#!/usr/bin/env bash
# Builds and pushes the image of a job and tells stream-rollout its digest. It runs only when the code of the job has changed.
# usage: image.sh NAME
set -euo pipefail
name=$1
repository=registry.example/acme/$name

docker build --quiet --tag "$repository:build" "jobs/$name"
docker push --quiet "$repository:build"
echo "image=$(docker inspect --format '{{index .RepoDigests 0}}' "$repository:build")" >> "$STREAM_ROLLOUT_OUTPUT"
