"""Whether results can be relied on: what they were made from, and whether that is today's."""
