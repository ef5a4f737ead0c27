"""What is asked of every claim: one file a question."""
