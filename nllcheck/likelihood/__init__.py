"""Likelihoods of PyMC models: the one package that knows PyMC and PyTensor."""
