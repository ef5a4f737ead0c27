"""Tables of models, of losses that are their NLL, and of losses that are not."""
