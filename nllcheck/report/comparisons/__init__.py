"""Reports of comparisons: pure functions from the record of a run to text, JSON, Markdown and pictures."""
