"""What the HTML page shows: a view of each claim, computed from its record, and the geometry of its plots."""
