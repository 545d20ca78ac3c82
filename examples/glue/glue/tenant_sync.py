"""One tenant's topic to its table."""

import sys

from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

options = getResolvedOptions(sys.argv, ["topic", "checkpoint_location"])
context = GlueContext(SparkContext.getOrCreate())
events = context.create_data_frame.from_options(
    connection_type="kafka",
    connection_options={
        "connectionName": "tenants",
        "topicName": options["topic"],
        "startingOffsets": "earliest",
        "classification": "json",
    },
)
context.forEachBatch(
    frame=events,
    batch_function=lambda batch, _: batch.writeTo("lake." + options["topic"].replace("-", "_")).append(),
    options={"windowSize": "30 seconds", "checkpointLocation": options["checkpoint_location"]},
)
