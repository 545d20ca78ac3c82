"""What a click is."""

from pyspark.sql import DataFrame
from pyspark.sql.functions import col, to_timestamp


def parse(batch: DataFrame) -> DataFrame:
    return batch.select(col("user"), col("page"), to_timestamp(col("at")).alias("at")).where(col("user").isNotNull())
