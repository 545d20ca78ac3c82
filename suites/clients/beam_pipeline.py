"""Submits a streaming pipeline with Beam's Dataflow runner and prints the job's id. Arguments: pipeline options, after the transform's name."""
import json
import sys

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions

enrich, *options = sys.argv[1:]
pipeline = beam.Pipeline(options=PipelineOptions(options))
(
    pipeline
    | "Read" >> beam.io.ReadFromPubSub(subscription="projects/acme-prod/subscriptions/orders")
    | enrich >> beam.Map(lambda message: message)
    | "Write" >> beam.io.WriteToPubSub("projects/acme-prod/topics/enriched")
)
print(json.dumps({"job": pipeline.run().job_id()}))
