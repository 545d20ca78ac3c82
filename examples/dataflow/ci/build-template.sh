#!/usr/bin/env bash
# Builds the container and the Flex template of a pipeline and tells stream-rollout where the template lies.
# It runs only when the code of the job has changed, and once for all environments.
# usage: build-template.sh NAME
set -euo pipefail
name=$1
commit=$(git rev-parse --short=12 HEAD)
registry=${REGISTRY:-europe-west1-docker.pkg.dev/acme-shared/streams}
bucket=${TEMPLATE_BUCKET:-acme-shared-templates}

gcloud builds submit "pipelines/$name" --tag "$registry/$name:$commit" --quiet
digest=$(gcloud artifacts docker images describe "$registry/$name:$commit" --format 'value(image_summary.digest)')
# The template names the image by its digest, and lies at an address that is written once.
template="gs://$bucket/$name/${digest#sha256:}.json"
gcloud dataflow flex-template build "$template" \
  --image "$registry/$name@$digest" --sdk-language JAVA --metadata-file "pipelines/$name/metadata.json" --quiet

echo "template=$template" >> "$STREAM_ROLLOUT_OUTPUT"
