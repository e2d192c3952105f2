"""The adapters of the tables. `items` is the one place where session and timeline items are built and read;
`writing` is the hot path, `tables` everything that reads them or writes another table.
"""
