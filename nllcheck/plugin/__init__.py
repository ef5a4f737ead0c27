"""The pytest plugin's parts, imported when there are claims to collect."""
