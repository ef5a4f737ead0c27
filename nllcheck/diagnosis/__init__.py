"""Why a loss is not the NLL, and what else is to be said: one file a kind of cause."""
