"""Durable work: runs the tasks that storage keeps, however often the process dies."""
