# Snowbridge 5: enriched events of one topic -> viewer JSON on the topic that the profiles are made of.
# Snowbridge is under Snowplow's Limited Use Licence; you run your own copy and accept its terms with
# ACCEPT_LIMITED_USE_LICENSE=yes. Mount this file and viewer_json.js beside it.
#
#   KAFKA_BROKERS      host:port[,host:port]
#   ENRICHED_TOPIC     where Enrich writes (enriched TSV)
#   VIEWER_TOPIC       where the profiles read
#   SCRIPT_PATH        /path/to/viewer_json.js

disable_telemetry = true # Snowbridge reports its use to Snowplow unless told not to

source {
  use "kafka" {
    brokers         = env.KAFKA_BROKERS
    topic_name      = env.ENRICHED_TOPIC
    consumer_name   = "live-viewer-profiles"
    offsets_initial = -2
  }
}

# One block with several `use` blocks: Snowbridge 5 refuses more than one transform block.
transform {
  # Events keep the order of their partition only with one worker here and one batch under way below. The profiles
  # come out right without it (they order events by their own times), just with more to merge.
  worker_pool = 1

  use "spEnrichedFilter" {
    atomic_field  = "event"
    regex         = "^unstruct$"
    filter_action = "keep"
  }

  use "spEnrichedToJson" {}

  use "js" {
    script_path = env.SCRIPT_PATH
  }
}

target {
  use "kafka" {
    brokers      = env.KAFKA_BROKERS
    topic_name   = env.VIEWER_TOPIC
    wait_for_all = true
    idempotent   = true

    batching {
      max_concurrent_batches = 1
      flush_period_millis    = 50
    }
  }
}

# What fails in here (an event that can't be read, a record that is too large) stays visible.
failure_target {
  use "stdout" {}
}
