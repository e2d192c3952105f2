"""A small stand-in for Snowplow's Collector and Enrich: tracker requests in, enriched TSV on a Kafka topic out."""
