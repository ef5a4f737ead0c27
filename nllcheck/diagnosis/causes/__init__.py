"""The search for the cause of a disagreement: one file a kind of cause."""
