"""Formats that other programs read: one small module each, listed in formats.py."""
