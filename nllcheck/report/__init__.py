"""Reports: pure functions from the record of a run to text, JSON and Markdown."""
