"""Bayesian against maximum-likelihood estimates of one model, side by side."""
