"""Configurations of public libraries: which rotary table or noise schedule they mean, and what is wrong."""
