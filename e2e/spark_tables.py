"""Reads Hive tables with PySpark in a process of its own: the statements on standard
input make them, and each row of the tables named leaves as a line of JSON with the
name of its table. An argument that begins with / is a folder of a table, which is
read by Spark's own Avro source in place of Hive's.
"""

import json
import pathlib
import sys

from pyspark.sql import SparkSession


def session(jar, folder):
    return (SparkSession.builder.master("local[2]").appName("e2e")
            .config("spark.jars", jar)
            .config("spark.ui.enabled", "false").config("spark.driver.memory", "512m")
            .config("spark.sql.shuffle.partitions", "1")
            .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
            # The metastore lives and dies with the process.
            .config("spark.hadoop.javax.jdo.option.ConnectionURL", "jdbc:derby:memory:metastore;create=true")
            .enableHiveSupport().getOrCreate())


def main(jar, *tables):
    spark = session(jar, pathlib.Path.cwd())
    spark.sparkContext.setLogLevel("ERROR")
    for statement in sys.stdin.read().split(";\n"):
        if statement.strip():
            spark.sql(statement)
    for table in tables:
        rows = spark.read.format("avro").load(table) if table.startswith("/") else spark.table(table)
        for row in rows.toJSON().collect():
            print(json.dumps([table, json.loads(row)]))
    spark.stop()


main(*sys.argv[1:])
