"""History: the raw record as Parquet files of UTC days and months, with a ledger in the SQL store."""
