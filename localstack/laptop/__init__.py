"""The demo: the whole product on one machine, kept running by supervisor."""
