"""Clicks from Kinesis to the lake."""

import sys

from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

from clicks import parse

options = getResolvedOptions(sys.argv, ["checkpoint_location", "table"])
context = GlueContext(SparkContext.getOrCreate())

clicks = context.create_data_frame.from_options(
    connection_type="kinesis",
    connection_options={
        "streamARN": "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks",
        "startingPosition": "TRIM_HORIZON",
        "classification": "json",
    },
)


def write(batch, _):
    parse(batch).writeTo(options["table"]).append()


context.forEachBatch(
    frame=clicks,
    batch_function=write,
    options={"windowSize": "60 seconds", "checkpointLocation": options["checkpoint_location"]},
)
