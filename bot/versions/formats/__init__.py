"""Kinds of text a version stands in: each module finds values together with their spans, and executes nothing."""
