"""Writes simulated events straight to the topic, as enriched TSV, for load that no tracker could make."""





class KafkaOutput:
    pass
